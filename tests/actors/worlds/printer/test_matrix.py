"""The symptom matrix, row by row: every row has its causes, and each is told from its double by what the row names.

Rows are numbered as in the matrix from which the faults were made. A double is a fault that a customer's words do not
keep apart from the first one; what tells them apart is one observation, and few others may.
"""

from __future__ import annotations

from functools import cache

import pytest

from actors.worlds.port import Act
from actors.worlds.printer.bench import TARGET, PrinterBench, offers
from actors.worlds.printer.machine import machines
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import causes, possible, type_of

ROWS: dict[int, tuple[str, ...]] = {
    1: ("nozzle.debris", "nozzle.charred"),
    2: ("nozzle.debris",),
    3: ("slicer.too_cold",),
    4: ("firmware.thermistor_reads_high",),
    5: ("thermistor.loose", "thermistor_wiring.bad_contact", "firmware.thermistor_type"),
    6: ("thermistor_wiring.broken", "thermistor_wiring.shorted"),
    7: ("heater_cartridge.failing", "heater_wiring.loose"),
    8: ("heater_sock.missing", "part_fan.misaimed"),
    9: ("firmware.pid_wrong",),
    10: ("drive_gear.worn", "drive_gear.dusty", "idler.loose"),
    11: ("idler.overtight",),
    12: ("firmware.e_steps_low", "firmware.e_steps_high", "slicer.too_much_flow"),
    13: ("hotend_fan.worn", "hotend_fan.blocked", "heat_break.loose"),
    14: ("ptfe_tube.gap", "ptfe_tube.worn"),
    15: ("filament.wet",),
    16: ("slicer.retraction_low", "slicer.too_hot"),
    17: ("slicer.too_fast",),
    18: ("nozzle.worn",),
    19: ("probe.offset_high", "probe.offset_low"),
    20: ("bed_springs.tilted", "bed_plate.warped", "firmware.mesh_off"),
    21: ("bed_surface.greasy", "bed_surface.worn"),
    22: ("bed_thermistor.reads_high",),
    23: ("belt_x.loose", "belt_y.loose"),
    24: ("pulley_x.loose", "pulley_y.loose"),
    25: ("driver_x.weak", "driver_y.weak", "board_fan.worn"),
    26: ("guide_y.dirty", "guide_x.loose", "guide_y.loose"),
    27: ("slicer.no_z_hop",),
    28: ("belt_x.loose",),
    29: ("guide_z.overtight", "lead_screw.dry"),
    30: ("z_sync.out_of_step", "driver_z2.dead"),
    31: ("lead_screw.bent", "z_coupler.loose", "guide_z.loose"),
    32: ("probe_servo.disconnected",),
    33: ("probe_signal.disconnected", "probe_pin.bent"),
    34: ("probe_power.missing", "firmware.probe_disabled"),
    35: ("endstop_z.broken", "endstop_x.broken", "endstop_y.broken"),
    36: ("psu.weak", "psu_terminals.loose"),
    37: ("mains_cable.loose", "mainboard.dead"),
    38: ("motor_x_cable.loose", "motor_y_cable.loose"),
    39: ("part_fan.worn",),
    40: ("toolhead_2.misaligned", "toolhead_2.calibrated_cold"),
    41: ("firmware.mesh_off", "firmware.e_steps_high", "firmware.pid_wrong", "slicer.too_fast"),
}
ROWLESS = {"filament.tangled"}
"""Causes that the matrix does not list; behaviour 8 does."""
SHOWN_ON = {28: "voron_2_4", 30: "cr_10_dual_z", 40: "idex_300"}
"""Rows that one kind of machine alone can show."""

DOUBLES: list[tuple[int, str, str, str, str, int]] = [
    (1, "nozzle.debris", "slicer.too_cold", "ender_3", "free_extrusion/strand", 13),
    (4, "firmware.thermistor_reads_high", "slicer.too_cold", "ender_3", "hotend_thermometer/true_minus_shown", 3),
    (5, "thermistor.loose", "slicer.retraction_low", "ender_3", "idle_ooze/length", 14),
    (9, "firmware.pid_wrong", "thermistor.loose", "ender_3", "pid_autotune/gain_in_use_over_found", 10),
    (10, "drive_gear.worn", "nozzle.debris", "ender_3", "push_by_hand/force", 3),
    (11, "idler.overtight", "hotend_fan.worn", "ender_3", "filament_marks/marks", 11),
    (12, "firmware.e_steps_low", "drive_gear.worn", "ender_3", "extrude_100mm_slow/mean_of_100_mm", 5),
    (13, "hotend_fan.worn", "nozzle.debris", "ender_3", "heatsink_temperature/temperature", 12),
    (14, "ptfe_tube.gap", "nozzle.debris", "ender_3", "cold_pull/collar", 4),
    (15, "filament.wet", "thermistor.loose", "ender_3", "free_extrusion/pops", 16),
    (16, "slicer.retraction_low", "filament.wet", "ender_3", "filament_weight/loss", 3),
    (18, "nozzle.worn", "firmware.e_steps_high", "ender_3", "nozzle_gauge/orifice", 7),
    (19, "probe.offset_high", "bed_springs.tilted", "ender_3", "paper_test/right_minus_left", 3),
    (21, "bed_surface.greasy", "probe.offset_high", "ender_3", "water_break/water", 2),
    (22, "bed_thermistor.reads_high", "bed_surface.greasy", "ender_3", "bed_thermometer/surface_minus_shown", 2),
    (23, "belt_x.loose", "pulley_x.loose", "ender_3", "pluck_belt_x/frequency", 4),
    (24, "pulley_x.loose", "belt_x.loose", "ender_3", "hold_pulley_x/shaft", 4),
    (25, "board_fan.worn", "driver_x.weak", "ender_3", "driver_heat/temperature", 5),
    (26, "guide_y.dirty", "driver_y.weak", "ender_3", "move_y_by_hand/friction", 3),
    (27, "slicer.no_z_hop", "guide_y.dirty", "ender_3", "test_print/scars", 5),
    (28, "belt_x.loose", "driver_x.weak", "voron_2_4", "test_print/skew", 6),
    (29, "guide_z.overtight", "lead_screw.dry", "ender_3", "turn_z_by_hand/middle_over_ends", 2),
    (30, "z_sync.out_of_step", "bed_springs.tilted", "cr_10_dual_z", "gantry_height/right_minus_left", 0),
    (30, "driver_z2.dead", "z_sync.out_of_step", "cr_10_dual_z", "gantry_height/second_screw", 0),
    (32, "probe_servo.disconnected", "probe_signal.disconnected", "ender_3_bltouch", "probe_deploy/command", 4),
    (34, "probe_power.missing", "probe_servo.disconnected", "ender_3_bltouch", "probe_deploy/self_test", 1),
    (38, "motor_x_cable.loose", "driver_x.weak", "prusa_mk3s", "send_gcode:M122/ola_x", 4),
    (40, "toolhead_2.misaligned", "toolhead_2.calibrated_cold", "idex_300", "toolhead_comb/grows_by", 2),
    (7, "heater_cartridge.failing", "psu.weak", "ender_3", "supply_voltage/supply_under_load", 23),
    (8, "heater_sock.missing", "heater_wiring.loose", "ender_3", "heater_circuit/wiring_loss", 19),
    (36, "psu.weak", "heater_wiring.loose", "ender_3", "supply_voltage/supply_under_load", 23),
]
"""Row, cause, its double, the machine, the observation that tells, and how many other readings of both may differ.

Where many may, the double ends the print or upsets the thermometer, and telemetry of every kind shows that.
"""


@cache
def readings(cause: str, model: str) -> dict[str, str]:
    """State of everything that can be seen, measured and printed of a machine with this fault, moderate, by sign."""
    printer = VirtualPrinter(model, seed=3)
    printer.values.update({name: one.healthy for name, one in printer.machine.parameters.items()})
    printer.introduce_problem(type_of(cause), "moderate", cause=cause)
    looks = offers(printer.machine)["looks"]
    found: dict[str, str] = {}
    acts = [(kind, target) for kind in looks for target in looks[kind]]
    for tool, target in [*acts, ("test_print", "long")]:
        table = PrinterBench(printer.twin(), {"machine": model, "seed": 3, "voice": "expert"})
        for one in table.act(Act(tool, {TARGET[tool]: target})).data["findings"]:
            found[one["sign"]] = str(one["state"])
    return found


def test_every_row_has_causes_and_every_cause_a_row() -> None:
    assert sorted(ROWS) == list(range(1, 42))
    listed = {cause for row in ROWS.values() for cause in row}
    assert listed <= causes().keys()
    assert causes().keys() - listed == ROWLESS


@pytest.mark.parametrize("row", ROWS)
def test_the_first_cause_of_a_row_is_noticed_by_its_owner(row: int) -> None:
    cause = ROWS[row][0]
    models = [SHOWN_ON[row]] if row in SHOWN_ON else ["ender_3", "ender_3_bltouch"]
    model = next(one for one in models if possible(cause, machines()[one]))
    printer = VirtualPrinter(model, seed=3)
    printer.introduce_problem(type_of(cause), "critical" if row == 2 else "major", cause=cause)
    assert printer.get_symptoms()


@pytest.mark.parametrize(("row", "cause", "double", "model", "telling", "others"), DOUBLES)
def test_a_cause_is_told_from_its_double_by_what_its_row_names_and_by_little_else(
    row: int, cause: str, double: str, model: str, telling: str, others: int
) -> None:
    assert cause in ROWS[row]
    sign = telling if telling.startswith(("test_print", "send_gcode")) else f"measure:{telling}"
    one, other = readings(cause, model), readings(double, model)
    both = one.keys() & other.keys()
    assert sign in both
    assert one[sign] != other[sign]
    apart = {what for what in both if one[what] != other[what]} - {sign}
    assert len(apart) <= others, sorted(apart)
    assert len(both) - len(apart) > 3 * len(apart)  # the bulk of what can be looked at does not separate them
