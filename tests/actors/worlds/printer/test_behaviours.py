"""What a technician would try, numbered 1 to 20 as in the list of behaviours; each on a printer as users meet it.

Behaviours that other files hold more closely are named there; here each number has at least one test of its own.
"""

from __future__ import annotations

from typing import Any

import pytest

from actors.worlds.port import Act
from actors.worlds.printer.bench import TARGET, PrinterBench
from actors.worlds.printer.physics import motion
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import type_of

ENDER, PRUSA, VORON, PROBED = "ender_3", "prusa_mk3s", "voron_2_4", "ender_3_bltouch"


def bench(machine: str = ENDER, *faults: tuple[str, str], seed: int = 3, **changed: float) -> PrinterBench:
    """A machine on the table with these faults, and parameters set by hand (`nozzle__clog` is `nozzle.clog`)."""
    printer = VirtualPrinter(machine, seed=seed)
    for cause, severity in faults:
        printer.introduce_problem(type_of(cause), severity, cause=cause)
    printer.values.update({name.replace("__", "."): value for name, value in changed.items()})
    return PrinterBench(printer, {"machine": machine, "seed": seed, "voice": "expert"})


def act(table: PrinterBench, tool: str, target: str) -> dict[str, Any]:
    return table.act(Act(tool, {TARGET[tool]: target})).data


def read(table: PrinterBench, tool: str, target: str) -> dict[str, Any]:
    """What a tool finds: the last part of each sign, and its value."""
    return {one["sign"].rpartition("/")[2]: one["value"] for one in act(table, tool, target)["findings"]}


def printed(table: PrinterBench, model: str = "long") -> dict[str, Any]:
    return read(table, "test_print", model)


@pytest.mark.parametrize("machine", [ENDER, PRUSA])
def test_01_it_heats_in_one_to_two_minutes_slower_on_a_sagging_supply_and_works_harder_with_the_fan(
    machine: str,
) -> None:
    healthy, sagging = bench(machine), bench(machine, psu__resistance=0.5)
    held = read(healthy, "read_telemetry", "hotend")
    assert 50 <= held["heat_up"] <= 125
    assert 18 <= held["hold_duty"] <= 60
    assert read(sagging, "read_telemetry", "both_heaters")["heat_up"] > 1.15 * held["heat_up"]
    assert read(healthy, "read_telemetry", "hotend_fan")["fan_duty"] > held["hold_duty"]


def test_02_a_bad_control_loop_swings_and_autotune_shows_it() -> None:
    bad = bench(ENDER, ("firmware.pid_wrong", "major"))
    assert read(bad, "measure", "pid_autotune")["gain_in_use_over_found"] > 5
    assert read(bad, "read_telemetry", "hotend")["temperature_swing"] > 2.1
    act(bad, "adjust", "firmware.pid")
    assert read(bad, "read_telemetry", "hotend")["temperature_swing"] < 2.1


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"thermistor__coupling": 0.1}, "Heating failed", "Heating failed, system stopped!"),
        ({"thermistor_wiring__resistance": 1e7}, "MINTEMP", "MINTEMP triggered, system stopped!"),
        ({"thermistor_wiring__leak": 1.0}, "MAXTEMP", "MAXTEMP triggered, system stopped!"),
        ({"thermistor__coupling": 0.92}, "none", None),
    ],
)
def test_03_a_pulled_an_open_a_shorted_and_a_slightly_loose_sensor_each_say_something_else(
    changed: dict[str, float], error: str, says: str | None
) -> None:
    table = bench(ENDER, **changed)
    data = act(table, "read_telemetry", "hotend")
    assert {one["sign"].rpartition("/")[2]: one["value"] for one in data["findings"]}["error"] == error
    assert says is None or any(says in line for line in data["firmware"])
    if error == "none":
        assert read(table, "measure", "hotend_thermometer")["true_minus_shown"] > 8


def test_04_a_broken_strand_gives_mintemp_only_while_the_head_moves() -> None:
    broken = bench(ENDER, ("thermistor_wiring.broken", "critical"))
    assert read(broken, "read_telemetry", "hotend")["error"] == "none"
    assert read(broken, "read_telemetry", "hotend_moving")["error"] == "MINTEMP"


def test_05_the_fan_takes_the_heat_of_a_block_without_its_sock() -> None:
    bare = bench(ENDER, ("heater_sock.missing", "moderate"))
    assert read(bare, "read_telemetry", "hotend")["error"] == "none"
    assert read(bare, "read_telemetry", "hotend_fan")["error"] == "Thermal Runaway"
    assert read(bench(), "read_telemetry", "hotend_fan")["drop_with_fan"] < 2.5


def test_06_more_flow_thins_lines_first_and_then_clicks_and_heat_raises_the_limit() -> None:
    speeds = [bench(slicer__speed=speed) for speed in (1.0, 2.8, 4.0)]
    prints = [printed(one) for one in speeds]
    assert prints[0]["infill_flow"] > prints[1]["infill_flow"] > prints[2]["infill_flow"]
    assert prints[0]["clicks"] == prints[1]["clicks"] == 0.0
    assert prints[2]["clicks"] > 1.5
    hot = bench(slicer__speed=4.0, slicer__temperature=25.0)
    assert printed(hot)["infill_flow"] > prints[2]["infill_flow"] + 0.02


def test_07_a_partial_clog_prints_well_slowly_and_a_cold_pull_cures_it() -> None:
    clogged = bench(ENDER, ("nozzle.debris", "minor"))
    assert read(clogged, "measure", "extrude_100mm_slow")["mean_of_100_mm"] > 96
    assert printed(clogged)["infill_flow"] < 0.94
    clogged.printer.values["slicer.temperature"] = 15.0
    assert printed(clogged)["infill_flow"] < 0.97
    clogged.printer.values["slicer.temperature"] = 0.0
    for _ in range(2):
        act(clogged, "clean", "nozzle")
    assert printed(clogged)["infill_flow"] > 0.94


def test_08_the_100_mm_test_tells_steps_slip_and_tangle_apart() -> None:
    steps, slips = bench(ENDER, ("firmware.e_steps_low", "major")), bench(ENDER, ("drive_gear.worn", "major"))
    tangled = bench(ENDER, ("filament.tangled", "critical"))
    assert read(steps, "measure", "extrude_100mm_slow")["mean_of_100_mm"] < 96
    assert read(steps, "measure", "extrude_100mm_slow")["spread_of_three"] < 2.5
    assert read(slips, "measure", "extrude_100mm_fast")["spread_of_three"] > 2.5
    assert read(tangled, "measure", "pull_spool")["force"] > 8
    assert read(slips, "measure", "pull_spool")["force"] < 8


def test_09_heat_creep_needs_time_and_a_bad_fan_and_cooling_down_helps_for_a_while() -> None:
    creeping = bench(ENDER, ("hotend_fan.worn", "major"))
    for _ in range(2):  # the second print begins cold again, and begins well again
        found = printed(creeping)
        assert found["wall_flow"] > 0.9 > found["late_flow"]
    assert read(creeping, "measure", "heatsink_temperature")["temperature"] > 54
    assert printed(bench())["late_flow"] > 0.93


def test_10_strings_answer_to_heat_retraction_and_damp_each_on_its_own_and_another_spool_does_not_string() -> None:
    usual = printed(bench())["strings"]
    for changed in ({"slicer__temperature": 20.0}, {"slicer__retraction": 0.35}, {"filament__moisture": 0.8}):
        assert printed(bench(**changed))["strings"] > 1.5 * usual
    wet = bench(ENDER, ("filament.wet", "major"), slicer__retraction=1.4, slicer__temperature=-9.0)
    assert printed(wet)["pops"] > 4
    act(wet, "replace", "filament")
    assert printed(wet)["pops"] < 4


@pytest.mark.parametrize(
    ("cause", "step"), [("belt_x.loose", "2.0 mm"), ("pulley_x.loose", "irregular"), ("driver_x.weak", "0.8 mm")]
)
def test_11_belt_pulley_and_motor_shift_by_sizes_of_their_own(cause: str, step: str) -> None:
    table = bench(PRUSA, (cause, "major"))
    assert printed(table)["shift_step"] == step
    assert (read(table, "measure", "hold_pulley_x")["shaft"] == "holds") == (cause != "pulley_x.loose")
    assert (read(table, "measure", "pluck_belt_x")["frequency"] > 92) == (cause != "belt_x.loose")


def test_12_on_a_corexy_one_motor_shifts_both_ways_and_unequal_belts_skew() -> None:
    weak, slack = bench(VORON, ("driver_x.weak", "major")), bench(VORON, ("belt_x.loose", "minor"))
    found = printed(weak)
    assert found["shift_x"] == pytest.approx(found["shift_y"])
    assert found["shift_x"] > 0.15
    assert printed(slack)["skew"] > 0.45 > printed(bench(ENDER, ("belt_x.loose", "minor")))["skew"]


def test_13_a_belt_sounds_with_the_root_of_its_tension() -> None:
    slack, tight = bench(belt_x__tension=0.25), bench(belt_x__tension=1.0)
    low, high = (read(one, "measure", "pluck_belt_x")["frequency"] for one in (slack, tight))
    assert high / low == pytest.approx(2.0, rel=0.1)
    assert motion.resonance(tight.printer.machine, tight.printer.values, "x") > 1.4 * motion.resonance(
        slack.printer.machine, slack.printer.values, "x"
    )


def test_14_an_offset_is_uniform_a_tilt_is_not_and_a_mesh_left_off_takes_nothing_out() -> None:
    high, tilted = bench(ENDER, ("probe.offset_high", "major")), bench(ENDER, ("bed_springs.tilted", "minor"))
    assert read(high, "measure", "paper_test")["centre"] > 0.08 > read(tilted, "measure", "paper_test")["centre"]
    assert read(tilted, "measure", "paper_test")["right_minus_left"] > 0.15
    off = bench(PROBED, ("firmware.mesh_off", "major"))
    assert printed(off)["first_layer_spread"] > 0.15
    act(off, "adjust", "firmware.mesh_enabled")
    assert printed(off)["first_layer_spread"] < 0.15


def test_15_grease_is_in_no_telemetry_and_washing_cures_it() -> None:
    greasy = bench(ENDER, ("bed_surface.greasy", "major"))
    for programme in ("hotend", "both_heaters"):
        assert all(one["state"] == "normal" for one in act(greasy, "read_telemetry", programme)["findings"])
    assert printed(greasy, "cube")["first_layer_grip"] < 0.6
    for _ in range(2):
        act(greasy, "clean", "bed_surface")
    assert printed(greasy, "cube")["first_layer_grip"] > 0.6


def test_16_a_clamped_z_guide_binds_at_a_height_and_an_opened_one_wobbles_instead() -> None:
    tight = bench(ENDER, ("guide_z.overtight", "moderate"))
    assert printed(tight)["squashed_where"] == "at one height"
    assert read(tight, "measure", "turn_z_by_hand")["middle_over_ends"] > 1.4
    opened = bench(guide_x__preload=0.2)
    assert read(opened, "measure", "move_x_by_hand")["wobble"] > 0.09
    assert read(opened, "measure", "move_x_by_hand")["friction"] < 8.5


def test_17_each_wire_of_the_probe_breaks_something_else() -> None:
    servo = read(bench(PROBED, ("probe_servo.disconnected", "critical")), "measure", "probe_deploy")
    signal = read(bench(PROBED, ("probe_signal.disconnected", "critical")), "measure", "probe_deploy")
    config = read(bench(PROBED, ("firmware.probe_disabled", "critical")), "measure", "probe_deploy")
    assert (servo["command"], servo["touch"]) == ("does not move", "seen")
    assert (signal["command"], signal["touch"]) == ("moves", "not seen")
    assert config["command"] == "ignored"


def test_18_two_heaters_reset_the_board_on_a_weak_supply_and_one_does_not() -> None:
    weak = bench(ENDER, ("psu.weak", "critical"))
    assert read(weak, "read_telemetry", "both_heaters") == {"board": "restarted"}
    assert read(weak, "read_telemetry", "hotend")["error"] == "none"


def test_19_a_repair_can_upset_what_it_did_not_mean_to_touch() -> None:
    offsets = []
    for seed in range(20):
        table = bench(ENDER, ("nozzle.charred", "major"), seed=seed)
        before = table.printer.values["probe.z_offset"]
        act(table, "replace", "nozzle")
        offsets.append(abs(table.printer.values["probe.z_offset"] - before))
    assert max(offsets) > 0.03 > min(offsets)  # calibrate again after a nozzle


def test_20_the_same_file_twice_differs_a_little_and_hours_make_it_worse() -> None:
    table = bench(PRUSA)
    first, second = printed(table, "cube"), printed(table, "cube")
    assert first["wall_flow"] != second["wall_flow"]
    assert abs(first["wall_flow"] - second["wall_flow"]) < 0.05
    table.printer.simulate_printing(1500)
    assert len(table.printer.out_of_order()) > 3
    assert table.printer.arisen
