"""Homing: endstops and probe, each wire of which can fail in its own way, with the firmware's words for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from actors.worlds.printer.machine import Machine

Values = Mapping[str, float]

TOUCHES = 9
"""Touches of one homing with its mesh."""


@dataclass
class Homing:
    """How homing went: `normal`, or the word for what happened, and what the firmware said."""

    outcome: str = "normal"
    firmware: list[str] = field(default_factory=list)


def missed(contact: float) -> float:
    """Chance that one signal gets lost on a contact of this quality; a contact in order loses none."""
    return max(0.95 - contact, 0.0) / 0.95


def home(machine: Machine, values: Values, rng: random.Random) -> Homing:
    """Home all axes, and probe the bed where there is a probe."""
    for axis in ("x", "y"):
        homed = home_axis(machine, values, axis, rng)
        if homed.outcome != "normal":
            return homed
    return home_z(machine, values, rng)


def home_axis(machine: Machine, values: Values, axis: str, rng: random.Random) -> Homing:
    """Home X or Y against its switch, or against the motor's own stall where there is none."""
    if f"endstop_{axis}" not in machine.lacks and rng.random() < missed(values[f"endstop_{axis}.signal"]):
        return Homing("axis grinds at its end", ["echo:Homing Failed", "Error:Printer halted. kill() called!"])
    if values[f"motor_{axis}_cable.contact"] < 0.3:
        return Homing("axis does not move", ["echo:Homing Failed", "Error:Printer halted. kill() called!"])
    return Homing()


def home_z(machine: Machine, values: Values, rng: random.Random) -> Homing:
    """Home Z: against its switch, or with as many touches of the probe as a mesh takes."""
    if machine.probe == "none":
        return _touch_endstop(values, rng)
    if values["firmware.probe_enabled"] < 0.5:
        return Homing(
            "probe ignored",
            ['echo:Unknown command: "G29"', "Error:STOP called because of unhomed error - restart with M999"],
        )
    return probe_bed(machine, values, rng)


def _touch_endstop(values: Values, rng: random.Random) -> Homing:
    if any(rng.random() < missed(values["endstop_z.signal"]) for _ in range(6)):
        return Homing("nozzle hits the bed", ["echo:Homing Failed", "Error:Printer halted. kill() called!"])
    return Homing()


def probe_bed(machine: Machine, values: Values, rng: random.Random, touches: int = TOUCHES) -> Homing:
    """Touch the bed so many times."""
    servo = values["probe_servo.contact"] if machine.probe == "bltouch" else 1.0
    power = values["probe_power.contact"] if "probe_power" not in machine.lacks else 1.0
    for _ in range(touches):
        if rng.random() < missed(min(servo, power)):
            return Homing("probe does not deploy", ["Error:STOP called because of BLTouch error - restart with M999"])
        if rng.random() < missed(values["probe_signal.contact"]):
            return Homing("nozzle hits the bed", ["echo:Probing Failed", "Error:Printer halted. kill() called!"])
    return Homing()
