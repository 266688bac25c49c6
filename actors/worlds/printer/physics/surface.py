"""What a print looks like: strings, pops, droop, bonding, and how far a second tool head is off.

Ooze is an estimate [E]; expansion of an aluminium X rail 23e-6 /K over 300 mm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.material import Material
from actors.worlds.printer.physics.elementwise import Quantity, exp, logistic, most

RAIL = 300.0
EXPANSION = 23e-6


def ooze(
    material: Material, values: Mapping[str, Quantity], melt: Quantity, retraction: float | None = None
) -> Quantity:
    """Hair left per travel move, 1 is a bad spool of hair: temperature, moisture and missing retraction multiply.

    `retraction` is that before the travel as a share of what the extruder needs, else the slicer's.
    """
    wet = 1.0 + 2.8 * most(values["filament.moisture"] - 0.2, 0.0)
    tube = 1.0 - 0.12 * values["ptfe_tube.gap"] - 0.2 * most(values["ptfe_tube.wear"] - 0.5, 0.0)
    missing = most(1.08 - (values["slicer.retraction"] if retraction is None else retraction) * tube, 0.0)
    wide = 1.0 + 2.0 * values["nozzle.wear"]
    return material.strings * exp(0.05 * (melt - material.nozzle)) * wet * wide * (0.15 + missing)


def standstill_ooze(material: Material, values: Mapping[str, Quantity], block: Quantity) -> Quantity:
    """Mm of plastic that runs out of the idle nozzle in ten seconds: temperature alone, and damp a little."""
    return 2.0 * exp(0.05 * (block - material.nozzle)) * (1.0 + 0.5 * most(values["filament.moisture"] - 0.2, 0.0))


def pops(material: Material, values: Mapping[str, Quantity]) -> Quantity:
    """Steam pops per minute of extrusion."""
    return 30.0 * material.pops * most(values["filament.moisture"] - 0.3, 0.0)


def droop(material: Material, values: Mapping[str, Quantity]) -> Quantity:
    """Mm that a 45 degree overhang sags: air that reaches the part, as far as the material wants air."""
    air = values["part_fan.flow"] * (1.0 - values["part_fan.misaim"])
    return 0.08 + 1.1 * material.fan * most(0.8 - air, 0.0)


def collisions(material: Material, values: Mapping[str, Quantity]) -> Quantity:
    """How often in an hour of printing the nozzle runs into an edge that has curled up: droop against its lift [E]."""
    curl = 0.1 + 0.2 * droop(material, values)
    return 80.0 * most(curl - values["slicer.z_hop"], 0.0)


def bond(material: Material, melt: Quantity) -> Quantity:
    """Strength of the layer bond, 1 is full; half of it 22 K below what the material wants [E]."""
    return logistic((melt - (material.nozzle - 22.0)) / 5.0)


def tool_offset(machine: Machine, values: Mapping[str, Quantity], minutes: float) -> Quantity:
    """Mm between the prints of two tool heads after so many minutes: wrong from the start, or growing with warmth."""
    if "toolhead_2" in machine.lacks:
        return 0.0 * values["toolhead_2.offset"]
    warm = 1.0 - math.exp(-minutes / 12.0)
    return values["toolhead_2.offset"] + EXPANSION * RAIL * values["toolhead_2.cold_calibration"] * warm
