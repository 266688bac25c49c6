"""Unmodified printcore, the host inside Pronterface, prints on a served printer and sees its faults."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.served_printer import Served, served, small_print

printcore = pytest.importorskip("printrun.printcore", reason="make lint installs printrun")
gcoder = pytest.importorskip("printrun.gcoder")

PATIENCE = 60.0


class Host:
    """A printcore, and all that it read."""

    def __init__(self, address: str) -> None:
        self.core = printcore.printcore()
        self.read: list[str] = []
        self.temperatures: list[str] = []
        self.core.recvcb = lambda line: self.read.append(line.strip())
        self.core.tempcb = lambda line: self.temperatures.append(line.strip())
        self.core.connect(address, 115200)
        self.wait_until(lambda: self.core.online)

    def print_lines(self, lines: list[str]) -> None:
        self.core.startprint(gcoder.LightGCode(lines))

    def wait_until(self, reached: Callable[[], Any]) -> None:
        until = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < until, self.read[-20:]
            time.sleep(0.02)

    def ask(self, command: str, answer: str) -> str:
        """Send a command outside of a print; the first line from then on that has the answer's form."""
        seen = len(self.read)
        self.core.send_now(command)
        self.wait_until(lambda: any(re.search(answer, line) for line in self.read[seen:]))
        return next(line for line in self.read[seen:] if re.search(answer, line))


@contextmanager
def connected(tmp_path: Path, *flags: str, door: str = "pty") -> Iterator[tuple[Host, Served]]:
    way = ("--pty", str(tmp_path / "printer")) if door == "pty" else ("--tcp", "0")
    with served(*way, *flags) as printer:
        host = Host(printer.address)
        try:
            yield host, printer
        finally:
            host.core.disconnect()


@pytest.mark.parametrize("door", ["pty", pytest.param("tcp", marks=pytest.mark.slow)])
def test_it_prints_to_the_end(tmp_path: Path, door: str) -> None:
    with connected(tmp_path, "--speed", "400", door=door) as (host, _):
        host.print_lines(small_print())
        host.wait_until(lambda: not host.core.printing)
        assert any(re.match(r" ?T:1[0-9][0-9]\.\d+ /200\.00 B:\S+ /50\.00 .* W:", line) for line in host.read)
        assert "echo:busy: processing" in host.read
        assert not [line for line in host.read if line.startswith(("Error", "Resend"))]
        assert host.ask("M114", "^X:").startswith("X:100.00 Y:100.00 Z:10.00 E:7.92 Count X:8000 Y:8000 Z:4000")


def test_a_line_that_noise_has_damaged_is_sent_again(tmp_path: Path) -> None:
    with connected(tmp_path, "--speed", "400") as (host, _):
        wire, sent = host.core.printer.write, []

        def noisy(data: bytes) -> None:
            sent.append(data)
            damaged = data.startswith(b"N9 ") and [one[:3] for one in sent].count(b"N9 ") == 1
            wire(data.replace(b"G", b"F") if damaged else data)

        host.core.printer.write = noisy
        host.print_lines(small_print())
        host.wait_until(lambda: not host.core.printing)
        assert [line for line in host.read if line.startswith("Error")] == ["Error:checksum mismatch, Last Line: 8"]
        assert "Resend: 9" in host.read
        assert host.ask("M114", "^X:").startswith("X:100.00 Y:100.00 Z:10.00 E:7.92 Count X:8000 Y:8000 Z:4000")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("heater_cartridge.failing:critical", "Error:Heating failed, system stopped! Heater_ID: E0"),
        pytest.param(
            "thermistor_wiring.broken:critical",
            "Error:MINTEMP triggered, system stopped! Heater_ID: E0",
            marks=pytest.mark.slow,
        ),
        pytest.param("motor_x_cable.loose:critical", "echo:Homing Failed", marks=pytest.mark.slow),
    ],
)
def test_a_fault_ends_the_print_with_its_own_words(tmp_path: Path, fault: str, error: str) -> None:
    with connected(tmp_path, "--speed", "400", "--fault", fault) as (host, _):
        host.print_lines(small_print(layers=60))
        host.wait_until(lambda: "Error:Printer halted. kill() called!" in host.read)
        assert host.read[host.read.index("Error:Printer halted. kill() called!") - 1] == error


@pytest.mark.slow
def test_a_loose_axis_is_where_its_endstop_says_not_where_m114_says(tmp_path: Path) -> None:
    """Five minutes back and forth; then zero is not at the switch any more, though the firmware counts as before."""
    moves = ["G28", *[f"G1 X{x} F400" for x in (200, 10) * 6], "G1 X0 F400", "M400"]
    found = {}
    for fault in ((), ("--fault", "pulley_x.loose:critical")):
        with connected(tmp_path, "--speed", "400", "--seed", "6", *fault) as (host, _):
            host.print_lines(moves)
            host.wait_until(lambda host=host: not host.core.printing)
            assert host.ask("M114", "^X:").startswith("X:0.00 ")
            found[bool(fault)] = host.ask("M119", "^x_min")
    assert found == {False: "x_min: TRIGGERED", True: "x_min: open"}


@pytest.mark.slow
def test_a_host_that_vanishes_finds_its_printer_again(tmp_path: Path) -> None:
    with connected(tmp_path, "--speed", "20", door="tcp") as (host, printer):
        host.print_lines(small_print(layers=200))
        host.wait_until(lambda: any("W:" in line for line in host.read))
        host.core.printer.disconnect()  # the plug is pulled in the middle of a print
        again = Host(printer.address)
        try:
            assert "/200.00" in again.ask("M105", "ok T:")  # it is still heating
        finally:
            again.core.disconnect()
