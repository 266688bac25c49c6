"""Belts, pulleys, guides, motors and drivers of the horizontal axes: play, ringing, and steps that get lost.

Shift quanta: 0.8 mm where a motor loses four full steps, 2 mm where a GT2 belt jumps a tooth, anything where a pulley
turns on its shaft. Pluck frequency of a 150 mm span with 8.4 g/m: 110 Hz at 9.1 N [T]. Forces are estimates [E].
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics.elementwise import Quantity, clip, least, logistic, most, power, sqrt

Values = Mapping[str, float]
Axis = Literal["x", "y"]

PLUCK = 110.0
"""Hz of a belt at specified tension."""
STEP_LOSS = 0.8
TOOTH = 2.0
AXIS_STIFFNESS = {"x": 200e3, "y": 195e3}
"""N/m of belt and frame: 120 Hz with 0.35 kg on X, 70 Hz with 1 kg on Y [E]."""
HOLDS_STILL = 0.06
"""Looseness that a grub screw still holds by friction."""
STIFF = 8.5
"""N by hand from which an axis is stiff."""
WARM_UP = 15.0
"""Minutes in which the drivers warm up."""
DRIVER_LIMIT = 125.0
"""Degrees C from which a driver cuts its current [E]."""


def pluck_frequency(tension: Quantity) -> Quantity:
    """Hz of a plucked belt; goes with the root of its tension."""
    return PLUCK * sqrt(most(tension, 0.0))


def stiffness(values: Mapping[str, Quantity], axis: Axis) -> Quantity:
    """Share of the axis' specified stiffness that belt and guide leave."""
    belt = clip(values[f"belt_{axis}.tension"], 0.0, 1.4)
    guide = least(values[f"guide_{axis}.preload"], 1.0)
    return power(belt, 0.7) * (0.25 + 0.75 * guide)


def resonance(machine: Machine, values: Mapping[str, Quantity], axis: Axis) -> Quantity:
    """First resonance of the axis in Hz."""
    mass = machine.mass.x if axis == "x" else machine.mass.y
    return sqrt(AXIS_STIFFNESS[axis] * stiffness(values, axis) / mass) / (2.0 * math.pi)


def play(values: Mapping[str, Quantity], axis: Axis) -> Quantity:
    """Lost motion at a reversal in mm: slack belt, loose pulley, loose guide."""
    slack = 0.10 * most(0.75 - values[f"belt_{axis}.tension"], 0.0)
    pulley = 0.45 * values[f"pulley_{axis}.slack"]
    guide = 0.28 * most(0.65 - values[f"guide_{axis}.preload"], 0.0)
    return 0.01 + slack + pulley + guide


def friction(values: Mapping[str, Quantity], axis: Axis) -> Quantity:
    """N to move the axis slowly by hand, motors off."""
    pull = 6.0 * most(values[f"belt_{axis}.tension"] - 1.4, 0.0)  # an overtight belt presses on its bearings
    return 4.0 * most(values[f"guide_{axis}.preload"], 0.15) * (1.0 + values[f"guide_{axis}.dirt"]) + pull


def labour(values: Mapping[str, Quantity], axis: Axis) -> Quantity:
    """Current that an axis draws beside an easy one: more where it is stiffer than 8.5 N by hand [E]."""
    return 1.0 + 0.02 * most(friction(values, axis) - STIFF, 0.0)


def driver_temperature(
    values: Mapping[str, Quantity], minutes: float, current: Quantity, load: Quantity | float = 1.0
) -> Quantity:
    """Driver temperature in degrees C: 60 K above the air at rated current with a healthy board fan [E].

    `load` is the current that a stiff axis draws beside an easy one, see `labour`.
    """
    cooling = 0.35 + 0.65 * (1.0 - values["board_fan.wear"])
    return 25.0 + 60.0 * (current * load) ** 2 / cooling * (1.0 - math.exp(-minutes / WARM_UP))


def motor_force(
    values: Mapping[str, Quantity], axis: Axis, minutes: float, volts_share: Quantity | float = 1.0
) -> Quantity:
    """N that the motor still pulls at print speed after so many minutes."""
    current = values[f"driver_{axis}.current"]
    hot = driver_temperature(values, minutes, current, labour(values, axis))
    left = least(most(1.0 - (hot - DRIVER_LIMIT) / 30.0, 0.25), 1.0)  # beyond its limit it cuts its current
    contact = most(2.0 * values[f"motor_{axis}_cable.contact"] - 1.0, 0.0)
    return 14.0 * current * left * values[f"motor_{axis}.torque"] * contact * (0.4 + 0.6 * volts_share)


@dataclass
class Shifts:
    """What a print lost: offsets of the head at the end and each event, mm in motor coordinates."""

    events: list[tuple[float, Axis, float, str]] = field(default_factory=list)
    """(minute, motor, mm, how: steps | tooth | slip)"""

    def total(self, axis: Axis) -> float:
        """Sum over one motor in mm."""
        return sum(mm for _, motor, mm, _ in self.events if motor == axis)

    def of(self, how: str) -> int:
        """How many events of this kind."""
        return sum(1 for *_, kind in self.events if kind == how)


def run_axis(
    machine: Machine, values: Values, axis: Axis, minutes: float, rng: random.Random, volts_share: float = 1.0
) -> Shifts:
    """Move for so many minutes and keep what gets lost. One block of moves per minute."""
    shifts = Shifts()
    for minute in range(int(minutes)):
        shifts.events += lose(machine, values, axis, minute, rng, volts_share)
    return shifts


def lose(
    machine: Machine,
    values: Values,
    axis: Axis,
    minute: float,
    rng: random.Random,
    volts_share: float = 1.0,
    acceleration: float | None = None,
) -> list[tuple[float, Axis, float, str]]:
    """What one minute of moves loses, so many minutes after a cold start: events as `Shifts` keeps them.

    `acceleration` in mm/s2 is the hardest in that minute, else that of the machine in prints.
    """
    events: list[tuple[float, Axis, float, str]] = []
    mass = machine.mass.x if axis == "x" else machine.mass.y
    base = mass * (machine.acceleration if acceleration is None else acceleration) / 1000.0 + friction(values, axis)
    demand = base + abs(rng.gauss(0.0, 0.8))
    if rng.random() < gives_way(demand, motor_force(values, axis, minute, volts_share)):
        events.append((minute, axis, STEP_LOSS * rng.choice((-2, -1, 1, 1, 2)), "steps"))
    if rng.random() < gives_way(demand, 15.0 * values[f"belt_{axis}.tension"]):
        events.append((minute, axis, TOOTH * rng.choice((-1, 1)), "tooth"))
    slack = max(values[f"pulley_{axis}.slack"] - HOLDS_STILL, 0.0)
    if rng.random() < slack:
        events.append((minute, axis, rng.gauss(0.0, 0.25 + 0.6 * slack), "slip"))
    return events


def to_head(machine: Machine, motor_x: Quantity, motor_y: Quantity) -> tuple[Quantity, Quantity]:
    """Head offset in mm from motor offsets: axis by axis, or diagonal on a CoreXY (A = x + y, B = x - y)."""
    if machine.kinematics == "corexy":
        return (motor_x + motor_y) / 2.0, (motor_x - motor_y) / 2.0
    return motor_x, motor_y


def skew(machine: Machine, values: Mapping[str, Quantity]) -> Quantity:
    """Degrees by which X and Y are out of square; on a CoreXY unequal belts rack the gantry [S: 1-2 degrees seen]."""
    if machine.kinematics != "corexy":
        return 0.03 + 0.0 * values["belt_x.tension"]
    return 0.03 + 1.1 * abs(values["belt_x.tension"] - values["belt_y.tension"])


def gives_way(demand: Quantity, held: Quantity) -> Quantity:
    """Chance that a minute of moves loses grip: almost none below, almost sure above."""
    return logistic((demand / most(held, 1e-9) - 1.0) / 0.05)
