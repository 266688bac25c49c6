"""Why parts wear faster or slower: the stress on each, 1 in ordinary use of a machine in order.

Rates at stress 1 stand in `components.yaml` (`wear`). Exponents and factors are estimates [E] unless a line says more:
char grows with exp((T - 230)/15) times residence, PTFE ages with exp((T - 235)/12), brass loses 0.05 to 0.1 mm a kg of
carbon fibre [E, after a test cited by Fabbaloo], a supply ages twice as fast each 10 K, cables age by strokes. Every
function takes plain floats or arrays with one element a printer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import circuit, flow, heat, motion, vertical
from actors.worlds.printer.physics.elementwise import Quantity, clip, exp, least, log, most
from actors.worlds.printer.physics.use import Use

LONG = 60.0
"""Minutes after which drivers and heat sink are as warm as they get."""


@dataclass(frozen=True)
class Strain(Generic[Quantity]):
    """What several parts suffer from at once.

    Attributes:
        block: true temperature of the heater block, degrees C.
        creep: K by which the heat sink is above softening.
        slip: share of the feed that the drive gear loses on infill.
        effort: share of what the drive gear can hold.
        driver: temperature of the hotter of the X and Y drivers, degrees C.
    """

    block: Quantity
    creep: Quantity
    slip: Quantity
    effort: Quantity
    driver: Quantity


def true_block(machine: Machine, values: Mapping[str, Quantity], shown: Quantity) -> Quantity:
    """Temperature of the block when firmware holds `shown` degrees C; never above what the heater can reach."""
    ohm = 1e5 * exp((circuit.BETA + values["firmware.thermistor_beta"]) * (1.0 / (shown + 273.15) - 1.0 / 298.15))
    leaks = ohm / most(1.0 - ohm * values["thermistor_wiring.leak"], 0.05)
    true_ohm = most(leaks - values["thermistor_wiring.resistance"], 20.0)
    bead = 1.0 / (1.0 / 298.15 + log(true_ohm / 1e5) / circuit.BETA) - 273.15
    block = heat.AMBIENT + (bead - heat.AMBIENT) / most(values["thermistor.coupling"], 0.3)
    ceiling = machine.hotend.power / machine.hotend.loss
    return least(block, min(heat.AMBIENT + ceiling, 330.0))


def strain(machine: Machine, values: Mapping[str, Quantity], use: Use[Quantity]) -> Strain[Quantity]:
    """What the machine's state does to its parts in this use."""
    block = true_block(machine, values, use.nozzle + values["slicer.temperature"])
    creep = most(heat.sink_temperature(values, block, LONG, use.room + 5.0) - machine.material.softens, 0.0)
    printed = flow.extrude(machine, values, block=block, flow=flow.infill_flow(machine) * values["slicer.speed"])
    asked = values["firmware.e_steps"] * values["slicer.flow"]
    slip = 1.0 - printed.delivered / most(asked, 0.05)
    axes: tuple[motion.Axis, ...] = ("x", "y")
    x, y = (
        motion.driver_temperature(values, LONG, values[f"driver_{axis}.current"], motion.labour(values, axis))
        for axis in axes
    )
    driver = 0.5 * (x + y + abs(x - y)) + use.room - heat.AMBIENT
    return Strain(block, creep, slip, printed.share, driver)


def stress(
    machine: Machine, values: Mapping[str, Quantity], use: Use[Quantity], strain: Strain[Quantity]
) -> dict[str, Quantity]:
    """Factor on the ordinary rate of each parameter that wears; a parameter that is not named wears at that rate."""
    return {
        **_hot_end(values, use, strain),
        **_extruder(machine, values, use, strain),
        **_bed(values, use),
        **_motion(machine, values, use),
        **_electronics(values, use, strain),
    }


def _hot_end(values: Mapping[str, Quantity], use: Use[Quantity], strain: Strain[Quantity]) -> dict[str, Quantity]:
    hot = strain.block
    residence = 4.0 / most(use.flow, 0.5)
    gap = 1.0 + 2.0 * values["ptfe_tube.gap"]
    return {
        "nozzle.wear": use.flow / 4.0 * (1.0 + 40.0 * use.abrasive),
        "nozzle.char": exp((hot - 210.0) / 15.0) * residence * gap,
        "nozzle.clog": use.dust * (1.0 + 0.8 * least(strain.creep, 30.0) + 10.0 * values["nozzle.char"]),
        "ptfe_tube.wear": exp((least(hot, 300.0) - 210.0) / 12.0),
        "ptfe_tube.gap": use.strokes * (1.0 + values["ptfe_tube.wear"]),
        "heater_cartridge.power": exp((hot - 210.0) / 40.0),
        "heater_wiring.resistance": use.strokes * (1.0 + least(values["heater_wiring.resistance"], 5.0) / 0.5),
        "heater_sock.cover": exp((hot - 210.0) / 30.0),
        "thermistor.coupling": use.prints,
        "thermistor_wiring.resistance": use.strokes,
        "thermistor_wiring.flex_break": use.strokes,
        "part_fan.flow": use.dust,
        "part_fan.misaim": use.strokes,
        "hotend_fan.wear": use.dust * (1.0 + 2.0 * values["hotend_fan.lint"]) * exp((use.room - 22.0) / 15.0),
        "hotend_fan.lint": use.dust * (1.0 - values["hotend_fan.lint"]),
    }


def _extruder(
    machine: Machine, values: Mapping[str, Quantity], use: Use[Quantity], strain: Strain[Quantity]
) -> dict[str, Quantity]:
    effort = least(strain.effort, 3.0) / 0.35
    ground = most(values["idler.tension"] - 1.3, 0.0)
    return {
        "drive_gear.wear": use.flow / 4.0 * effort * effort * (1.0 + 5.0 * use.abrasive),
        "drive_gear.dust": use.flow / 4.0 * (1.0 + 60.0 * strain.slip + 8.0 * ground),
        "idler.tension": values["idler.tension"],
        "filament.moisture": machine.material.uptake * (1.1 * use.humidity - values["filament.moisture"]) / 0.4,
        "motor_e.torque": values["driver_e.current"] * values["driver_e.current"],
        "filament_sensor.false_stop": use.dust,
    }


def _bed(values: Mapping[str, Quantity], use: Use[Quantity]) -> dict[str, Quantity]:
    scrapes = clip(-values["probe.z_offset"] - 0.05, 0.0, 0.3) / 0.1
    warm = exp((use.bed - 60.0) / 30.0)
    return {
        "bed_surface.grease": use.prints * (1.0 - values["bed_surface.grease"]),
        "bed_surface.wear": use.prints * warm * (1.0 + 8.0 * scrapes),
        "bed_plate.warp": use.prints * warm,
        "bed_springs.tilt": use.prints,
        "bed_heater.power": use.prints * warm,
        "bed_thermistor.offset": use.prints,
        "probe.z_offset": use.prints,
        "probe_pin.noise": use.prints,
        "probe_servo.contact": use.prints,
        "probe_signal.contact": use.prints,
        "endstop_z.signal": use.prints,
    }


def _motion(machine: Machine, values: Mapping[str, Quantity], use: Use[Quantity]) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {
        "lead_screw.dryness": use.dust * (1.0 - values["lead_screw.dryness"]),
        "z_coupler.slack": use.strokes * vertical.z_friction(values, 0.5) / 37.0,
        "guide_z.preload": values["guide_z.preload"],
        "motor_z.torque": use.strokes,
    }
    axes: tuple[motion.Axis, ...] = ("x", "y")
    for axis in axes:
        jerk = (machine.mass.x if axis == "x" else machine.mass.y) * machine.acceleration / 300.0
        current = values[f"driver_{axis}.current"]
        dirt = values[f"guide_{axis}.dirt"]
        tight = 4.0 * most(values[f"belt_{axis}.tension"] - 1.4, 0.0)
        found[f"belt_{axis}.tension"] = use.strokes * values[f"belt_{axis}.tension"]
        slack = 1.0 + 10.0 * values[f"pulley_{axis}.slack"]
        found[f"pulley_{axis}.slack"] = slack * use.strokes * jerk
        found[f"guide_{axis}.preload"] = use.strokes * (1.0 + dirt + tight) * values[f"guide_{axis}.preload"]
        found[f"guide_{axis}.dirt"] = use.dust * (1.0 + dirt)
        found[f"motor_{axis}.torque"] = current * current * motion.friction(values, axis) / 4.2
        found[f"motor_{axis}_cable.contact"] = use.strokes
        found[f"endstop_{axis}.signal"] = use.prints
    return found


def _electronics(values: Mapping[str, Quantity], use: Use[Quantity], strain: Strain[Quantity]) -> dict[str, Quantity]:
    warm = exp((use.room - 22.0) / 14.43)  # twice as fast each 10 K
    return {
        "board_fan.wear": use.dust * exp((use.room - 22.0) / 15.0),
        "mainboard.health": exp((least(strain.driver, 150.0) - 85.0) / 25.0),
        "psu.resistance": warm * (0.5 + 0.5 * values["bed_heater.power"]),
        "psu_terminals.resistance": use.prints * (1.0 + least(values["psu_terminals.resistance"], 1.0) / 0.05),
    }


def clocks(use: Use[Quantity], strain: Strain[Quantity]) -> dict[str, Quantity]:
    """Hours that each clock of failures counts for one hour of printing; 1 in ordinary use.

    Cables age by strokes, pads and screws by prints, hot parts by heat, gears and nozzles by what runs through them.
    """
    return {
        "hours": 1.0 + 0.0 * use.strokes,
        "heat": exp((least(strain.block, 300.0) - 210.0) / 20.0),
        "strokes": use.strokes,
        "prints": use.prints,
        "grams": use.flow / 4.0 * (1.0 + 20.0 * use.abrasive),
        "dust": use.dust,
        "effort": least(strain.effort, 3.0) / 0.35,
        "electric": exp((use.room - 22.0) / 14.43),
    }


CLOCKS = ("hours", "heat", "strokes", "prints", "grams", "dust", "effort", "electric")
"""Names of the clocks, in order."""
