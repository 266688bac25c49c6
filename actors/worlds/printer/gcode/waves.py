"""Bands on the walls and their period: in mm where a screw wobbles, in seconds where a heater swings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.warmth import Warmth
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import heat, motion, vertical

SEEN_RIBS = 0.045
"""mm of ribs that are seen; the same limit as that of a test print."""
SEEN_SWING = 2.1
"""K of swing that leaves bands; the same limit as that of a test print."""
WIDTH_PER_KELVIN = 0.0015
"""mm by which a line is wider for each kelvin: less back-pressure, more ooze [E]."""
GHOSTS, GHOST = 1.55, 0.03
"""How many times softer than specified an axis is when its ghosts show, and mm of them for each time more [E]."""
SETTLED = 60.0
"""Seconds after a change of set point before the swing is measured."""


@dataclass(frozen=True)
class Band:
    """One kind of band.

    Attributes:
        cause: `screw` or `temperature`.
        period: mm of height for a screw, seconds for a temperature; `unit` says which.
        amplitude: mm on the wall.
    """

    cause: str
    period: float
    unit: str
    amplitude: float


def bands(machine: Machine, values: Mapping[str, Any], warmth: Warmth) -> tuple[Band, ...]:
    """All bands that can be seen."""
    found = []
    ribs = float(vertical.ribs(machine, values))
    if ribs > SEEN_RIBS:
        found.append(Band("screw", vertical.LEAD, "mm", ribs))
    swing, period = swing_of(warmth)
    ghosts = max(1.0 / motion.stiffness(values, "x"), 1.0 / motion.stiffness(values, "y"))
    hidden = GHOST * max(ghosts - GHOSTS, 0.0) > 2.0 * swing * WIDTH_PER_KELVIN  # finer than the ghosts beside it
    if swing > SEEN_SWING and not hidden:
        found.append(Band("temperature", period, "s", swing * WIDTH_PER_KELVIN))
    return tuple(found)


def swing_of(warmth: Warmth) -> tuple[float, float]:
    """K from trough to crest of the true temperature, and seconds of its period, 0 where there is none."""
    block = warmth.block[int(SETTLED / heat.STEP) :]
    if len(block) < 120:
        return 0.0, 0.0
    slow = int(60.0 / heat.STEP)
    trend = np.convolve(block, np.ones(slow) / slow, mode="valid")
    wave = block[slow // 2 : slow // 2 + len(trend)] - trend
    calm = np.abs(np.gradient(trend)) < 0.02  # where the set point changes there is no period
    wave = wave[calm]
    if len(wave) < 60:
        return 0.0, 0.0
    low, high = np.quantile(wave, (0.05, 0.95))
    return float(high - low), _period(wave)


def _period(wave: Array) -> float:
    """Seconds of the strongest wave, from its spectrum."""
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    power[0] = 0.0
    strongest = int(np.argmax(power))
    return len(wave) * heat.STEP / strongest if strongest else 0.0
