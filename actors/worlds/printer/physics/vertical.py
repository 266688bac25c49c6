"""The Z axis and the first layer: screws, binding, bed shape, nozzle height, and what makes plastic stick.

First layer needs 25 um [S:K-Bed]; T8 screw 8 mm lead; adhesion rises strongly once the plate is near Tg [S:Spoerk].
Forces and the adhesion curve are estimates [E].
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.material import Material
from actors.worlds.printer.physics.elementwise import Quantity, Truth, exp, logistic, most, where

Values = Mapping[str, float]

LEAD = 8.0
"""mm per turn of the screw: the period of its wobble."""
SCREW_FORCE = 95.0
"""N that a T8 screw pushes [T: 63 to 126]."""


@dataclass(frozen=True)
class FirstLayer:
    """The first layer over the plate.

    Attributes:
        height_error: mean height error in mm, positive is too far away.
        spread: mm between the highest and the lowest of nine points.
        left_right: mm by which the right side is higher.
        grip: 0 to 1, share of the plate's full adhesion; `weakest` of the nine points.
    """

    height_error: float
    spread: float
    left_right: float
    grip: float
    weakest: float


def z_friction(values: Mapping[str, Quantity], height: float) -> Quantity:
    """N against the screw at this share of the travel (0 to 1): a clamped guide peaks mid-way, a dry screw is even."""
    clamped = 20.0 * values["guide_z.preload"] * (1.0 + 0.45 * math.sin(math.pi * height) ** 4)
    return 8.0 + clamped + 150.0 * most(values["lead_screw.dryness"] - 0.5, 0.0)


def binds(values: Mapping[str, Quantity], height: float, force: Quantity) -> Quantity:
    """Chance that a layer at this share of the travel is lost when the screw pushes with `force` N."""
    return logistic((z_friction(values, height) / most(force, 1e-9) - 1.0) / 0.06)


def lost_layers(machine: Machine, values: Values, layers: int, rng: random.Random) -> tuple[int, float]:
    """How many layers came out squashed, and the share of them at mid-travel (1: all, about 0.3: evenly spread)."""
    if "guide_z" in machine.lacks:
        return 0, 0.0
    force = SCREW_FORCE * values["motor_z.torque"]
    lost = middle = 0
    for layer in range(layers):
        height = layer / layers
        if rng.random() < binds(values, height, force):
            lost += 1
            middle += 0.33 < height < 0.67
    return lost, middle / lost if lost else 0.0


def height_noise(machine: Machine, values: Mapping[str, Quantity]) -> Quantity:
    """Irregular error of layer heights in mm: a slipping coupler, a guide that was let go too far."""
    slips = 0.0 if "z_coupler" in machine.lacks else 0.35
    wobbles = 0.0 if "guide_z" in machine.lacks else 0.14
    loose = wobbles * most(0.6 - values["guide_z.preload"], 0.0)
    return 0.008 + slips * most(values["z_coupler.slack"] - 0.06, 0.0) + loose


def ribs(machine: Machine, values: Mapping[str, Quantity]) -> Quantity:
    """Amplitude in mm of the ribs that repeat with the screw's lead."""
    return values["lead_screw.bend"] * (0.0 if "lead_screw" in machine.lacks else 0.8)


def screws_apart(machine: Machine, values: Mapping[str, Quantity]) -> Quantity:
    """Mm by which the second Z screw is higher; a motor without current lags behind at each move."""
    if "z_sync" in machine.lacks:
        return 0.0 * values["z_sync.offset"]
    lag = 0.0 if "driver_z2" in machine.lacks else 2.0
    return values["z_sync.offset"] + lag * most(0.75 - values["driver_z2.current"], 0.0)


def gap(machine: Machine, values: Mapping[str, Quantity], x: float, y: float) -> Quantity:
    """Error in mm of the nozzle's height at a place of the plate, noise aside; positive is too far away.

    Args:
        machine: the printer model.
        values: its parameters.
        x: -1 to 1 from the left edge to the right.
        y: -1 to 1 from the front edge to the back.
    """
    keep = where(meshed(machine, values), 0.5 + 0.0 * values["bed_plate.warp"], 1.0)  # a mesh takes most of shape out
    tilt = values["bed_springs.tilt"] * (0.0 if "bed_springs" in machine.lacks else 1.0)
    wedge = 0.7 * screws_apart(machine, values)
    shape = (tilt * x / 2.0 + values["bed_plate.warp"] * (x * x + y * y) / 2.0) * keep + wedge * x / 2.0
    return values["probe.z_offset"] + shape


def meshed(machine: Machine, values: Mapping[str, Quantity]) -> Truth:
    """True if the firmware levels out what its probe has found: built for the probe, and the mesh in use (M420 S1)."""
    used = (values["firmware.probe_enabled"] > 0.5) & (values["firmware.mesh_enabled"] > 0.5)
    return used & (machine.probe != "none")


def gap_noise(machine: Machine, values: Mapping[str, Quantity]) -> Quantity:
    """Mm (one sigma) by which one probed point is off; without a mesh what the endstop leaves."""
    return where(meshed(machine, values) & ("probe_pin" not in machine.lacks), values["probe_pin.noise"], 0.004)


def first_layer(machine: Machine, values: Values, bed_surface: float, rng: random.Random) -> FirstLayer:
    """Lay the first layer on a plate whose surface has this temperature in degrees C."""
    noise = gap_noise(machine, values)
    places = [(x, y) for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)]
    gaps = [gap(machine, values, x, y) + rng.gauss(0.0, noise) for x, y in places]
    grips = [adhesion(machine.material, values, one, bed_surface) for one in gaps]
    mean = sum(gaps) / 9.0
    left_right = (sum(gaps[6:]) - sum(gaps[:3])) / 3.0
    return FirstLayer(mean, max(gaps) - min(gaps), left_right, sum(grips) / 9.0, min(grips))


def adhesion(material: Material, values: Mapping[str, Quantity], gap: Quantity, surface: Quantity) -> Quantity:
    """0 to 1: clean and whole plate, warm enough, pressed on enough."""
    plate = (1.0 - values["bed_surface.grease"]) * (1.0 - values["bed_surface.wear"])
    warm = logistic((surface - material.sticks) / 3.0)
    far = exp(-((most(gap, 0.0) / 0.11) ** 2))
    near = exp(-((most(-gap - 0.06, 0.0) / 0.2) ** 2))
    return plate * warm * far * near
