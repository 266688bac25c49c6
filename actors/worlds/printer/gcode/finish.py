"""The look of the walls: width of a line, ghosts behind corners, flats on circles, pops, droop, a second tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actors.worlds.printer.gcode.program import Program
from actors.worlds.printer.gcode.remarks import REGIONS
from actors.worlds.printer.gcode.strand import Strand
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import motion, surface, vertical

WALLS = (REGIONS.index("outer wall"), REGIONS.index("other"))


@dataclass(frozen=True)
class Finish:
    """What a wall looks like.

    Attributes:
        line_width, line_width_asked: mm of a line of the outer walls.
        ghosting: how many times softer than specified the softer axis is; `ghost_x`, `ghost_y` mm from ghost to ghost.
        circle: mm by which circles are flat where an axis turns round.
        layer_noise: mm by which heights of layers scatter.
        droop: mm that a 45 degree overhang sags; None where the file never runs the fan.
        pops: steam pops per minute.
        tool_offset_start, tool_offset_end: mm between the prints of two tool heads, None where there is one.
    """

    line_width: float
    line_width_asked: float
    ghosting: float
    ghost_x: float
    ghost_y: float
    circle: float
    layer_noise: float
    droop: float | None
    pops: float
    tool_offset_start: float | None
    tool_offset_end: float | None


def finished(
    machine: Machine, values: Mapping[str, Any], program: Program, strand: Strand, minutes: float
) -> Finish | None:
    """The look of the walls after so many minutes; None if there are none."""
    walls = np.isin(program.region[strand.rows], WALLS) & (program.layer[strand.rows] >= 0)
    if not walls.any():
        return None
    width = float(np.average(strand.width[walls], weights=strand.asked[walls]))
    ratio = float(strand.given[walls].sum() / strand.asked[walls].sum())
    speed = float(np.average(strand.speed[walls], weights=strand.asked[walls]))
    blown = bool((program.fan[strand.rows] > 0.05).any())
    two = "toolhead_2" not in machine.lacks
    return Finish(
        width * ratio + 0.5 * values["nozzle.wear"],
        width,
        max(1.0 / motion.stiffness(values, "x"), 1.0 / motion.stiffness(values, "y")),
        speed / motion.resonance(machine, values, "x"),
        speed / motion.resonance(machine, values, "y"),
        max(motion.play(values, "x"), motion.play(values, "y")),
        float(vertical.height_noise(machine, values)),
        float(surface.droop(machine.material, values)) if blown else None,
        float(surface.pops(machine.material, values)),
        float(surface.tool_offset(machine, values, 0.0)) if two else None,
        float(surface.tool_offset(machine, values, minutes)) if two else None,
    )
