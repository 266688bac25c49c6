"""The strand that comes out along a file: how much of what was asked, how hot, and from where on nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.program import THINNEST, Program
from actors.worlds.printer.gcode.warmth import COLDEST, Warmth
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import flow

CREEP_STEP = 5.0
"""Minutes for which heat creep is taken as constant; `flow.creep_drag` sums in the same steps."""
DIAMETER = 0.006
"""Share (one sigma) by which one print's filament is thicker or thinner; as in a test print [E]."""
GROUND = 20.0
"""Seconds of slipping after which the gear has ground a notch that it does not leave by itself [E]."""


@dataclass(frozen=True)
class Strand:
    """What came out, one row for each move that prints.

    Attributes:
        rows: the moves, as rows of the program.
        asked: mm3; `given` what came out of it.
        rate: mm3/s asked for, mean of the move.
        speed: mm/s of the head, mean of the move.
        melt: degrees C of what came out; `block` of the heater block.
        width: mm that a line of this section should have; `height` that of its layer in mm.
        share: force on the filament as a share of what the drive gear holds.
        jammed: seconds of motion from which on nothing came out, infinite if it never stopped.
        skips: True where the motor gives way first (clicks), False where the gear grinds.
    """

    rows: NDArray[np.intp]
    asked: Array
    given: Array
    rate: Array
    speed: Array
    melt: Array
    block: Array
    width: Array
    height: Array
    share: Array
    jammed: float
    skips: bool

    @property
    def ratio(self) -> Array:
        """Share of the asked volume that came out."""
        return self.given / np.maximum(self.asked, 1e-12)


def extruded(
    machine: Machine, values: Mapping[str, Any], program: Program, warmth: Warmth, rng: random.Random
) -> Strand:
    """Push the filament through the hot end, move by move, until the firmware stops."""
    profile = program.profile
    rows = np.flatnonzero(program.prints & (profile.end <= warmth.stopped))
    seconds = profile.seconds[rows]
    middle = (profile.begin + profile.end)[rows] / 2.0
    asked = program.delta[rows, 3] * flow.FILAMENT_AREA
    rate = asked / np.maximum(seconds, 1e-9)
    block = warmth.at(warmth.block, middle)
    ratio, melt, share, skips = _pushed(machine, values, rate, block, middle, program.profile.total)
    ratio = ratio * (1.0 + rng.gauss(0.0, DIAMETER))
    ratio = np.where(warmth.at(warmth.reading, middle) < COLDEST, 0.0, ratio)
    jammed = _jam(ratio, seconds, middle, skips)
    ratio = np.where(middle >= jammed, 0.0, ratio)
    planar = program.planar[rows]
    height = _heights(program, rows)
    section = asked / np.maximum(planar, 1e-9)
    width = section / height + height * (1.0 - np.pi / 4.0)
    return Strand(
        rows, asked, asked * ratio, rate, planar / seconds, melt, block, width, height, share, jammed, bool(skips.any())
    )


def _pushed(
    machine: Machine, values: Mapping[str, Any], rate: Array, block: Array, middle: Array, total: float
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Share delivered, melt temperature, share of the grip, and who gives way; heat creep goes on in steps."""
    ratio, melt, share = (np.zeros(len(rate)) for _ in range(3))
    skips = np.zeros(len(rate), dtype=np.bool_)
    tangled: Any = 0.3 + 0.7 * middle / max(total, 1.0)  # a knot pulls tight while the spool is used
    steps = (middle / 60.0 // CREEP_STEP).astype(np.intp)
    for step in np.unique(steps):
        own = steps == step
        found = flow.extrude(
            machine, values, block=block[own], flow=rate[own], tangled=tangled[own], minutes=float(step) * CREEP_STEP
        )
        ratio[own], melt[own], share[own], skips[own] = found.delivered, found.melt, found.share, found.skips
    return ratio, melt, share, skips


def _jam(ratio: Array, seconds: Array, middle: Array, skips: NDArray[np.bool_]) -> float:
    """When the gear has ground itself free: a motor that skips goes on pushing, a gear that slips digs in."""
    dry = (ratio < flow.DRY) & ~skips
    if not dry.any():
        return float("inf")
    spent = np.cumsum(np.where(dry, seconds, 0.0))
    since = np.maximum.accumulate(np.where(dry, 0.0, spent))
    ground = dry & (spent - since >= GROUND)
    return float(middle[np.argmax(ground)]) if ground.any() else float("inf")


def _heights(program: Program, rows: NDArray[np.intp]) -> Array:
    """Layer height under each line: to the layer below, or to the plate."""
    layer = program.layer[rows]
    own = np.asarray(np.clip((program.start + program.delta)[rows, 2], 0.05, 0.4))
    if not program.layers:
        return own
    thick = np.maximum(program.thickness[np.maximum(layer, 0)], THINNEST)
    return np.asarray(np.where(layer >= 0, thick, own))
