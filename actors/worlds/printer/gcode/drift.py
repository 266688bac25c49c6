"""How far the head was from where the firmware believed it: steps, teeth and pulleys, screws, play and skew."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actors.worlds.printer import print_job
from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.program import Program
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import motion, vertical

PERIOD_SCREW = vertical.LEAD


@dataclass(frozen=True)
class Shift:
    """One event in which an axis lost its place.

    Attributes:
        seconds: of the motion.
        layer: that was being printed.
        motor: `x` or `y`; on a CoreXY the A or B motor.
        how: `steps` (multiples of 0.8 mm), `tooth` (2 mm), `slip` (anything), `collision` (multiples of 0.8 mm).
        x, y: mm by which the head moved aside.
    """

    seconds: float
    layer: int
    motor: str
    how: str
    x: float
    y: float


@dataclass(frozen=True)
class Drift:
    """Errors of place.

    Attributes:
        shifts: in order of time.
        play: mm lost at a reversal, X and Y.
        skew: degrees that Y leans against X.
        ribs: mm of the wave that repeats with the screw's lead.
        noise: mm by which layer heights scatter.
        sunk: mm by which each layer and all above it are too low, one element a layer.
        squashed: layers that came out squashed.
    """

    shifts: tuple[Shift, ...]
    play: tuple[float, float]
    skew: float
    ribs: float
    noise: float
    sunk: Array
    squashed: tuple[int, ...]

    def aside(self, seconds: Array) -> tuple[Array, Array]:
        """Mm by which the head was off in X and Y at these times."""
        x, y = np.zeros(len(seconds)), np.zeros(len(seconds))
        for shift in self.shifts:
            later = seconds >= shift.seconds
            x, y = x + shift.x * later, y + shift.y * later
        return x, y


def drifted(
    machine: Machine, values: Mapping[str, Any], program: Program, volts: float, stopped: float, rng: random.Random
) -> Drift:
    """Move along a file and keep what gets lost.

    Args:
        machine: the printer model.
        values: its parameters.
        program: the file.
        volts: lowest supply voltage as a share of the nominal.
        stopped: second of the motion at which the firmware stopped.
        rng: when an axis gives way, and how far.
    """
    sunk, squashed = _squashed(machine, values, program, rng)
    return Drift(
        _shifts(machine, values, program, volts, stopped, rng),
        (motion.play(values, "x"), motion.play(values, "y")),
        motion.skew(machine, values),
        vertical.ribs(machine, values),
        vertical.height_noise(machine, values),
        sunk,
        squashed,
    )


def _shifts(
    machine: Machine, values: Mapping[str, Any], program: Program, volts: float, stopped: float, rng: random.Random
) -> tuple[Shift, ...]:
    profile = program.profile
    found = []
    for minute in range(math.ceil(min(profile.total, stopped) / 60.0)):
        quick = _accelerated(program, minute)
        for axis in ("x", "y"):
            if quick[axis] <= 0.0:
                continue
            for _, motor, mm, how in motion.lose(machine, values, axis, minute, rng, volts, acceleration=quick[axis]):
                seconds = 60.0 * (minute + rng.random())
                if seconds < min(stopped, profile.total):
                    x, y = motion.to_head(machine, mm if motor == "x" else 0.0, mm if motor == "y" else 0.0)
                    found.append(Shift(seconds, _layer_at(program, seconds), motor, how, x, y))
    found += _collisions(machine, values, program, min(profile.total, stopped), rng)
    return tuple(sorted(found, key=lambda shift: shift.seconds))


def _collisions(
    machine: Machine, values: Mapping[str, Any], program: Program, ended: float, rng: random.Random
) -> list[Shift]:
    """Where the nozzle ran into an edge that had curled up, as in a test print."""
    found = []
    for minute, motor, mm, _ in print_job.collide(machine, values, ended / 60.0, rng):
        x, y = motion.to_head(machine, mm if motor == "x" else 0.0, mm if motor == "y" else 0.0)
        found.append(Shift(60.0 * minute, _layer_at(program, 60.0 * minute), motor, "collision", x, y))
    return found


def _accelerated(program: Program, minute: int) -> dict[motion.Axis, float]:
    """The hardest acceleration of each axis in one minute of the file, mm/s2; on a CoreXY both motors share it."""
    profile = program.profile
    first, last = np.searchsorted(profile.end, (60.0 * minute, 60.0 * (minute + 1)))
    rows = slice(int(first), int(last) + 1)
    along = np.abs(program.delta[rows, :2]) / np.maximum(profile.distance[rows], 1e-9)[:, None]
    hardest = (along * profile.acceleration[rows][:, None]).max(axis=0) if len(along) else np.zeros(2)
    return {"x": float(hardest[0]), "y": float(hardest[1])}


def _layer_at(program: Program, seconds: float) -> int:
    move = min(int(np.searchsorted(program.profile.end, seconds)), len(program) - 1)
    return max(int(program.layer[move]), 0)


def _squashed(
    machine: Machine, values: Mapping[str, Any], program: Program, rng: random.Random
) -> tuple[Array, tuple[int, ...]]:
    """Layers for which the screw did not push the gantry up; the print's height stands for the travel of Z."""
    layers = program.layers
    sunk = np.zeros(layers)
    if "guide_z" in machine.lacks:
        return sunk, ()
    force = vertical.SCREW_FORCE * values["motor_z.torque"]
    squashed = []
    for layer in range(1, layers):
        if rng.random() < vertical.binds(values, layer / layers, force):
            sunk[layer] = rng.uniform(0.5, 1.0) * program.thickness[layer]
            squashed.append(layer)
    return np.cumsum(sunk), tuple(squashed)
