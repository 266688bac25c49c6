"""What a machine's motion may reach: feed rates, accelerations, jerk, as M201 to M205 set them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.machine import Machine

Four = tuple[float, float, float, float]
AXES = "XYZE"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of motion; tuples are X, Y, Z, E.

    Attributes:
        feed: mm/s an axis may reach (M203).
        acceleration: mm/s2 an axis may reach (M201).
        printing, retracting, travelling: mm/s2 of moves with extrusion, of the extruder alone, without (M204 P R T).
        jerk: mm/s by which an axis may change its speed at once (M205 X Y Z E), Marlin's classic jerk.
        deviation: mm of junction deviation (M205 J) that then takes the place of jerk; 0 is off.
    """

    feed: Four = (500.0, 500.0, 5.0, 25.0)
    acceleration: Four = (500.0, 500.0, 100.0, 5000.0)
    printing: float = 500.0
    retracting: float = 500.0
    travelling: float = 500.0
    jerk: Four = (10.0, 10.0, 0.3, 5.0)
    deviation: float = 0.0

    @classmethod
    def of(cls, machine: Machine) -> Limits:
        """A machine's settings as it comes: Marlin's for an Ender 3 [S:MC], faster where the machine is [E]."""
        quick = machine.acceleration
        z, e = (15.0, 60.0) if quick > 500.0 else (5.0, 25.0)
        return cls(
            feed=(500.0, 500.0, z, e),
            acceleration=(quick, quick, max(100.0, quick / 5.0), 5000.0),
            printing=quick,
            retracting=quick,
            travelling=quick,
        )

    def changed(self, command: Command) -> Limits:
        """After M201, M203, M204 or M205; values that are not positive change nothing."""
        if command.code == "M201":
            return replace(self, acceleration=_axes(self.acceleration, command))
        if command.code == "M203":
            return replace(self, feed=_axes(self.feed, command))
        if command.code == "M205":
            deviation = command.get("J", self.deviation) if command.get("J", 0.0) >= 0.0 else self.deviation
            return replace(self, jerk=_axes(self.jerk, command), deviation=deviation)
        both = _positive(command, "S", 0.0)
        return replace(
            self,
            printing=_positive(command, "P", both or self.printing),
            retracting=_positive(command, "R", self.retracting),
            travelling=_positive(command, "T", both or self.travelling),
        )


def _axes(old: Four, command: Command) -> Four:
    x, y, z, e = (_positive(command, axis, value) for axis, value in zip(AXES, old, strict=True))
    return x, y, z, e


def _positive(command: Command, letter: str, default: float) -> float:
    value = command.get(letter, default)
    return value if value > 0.0 else default
