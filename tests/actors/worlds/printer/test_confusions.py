"""Faults that look alike can be told apart by the right look or measurement, and by that alone.

For each pair: something seen of both that is the same, and the observation that differs. Rows of the symptom matrix.
"""

from __future__ import annotations

import pytest

from actors.worlds.port import Act
from actors.worlds.printer.bench import TARGET, PrinterBench
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import type_of

ENDER = "ender_3_bltouch"

ALIKE = [
    ("drive_gear.worn", "nozzle.debris", "wall_flow", "push_by_hand/force", "normal", "high"),
    ("nozzle.debris", "nozzle.charred", "wall_flow", "cold_pull/tip", "debris", "normal"),
    ("nozzle.debris", "hotend_fan.worn", "late_flow", "free_extrusion/strand", "thin and curling", "normal"),
    ("idler.loose", "idler.overtight", "wall_flow", "filament_marks/marks", "faint", "flattened"),
    ("firmware.e_steps_low", "drive_gear.worn", "wall_flow", "extrude_100mm_fast/spread_of_three", "normal", "high"),
    ("hotend_fan.worn", "hotend_fan.blocked", "late_flow", "hotend_fan_air/speed", "low", "normal"),
    ("thermistor.loose", "filament.wet", "strings", "idle_ooze/length", "high", "normal"),
    ("slicer.retraction_low", "filament.wet", "strings", "free_extrusion/pops", "normal", "high"),
    ("slicer.too_hot", "slicer.retraction_low", "strings", "inspect:slicer/temperature", "high", "normal"),
    (
        "heater_cartridge.failing",
        "heater_wiring.loose",
        "read_telemetry:hotend/heat_up",
        "heater_circuit/wiring_loss",
        "normal",
        "high",
    ),
    (
        "heater_cartridge.failing",
        "psu.weak",
        "read_telemetry:both_heaters/heat_up",
        "supply_voltage/supply_under_load",
        "normal",
        "low",
    ),
    ("psu.weak", "psu_terminals.loose", "supply_low", "supply_voltage/lost_at_terminals", "normal", "high"),
    ("probe.offset_high", "bed_surface.greasy", "first_layer_grip", "water_break/water", "normal", "beads"),
    (
        "bed_surface.greasy",
        "bed_thermistor.reads_high",
        "first_layer_grip",
        "bed_thermometer/surface_minus_shown",
        "normal",
        "low",
    ),
    ("belt_x.loose", "pulley_x.loose", "shift_x", "hold_pulley_x/shaft", "normal", "turns in the pulley"),
    ("driver_x.weak", "board_fan.worn", "shift_x", "driver_heat/temperature", "normal", "high"),
    ("probe_servo.disconnected", "probe_signal.disconnected", "completed", "probe_deploy/touch", "normal", "not seen"),
    (
        "probe_servo.disconnected",
        "firmware.probe_disabled",
        "completed",
        "probe_deploy/command",
        "does not move",
        "ignored",
    ),
    ("lead_screw.dry", "guide_z.overtight", "squashed_layers", "turn_z_by_hand/middle_over_ends", "normal", "high"),
]
"""One, another, what both show (on a test print), what tells them apart (by measurement), and its state in each."""


def state(cause: str, sign: str, machine: str = ENDER, severity: str = "moderate") -> str:
    """The state of one sign on a machine with this fault."""
    printer = VirtualPrinter(machine, seed=3)
    printer.introduce_problem(type_of(cause), severity, cause=cause)
    bench = PrinterBench(printer, {"machine": machine, "seed": 3, "voice": "expert"})
    path = sign.rpartition("/")[0]
    tool, _, target = path.partition(":")
    result = bench.act(Act(tool, {TARGET[tool]: target or "long"}))
    return next((str(one["state"]) for one in result.data["findings"] if one["sign"] == sign), "not shown")


@pytest.mark.parametrize(("one", "other", "shared", "telling", "of_one", "of_other"), ALIKE)
def test_they_share_a_mark_and_differ_in_the_telling_one(
    one: str, other: str, shared: str, telling: str, of_one: str, of_other: str
) -> None:
    shared = shared if ":" in shared else f"test_print/{shared}"
    telling = telling if ":" in telling else f"measure:{telling}"
    assert state(one, shared) == state(other, shared) != "normal"
    assert (state(one, telling), state(other, telling)) == (of_one, of_other)


@pytest.mark.parametrize(
    ("one", "other", "machine", "shared", "telling"),
    [
        (
            "bed_springs.tilted",
            "z_sync.out_of_step",
            "cr_10_dual_z",
            "test_print/first_layer_spread",
            "measure:gantry_height/right_minus_left",
        ),
        (
            "toolhead_2.misaligned",
            "toolhead_2.calibrated_cold",
            "idex_300",
            "test_print/tool_offset_end",
            "measure:toolhead_comb/grows_by",
        ),
    ],
)
def test_some_can_only_be_met_on_one_machine(one: str, other: str, machine: str, shared: str, telling: str) -> None:
    assert state(one, shared, machine) == state(other, shared, machine) == "high"
    assert (state(one, telling, machine), state(other, telling, machine)) == ("normal", "high")


def test_a_dead_machine_is_dead_for_two_reasons_and_the_multimeter_knows() -> None:
    for cause in ("mains_cable.loose", "mainboard.dead"):
        assert state(cause, "test_print/completed", severity="critical") == "dead"
    assert state("mains_cable.loose", "measure:supply_voltage/mains", severity="critical") == "none"
    assert state("mainboard.dead", "measure:supply_voltage/mains", severity="critical") == "normal"


def test_shift_sizes_tell_belt_pulley_and_motor_apart() -> None:
    """Teeth of 2 mm, anything, multiples of 0.8 mm."""
    sizes = {
        cause: state(cause, "test_print/shift_step") for cause in ("belt_x.loose", "pulley_x.loose", "driver_x.weak")
    }
    assert sizes == {"belt_x.loose": "2.0 mm", "pulley_x.loose": "irregular", "driver_x.weak": "0.8 mm"}


def test_a_hot_driver_loses_steps_only_once_it_is_warm() -> None:
    assert state("board_fan.worn", "test_print/shift_begin") == "after warm-up"
    assert state("driver_x.weak", "test_print/shift_begin") == "early"


def test_what_slips_is_short_in_a_fast_test_only_and_wrong_steps_are_short_in_any() -> None:
    slow, fast = "measure:extrude_100mm_slow/mean_of_100_mm", "measure:extrude_100mm_fast/mean_of_100_mm"
    assert (state("drive_gear.worn", slow), state("drive_gear.worn", fast)) == ("normal", "low")
    assert (state("firmware.e_steps_low", slow), state("firmware.e_steps_low", fast)) == ("low", "low")


def test_a_loose_bead_wanders_where_a_broken_strand_drops_out() -> None:
    """Far gone, neither reaches its temperature while the head moves."""
    slow, telling = "read_telemetry:hotend_moving/heat_up", "measure:wiggle_cables/reading"
    for cause, reading in (("thermistor_wiring.broken", "drops out"), ("thermistor.loose", "wanders")):
        assert state(cause, slow, severity="major") == "high"
        assert state(cause, telling, severity="major") == reading


def test_grease_cannot_be_seen() -> None:
    printer = VirtualPrinter(ENDER, seed=3)
    printer.introduce_problem("bed_adhesion", "critical", cause="bed_surface.greasy")
    bench = PrinterBench(printer, {"machine": ENDER, "seed": 3, "voice": "expert"})
    seen = bench.act(Act("inspect", {"component": "bed_surface"})).data["findings"]
    assert all(one["state"] == "normal" for one in seen)
