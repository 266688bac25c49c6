"""Strings: what the nozzle lets go of on its way through the air, travel by travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.program import Program
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import surface

NEEDED = {"bowden": 5.0, "direct": 0.8}
"""mm of retraction that an extruder needs: bowden 5 in Creality's profiles [T], direct 0.5 to 1 [E]."""
SHORT = 2.0
"""mm of travel below which no hair shows."""
LONG = 20.0
"""mm of travel from which a hair is no thicker for being longer [E]."""
VISIBLE = 0.42
"""Hair from which on it is seen; the same limit as that of a test print."""


@dataclass(frozen=True)
class Hairs:
    """Strings, one row for each travel that may leave one.

    Attributes:
        rows: the travels, as rows of the program.
        hair: of each; 1 is a bad spool of hair.
        mean: over all, 0 if there was no travel.
        seen: how many can be seen.
    """

    rows: NDArray[np.intp]
    hair: Array

    @property
    def mean(self) -> float:
        """Mean hair of all travels, 0 if there were none."""
        return float(self.hair.mean()) if len(self.hair) else 0.0

    @property
    def seen(self) -> int:
        """How many hairs can be seen."""
        return int((self.hair > VISIBLE).sum())


def drawn(
    machine: Machine, values: Mapping[str, Any], program: Program, block: Array, stopped: float, jammed: float
) -> Hairs:
    """Strings along a file.

    Slicers do not retract before travels inside the part, where a hair is hidden; so if a file retracts at all, only
    travels behind a retraction count.

    Args:
        machine: the printer model.
        values: its parameters; `slicer.retraction` scales what the file retracts.
        program: the file.
        block: true temperature of the heater block at each move, degrees C.
        stopped: second of the motion at which the print stopped.
        jammed: second from which on nothing came out.
    """
    fed = program.delta[:, 3]
    travels = (fed == 0.0) & (program.planar > SHORT) & (program.layer >= 0)
    retracted = _retracted(program)
    if (retracted[travels] > 0.0).any():
        travels &= retracted > 0.0
    rows = np.flatnonzero(travels & (program.profile.end <= min(stopped, jammed)))
    share: Any = retracted[rows] / NEEDED[machine.extruder] * values["slicer.retraction"]
    hair = (
        surface.ooze(machine.material, values, block[rows], share)
        * np.minimum(program.planar[rows] / LONG, 1.0) ** 0.25
    )
    return Hairs(rows, np.asarray(hair))


def _retracted(program: Program) -> Array:
    """Mm of filament drawn back before each move, pushed forward again when printing goes on."""
    filament = np.concatenate(([0.0], np.cumsum(program.delta[:, 3])))
    return np.asarray((np.maximum.accumulate(filament) - filament)[:-1])
