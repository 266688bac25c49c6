"""The way of the filament: spool, tube, drive gear, melt zone, nozzle; what is asked for and what comes out.

Cross model of the melt after PMC10744784 with the constants of `data/materials.yaml`; melt limit after [S:Ellis flow];
slip limits are estimates [E].
Every function takes plain floats or arrays with one element a printer (see `elementwise`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.material import Material
from actors.worlds.printer.physics import heat
from actors.worlds.printer.physics.elementwise import Quantity, Truth, exp, least, most, power, smaller, smoothstep

FILAMENT_AREA = 2.405
"""mm2 of 1.75 mm filament."""
WALL_FLOW = 3.6
"""mm3/s on outer walls: 0.45 x 0.2 mm at 40 mm/s."""
INFILL_FLOW = 8.1
"""mm3/s on infill of PLA: 0.45 x 0.2 mm at 90 mm/s; see `infill_flow`."""
DRY, GROUND = 0.1, 0.9
"""Share of what was asked below which a slipping gear grinds, and share of its grip that the notch then costs [E]."""
GRIP = 60.0
"""N that a new drive gear holds [E: 40 to 80]."""
MOTOR_FORCE = 75.0
"""N that the extruder motor pushes at full current [E]."""


@dataclass(frozen=True)
class Flow(Generic[Quantity]):
    """What comes out at one commanded flow.

    Attributes:
        delivered: share of the commanded volume.
        force: N at the drive gear; `share` of what it can hold.
        skips: True if the motor gives way first (clicks), False if the gear strips (dust).
        melt: temperature of the melt, degrees C.
    """

    delivered: Quantity
    force: Quantity
    share: Quantity
    skips: Truth
    melt: Quantity


def bore(values: Mapping[str, Quantity]) -> Quantity:
    """Free diameter of the nozzle in mm."""
    free = (1.0 - least(values["nozzle.clog"], 0.98)) * (1.0 - least(values["nozzle.char"], 0.98))
    return (0.4 + values["nozzle.wear"]) * most(free, 0.02)


def infill_flow(machine: Machine) -> float:
    """mm3/s on infill: slower with a filament that melts slower."""
    return INFILL_FLOW * machine.material.pace


def wall_flow(machine: Machine) -> float:
    """mm3/s on outer walls: never faster than infill."""
    return min(WALL_FLOW, infill_flow(machine))


def melt_temperature(machine: Machine, block: Quantity, flow: Quantity) -> Quantity:
    """Temperature that filament reaches at this flow: the faster, the colder. Degrees C."""
    return block - (block - heat.AMBIENT) * exp(-machine.melt_limit * machine.material.pace / most(flow, 0.05))


def pressure_force(material: Material, diameter: Quantity, melt: Quantity, flow: Quantity) -> Quantity:
    """N at the filament to press the melt through the bore (Cross model, land 0.6 mm, entry factor 2.2)."""
    cross = material.melt
    shift = exp(-cross.shift * (melt - cross.at))
    rate = 32.0 * flow / (math.pi * diameter**3)
    viscosity = shift * cross.eta0 / (1.0 + power(cross.lam * shift * rate, cross.thinning))
    return 2.2 * 4.0 * (0.6 / diameter) * viscosity * rate * 1e-6 * FILAMENT_AREA


def drag(machine: Machine, values: Mapping[str, Quantity], tangled: float = 1.0) -> Quantity:
    """N of drag before the melt zone; `tangled` is how far the spool's knot has pulled tight (0 to 1)."""
    tube = 4.5 if machine.extruder == "bowden" else 1.5
    worn = 85.0 * most(values["ptfe_tube.wear"] - 0.48, 0.0)
    ground = 45.0 * most(values["idler.tension"] - 1.4, 0.0)
    return tube + worn + ground + values["filament.tangle"] * tangled


def creep_drag(material: Material, values: Mapping[str, Quantity], block: Quantity, minutes: float) -> Quantity:
    """N that a softened plug adds after so many minutes of printing: 0.15 N a minute and kelvin above softening [E]."""
    total = 0.0 * block
    for minute in range(0, int(minutes), 5):
        total = total + 5.0 * 0.15 * most(heat.sink_temperature(values, block, minute + 5.0) - material.softens, 0.0)
    return total


def grip(values: Mapping[str, Quantity]) -> Quantity:
    """N that the drive gear holds before it slips."""
    clean = (1.0 - values["drive_gear.wear"]) * (1.0 - values["drive_gear.dust"]) * (1.0 - values["filament.notch"])
    return GRIP * clean * least(values["idler.tension"], 1.15)


def motor_force(values: Mapping[str, Quantity]) -> Quantity:
    """N before the extruder motor skips."""
    return MOTOR_FORCE * values["motor_e.torque"] * least(values["driver_e.current"], 1.1)


def extrude(
    machine: Machine,
    values: Mapping[str, Quantity],
    *,
    block: Quantity,
    flow: Quantity,
    tangled: float = 0.5,
    minutes: float = 0.0,
) -> Flow[Quantity]:
    """What comes out when `flow` mm3/s are asked for, the block at `block` degrees C, after `minutes` of printing."""
    multiplier = values["firmware.e_steps"] * values["slicer.flow"]
    asked = flow * multiplier
    melt = melt_temperature(machine, block, asked)
    force = pressure_force(machine.material, bore(values), melt, asked) + drag(machine, values, tangled)
    if minutes:
        force = force + creep_drag(machine.material, values, block, minutes)
    held, pushed = least(grip(values), machine.material.bears), motor_force(values)
    share = force / most(smaller(held, pushed), 0.1)
    slip = smoothstep((share - 0.5) / 0.7)
    return Flow(multiplier * (1.0 - slip), force, share, pushed < held, melt)
