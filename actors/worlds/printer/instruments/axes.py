"""Instruments for motion: belts, pulleys, guides, motors, the Z screw, two tool heads."""

from __future__ import annotations

import random

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.instruments.catalogue import Reading, Values, at, instrument
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import motion, surface, vertical


def _belt(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        hz = motion.pluck_frequency(values[f"belt_{axis}.tension"]) * rng.gauss(1, 0.015)
        return [within(at(f"pluck_belt_{axis}", "frequency"), hz, "Hz", 92.0, 131.0)]

    read.__name__ = f"pluck_belt_{axis}"
    return read


def _hand(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        name = f"move_{axis}_by_hand"
        wobble = 0.05 + 0.5 * max(0.65 - values[f"guide_{axis}.preload"], 0.0)
        return [
            within(at(name, "friction"), motion.friction(values, axis) * rng.gauss(1, 0.04), "N", 1.5, 8.5),
            within(at(name, "wobble"), wobble * rng.gauss(1, 0.05), "mm", None, 0.09),
        ]

    read.__name__ = f"move_{axis}_by_hand"
    return read


def _shaft(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        slips = values[f"pulley_{axis}.slack"] > 0.09
        return [word(at(f"hold_pulley_{axis}", "shaft"), "turns in the pulley" if slips else "holds", "holds")]

    read.__name__ = f"hold_pulley_{axis}"
    return read


def _motor(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        contact = values[f"motor_{axis}_cable.contact"]
        feel = "holds" if contact > 0.9 else "jerks" if contact > 0.05 else "dead"
        current = values[f"driver_{axis}.current"] * rng.gauss(1, 0.02)
        return [
            word(at(f"motor_{axis}", "motion"), feel, "holds"),
            within(at(f"motor_{axis}", "current"), current * 100, "% of rated", 78, 125),
            within(at(f"motor_{axis}", "holding_torque"), values[f"motor_{axis}.torque"] * 100, "% of rated", 78, None),
        ]

    read.__name__ = f"motor_{axis}"
    return read


for _axis in ("x", "y"):
    _name = _axis.upper()
    instrument(f"Pluck the {_name} belt and take its frequency.", 3, f"belt_{_axis}", powered=False)(_belt(_axis))
    instrument(f"Motors off: push the {_name} axis by hand and feel for wobble.", 2, f"guide_{_axis}", powered=False)(
        _hand(_axis)
    )
    instrument(f"Hold the {_name} motor's pulley and twist the shaft.", 5, f"pulley_{_axis}", powered=False)(
        _shaft(_axis)
    )
    instrument(f"Jog the {_name} motor; take its current and holding torque.", 7, f"motor_{_axis}")(_motor(_axis))


@instrument("After half an hour of motion: temperature of the drivers, air from the board fan.", 12, "board_fan")
def driver_heat(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """How hot the drivers get."""
    axes: tuple[motion.Axis, ...] = ("x", "y")
    hottest = max(
        motion.driver_temperature(values, 30, values[f"driver_{axis}.current"], motion.labour(values, axis))
        for axis in axes
    )
    return [
        within(at("driver_heat", "temperature"), min(hottest, 160) + rng.gauss(0, 1.5), "C", None, 112),
        within(at("driver_heat", "board_fan_air"), 1.0 - values["board_fan.wear"], "share", 0.62, None),
    ]


@instrument("Measure the gantry's height over the frame left and right.", 4, "z_sync")
def gantry_height(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Two screws in or out of step, and whether both turn when Z moves."""
    dead = "driver_z2" not in machine.lacks and values["driver_z2.current"] < 0.5
    return [
        within(
            at("gantry_height", "right_minus_left"),
            abs(vertical.screws_apart(machine, values)) + abs(rng.gauss(0, 0.01)),
            "mm",
            None,
            0.2,
        ),
        word(at("gantry_height", "second_screw"), "stands still" if dead else "turns", "turns"),
    ]


@instrument("Motors off: turn the Z screw by hand over the whole travel.", 6, "lead_screw", powered=False)
def turn_z_by_hand(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Torque at the ends and in the middle, run-out, and whether screw and motor turn together."""
    ends, middle = vertical.z_friction(values, 0.05), vertical.z_friction(values, 0.5)
    loose = max(0.6 - values["guide_z.preload"], 0.0)
    couples = "slips" if "z_coupler" not in machine.lacks and values["z_coupler.slack"] > 0.09 else "holds"
    return [
        within(at("turn_z_by_hand", "at_the_ends"), ends * rng.gauss(1, 0.04), "N", None, 56),
        within(at("turn_z_by_hand", "middle_over_ends"), middle / ends, "x", None, 1.4),
        within(at("turn_z_by_hand", "run_out"), values["lead_screw.bend"], "mm", None, 0.06),
        word(at("turn_z_by_hand", "coupler"), couples, "holds"),
        within(at("turn_z_by_hand", "wobble"), 0.05 + 0.5 * loose, "mm", None, 0.09),
    ]


@instrument("Calibration comb of both tool heads, cold and after half an hour.", 15, "toolhead_2")
def toolhead_comb(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Offset now, and what warmth adds."""
    cold = abs(surface.tool_offset(machine, values, 0.0))
    grows = surface.tool_offset(machine, values, 40.0) - surface.tool_offset(machine, values, 0.0)
    return [
        within(at("toolhead_comb", "offset_cold"), cold + abs(rng.gauss(0, 0.01)), "mm", None, 0.1),
        within(at("toolhead_comb", "grows_by"), grows + rng.gauss(0, 0.005), "mm", None, 0.09),
    ]
