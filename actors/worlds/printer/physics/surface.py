"""What a print looks like: strings, pops, droop, bonding, and how far a second tool head is off.

Ooze is an estimate [E]; expansion of an aluminium X rail 23e-6 /K over 300 mm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from actors.worlds.printer.machine import Machine

Values = Mapping[str, float]

RAIL = 300.0
EXPANSION = 23e-6


def ooze(values: Values, melt: float, retraction: float | None = None) -> float:
    """Hair left per travel move, 1 is a bad spool of hair: temperature, moisture and missing retraction multiply.

    `retraction` is that before the travel as a share of what the extruder needs, else the slicer's.
    """
    wet = 1.0 + 2.8 * max(values["filament.moisture"] - 0.2, 0.0)
    tube = 1.0 - 0.12 * values["ptfe_tube.gap"] - 0.2 * max(values["ptfe_tube.wear"] - 0.5, 0.0)
    missing = max(1.08 - (values["slicer.retraction"] if retraction is None else retraction) * tube, 0.0)
    wide = 1.0 + 2.0 * values["nozzle.wear"]
    return math.exp(0.05 * (melt - 210.0)) * wet * wide * (0.15 + missing)


def standstill_ooze(values: Values, block: float) -> float:
    """Mm of plastic that runs out of the idle nozzle in ten seconds: temperature alone, and damp a little."""
    return 2.0 * math.exp(0.05 * (block - 210.0)) * (1.0 + 0.5 * max(values["filament.moisture"] - 0.2, 0.0))


def pops(values: Values) -> float:
    """Steam pops per minute of extrusion."""
    return 30.0 * max(values["filament.moisture"] - 0.3, 0.0)


def droop(values: Values) -> float:
    """Mm that a 45 degree overhang sags: air that reaches the part."""
    air = values["part_fan.flow"] * (1.0 - values["part_fan.misaim"])
    return 0.08 + 1.1 * max(0.8 - air, 0.0)


def bond(melt: float) -> float:
    """Strength of the layer bond, 1 is full."""
    return 1.0 / (1.0 + math.exp(-(melt - 188.0) / 5.0))


def tool_offset(machine: Machine, values: Values, minutes: float) -> float:
    """Mm between the prints of two tool heads after so many minutes: wrong from the start, or growing with warmth."""
    if "toolhead_2" in machine.lacks:
        return 0.0
    warm = 1.0 - math.exp(-minutes / 12.0)
    return values["toolhead_2.offset"] + EXPANSION * RAIL * values["toolhead_2.cold_calibration"] * warm
