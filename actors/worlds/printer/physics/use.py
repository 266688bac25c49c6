"""How a printer is used and where it stands: what decides how fast it ages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from actors.worlds.printer.physics.elementwise import Quantity


@dataclass(frozen=True)
class Use(Generic[Quantity]):
    """The ordinary day of a printer; the defaults of each are marked [E].

    Attributes:
        nozzle: temperature that is set at the hot end, degrees C.
        bed: temperature that is set at the bed, degrees C.
        flow: mean volume that is printed, mm3/s.
        abrasive: share of the filament that grinds (carbon fibre, glow in the dark), 0 to 1.
        room: temperature of the room, degrees C.
        humidity: relative humidity of the room, 0 to 1.
        dust: dust and lint in the air, 1 is an ordinary room.
        strokes: moves of head and bed, 1 is about 1,200 strokes and 3,600 reversals an hour.
        prints: prints an hour, each with one heating, one homing, and a hand on the plate; 1 is one in two hours.
    """

    nozzle: Quantity
    bed: Quantity
    flow: Quantity
    abrasive: Quantity
    room: Quantity
    humidity: Quantity
    dust: Quantity
    strokes: Quantity
    prints: Quantity


ORDINARY: Use[float] = Use(
    nozzle=210.0,
    bed=60.0,
    flow=4.0,
    abrasive=0.0,
    room=22.0,
    humidity=0.45,
    dust=1.0,
    strokes=1.0,
    prints=1.0,
)
"""The use for which the rates in `components.yaml` hold."""
