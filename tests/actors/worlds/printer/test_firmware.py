"""The firmware answers in Marlin's words, and only what this machine's electronics can know."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.printer import firmware
from actors.worlds.printer.machine import machines
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import type_of


def ask(machine: str, command: str, cause: str | None = None, severity: str = "critical") -> list[str]:
    printer = VirtualPrinter(machine, seed=1)
    if cause is not None:
        printer.introduce_problem(type_of(cause), severity, cause=cause)
    return firmware.answer(printer.machine, printer.values, command, random.Random(1))[0]


def printed(cause: str, severity: str, machine: str = "ender_3_bltouch") -> list[str]:
    printer = VirtualPrinter(machine, seed=1)
    printer.introduce_problem(type_of(cause), severity, cause=cause)
    return printer.print_test("long").firmware


def test_it_answers_as_marlin_does() -> None:
    assert ask("ender_3", "M105")[0].startswith("T:2")
    assert ask("ender_3", "M105")[-1] == "ok"
    assert ask("ender_3", "M119")[:3] == ["Reporting endstop status", "x_min: open", "y_min: open"]
    assert "echo: M92 X80.00 Y80.00 Z400.00 E9" in "\n".join(ask("ender_3", "M503"))
    assert ask("ender_3", "m115 ; who is there")[0].startswith("FIRMWARE_NAME:Marlin 2.1")
    assert ask("ender_3", "G1 X10 F3000") == ["ok"]
    assert ask("ender_3", "M12345") == ['echo:Unknown command: "M12345"', "ok"]


def test_what_can_be_read_differs_by_machine() -> None:
    assert ask("ender_3", "M122") == ['echo:Unknown command: "M122"', "ok"]
    assert any(line.startswith("X ola") for line in ask("prusa_mk3s", "M122"))
    assert ask("ender_3", "G29")[0] == 'echo:Unknown command: "G29"'
    assert ask("ender_3_bltouch", "G29")[0] == "Bilinear Leveling Grid:"
    assert not any("z_probe" in line for line in ask("ender_3", "M119"))


@pytest.mark.parametrize(
    ("cause", "machine", "says"),
    [
        ("thermistor.loose", "prusa_mk3s", "Error:Thermal Runaway, system stopped! Heater_ID: E0"),
        ("thermistor_wiring.broken", "ender_3", "Error:MINTEMP triggered, system stopped! Heater_ID: E0"),
        ("heater_cartridge.failing", "ender_3", "Error:Heating failed, system stopped! Heater_ID: E0"),
        ("heater_wiring.loose", "ender_3", "Error:Heating failed, system stopped! Heater_ID: E0"),
    ],
)
def test_a_thermal_fault_halts_with_its_own_words(cause: str, machine: str, says: str) -> None:
    severity = "major" if cause == "thermistor.loose" else "critical"
    assert printed(cause, severity, machine) == [says, "Error:Printer halted. kill() called!"]


def test_a_brown_out_starts_the_board_anew_and_the_probe_stops_with_its_error() -> None:
    assert printed("psu.weak", "critical") == ["start"]
    assert printed("probe_servo.disconnected", "critical")[0].startswith("Error:STOP called because of BLTouch error")
    assert printed("probe_signal.disconnected", "critical")[0] == "echo:Probing Failed"


def test_a_bead_slightly_loose_raises_no_error() -> None:
    assert printed("thermistor.loose", "minor") == []


def test_a_machine_without_power_says_nothing() -> None:
    assert ask("ender_3", "M105", "mains_cable.loose") == []


@given(st.sampled_from(sorted(machines())), st.text(max_size=60))
def test_no_line_is_too_strange(machine: str, line: str) -> None:
    assert ask(machine, line)[-1] == "ok"
