"""The first layer over the plate: nozzle height, squish and grip under every line, and whether the part stays put."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.program import Program
from actors.worlds.printer.gcode.remarks import REGIONS
from actors.worlds.printer.gcode.strand import Strand
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import vertical

COOLER = 3.0
"""K by which the plate's surface is below what heats it [E]."""
ASIDE = frozenset(REGIONS.index(name) for name in ("purge", "skirt", "support"))
"""Regions that are not the part."""
LETS_GO = 0.12
"""Grip below which a part comes off at once [E]; tall parts need more."""
PULL_OF_HEIGHT = 0.10
"""Grip that a part needs besides for each time that its height is its base, up to three times [E]."""
PULL_OF_SIZE = 0.08
"""Grip that shrinking costs a part for each 100 mm of length, once it is some mm high [E]."""
CORNER = 0.62
"""Grip below which corners lift; a mm of lift for each 0.8 below [E]."""


@dataclass(frozen=True)
class Plate:
    """The first layer, one row for each of its lines; `skirt` and the like are among them.

    Attributes:
        x, y: mm, middle of the line. length: mm of it that came out.
        gap: mm by which the nozzle was too high.
        squish: share by which the line is flatter than asked; negative is rounder.
        grip: share of the plate's full adhesion. part: 1 for lines of the part itself.
        lift: mm by which the weakest corner lifts.
        lost: seconds of motion at which the part came off, infinite if it stayed; `where` it let go first.
    """

    x: Array
    y: Array
    length: Array
    gap: Array
    squish: Array
    grip: Array
    part: Array
    lift: float
    lost: float
    where: str

    @property
    def weights(self) -> Array:
        """How much each line counts for the part."""
        own = self.length * self.part
        return own if own.any() else self.length


def laid(
    machine: Machine, values: Mapping[str, Any], program: Program, strand: Strand, bed: Array, rng: random.Random
) -> Plate | None:
    """Lay the first layer; None if the print did not get that far, or nothing came out.

    Args:
        machine: the printer model.
        values: its parameters.
        program: the file.
        strand: what came out.
        bed: true temperature of the bed under each line of the strand, degrees C.
        rng: errors of the probe, or of the endstop.
    """
    own = program.layer[strand.rows] == 0
    if not own.any():
        return None
    rows = strand.rows[own]
    middle = (program.start + program.delta / 2.0)[rows]
    x, y = middle[:, 0], middle[:, 1]
    u, v = (2.0 * place / size - 1.0 for place, size in zip((x, y), machine.bed_size, strict=True))
    gap = np.asarray(vertical.gap(machine, values, u, v) + _noise(machine, values, u, v, rng))
    grip = np.asarray(vertical.adhesion(machine.material, values, gap, bed[own] - COOLER))
    squish = -gap / strand.height[own]
    part = np.array([float(region not in ASIDE) for region in program.region[rows]])
    came = program.planar[rows] * np.clip(strand.ratio[own], 0.0, 1.0)
    plate = Plate(x, y, came, gap, squish, grip, part, 0.0, float("inf"), "")
    if not came.any():
        return None
    lift = 0.8 * 1.5 * machine.material.warp * max(0.0, CORNER - float(grip[plate.weights > 0].min()))
    lost, where = _lost(program, plate, machine.material.warp)
    return Plate(x, y, came, gap, squish, grip, part, lift, lost, where)


def _noise(machine: Machine, values: Mapping[str, Any], u: Array, v: Array, rng: random.Random) -> Array:
    """Errors of a 3 x 3 mesh, straight between its points; one error for all where only the endstop counts."""
    sigma = float(vertical.gap_noise(machine, values))
    if not vertical.meshed(machine, values):
        return np.full(len(u), rng.gauss(0.0, sigma))
    points = np.array([[rng.gauss(0.0, sigma) for _ in range(3)] for _ in range(3)])
    i, j = (np.clip((one + 1.0).astype(int), 0, 1) for one in (u, v))
    a, b = u + 1.0 - i, v + 1.0 - j
    low = points[i, j] * (1.0 - a) + points[i + 1, j] * a
    high = points[i, j + 1] * (1.0 - a) + points[i + 1, j + 1] * a
    return np.asarray(low * (1.0 - b) + high * b)


def _lost(program: Program, plate: Plate, warp: float) -> tuple[float, str]:
    """When and where the part lets go: leverage grows with its height, shrinkage with its size."""
    weights = plate.weights
    own = weights > 0
    mean = float(np.average(plate.grip, weights=weights))
    base = max(min(np.ptp(plate.x[own]), np.ptp(plate.y[own])), 5.0)
    size = max(np.ptp(plate.x[own]), np.ptp(plate.y[own]))
    height = program.heights
    need = LETS_GO + PULL_OF_HEIGHT * np.minimum(height / base, 3.0)
    need = need + PULL_OF_SIZE * warp * size / 100.0 * (1.0 - np.exp(-height / 10.0))
    over = np.flatnonzero(need > mean)
    if not len(over):
        return float("inf"), ""
    layer = int(over[0])
    moves = np.flatnonzero(program.prints & (program.layer == layer))
    if not len(moves):
        return float("inf"), ""
    at = moves[-1] if layer == 0 else moves[0]
    return float(program.profile.end[at]), corner(plate, np.where(own, plate.grip, np.inf))


def corner(plate: Plate, column: Array) -> str:
    """In words, where on the part a column is least."""
    worst = int(np.argmin(column))
    own = plate.weights > 0
    x, y = plate.x[worst], plate.y[worst]
    left, right = np.quantile(plate.x[own], (1 / 3, 2 / 3))
    front, back = np.quantile(plate.y[own], (1 / 3, 2 / 3))
    along = "front" if y < front else "back" if y > back else ""
    across = "left" if x < left else "right" if x > right else ""
    return " ".join(word for word in (along, across) if word) or "middle"
