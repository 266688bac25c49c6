"""The firmware's memory between lines: units, absolute or relative, offsets, feed; it turns commands into moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from actors.worlds.printer.gcode.arc import arc_points
from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.gcode.limits import AXES, Four, Limits

INCH = 25.4
HOMING_FEED = (50.0, 50.0, 4.0)
"""mm/s towards the endstops [S:MC]."""
LONGEST_EXTRUSION = 200.0
"""mm of filament in one move from which the firmware says ` too long extrusion prevented` [S:MA]."""


class Moved(NamedTuple):
    """A straight move, in mm of the machine.

    Attributes:
        start: X, Y, Z, E before it; E counts all filament since the start.
        delta: what it adds.
        feed: mm/s asked for, the override of M220 in it.
        acceleration: mm/s2 of its kind, M204.
    """

    start: Four
    delta: Four
    feed: float
    acceleration: float


class Held(NamedTuple):
    """The head stands still until something has happened.

    Attributes:
        why: `dwell`, `home`, `mesh`, `hotend`, `bed`, `finish` or `pause`.
        seconds: how long, where the firmware knows; heating takes what physics wants.
    """

    why: str
    seconds: float = 0.0


class Said(NamedTuple):
    """A line that the firmware sends on its own."""

    text: str


class TargetSet(NamedTuple):
    """A set point that changed: `hotend` and `bed` in degrees C, `fan` as share of full duty."""

    what: str
    value: float


Event = Moved | Held | Said | TargetSet


@dataclass
class Modal:
    """State between commands; `step` is all that changes it.

    Attributes:
        limits: of motion, M201 to M205 change them.
        size: of the bed in mm, for homing times and where soft endstops stop X and Y once homed; None is without.
        cold: True while the hot end is too cold to extrude; whoever knows the temperature sets it.
        position: X, Y, Z in mm of the machine, and all filament that was fed since the start.
        homed: which of X, Y, Z know where they are.
        feed: mm/s of the next move; `speed` and `flow` are the overrides of M220 and M221 as factors.
        tool: the extruder in use; `targets` the set points of both, degrees C.
    """

    limits: Limits
    size: tuple[float, float] | None = None
    cold: bool = False
    position: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])
    offset: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])
    homed: set[str] = field(default_factory=set)
    feed: float = 25.0
    speed: float = 1.0
    flow: float = 1.0
    unit: float = 1.0
    absolute: bool = True
    absolute_e: bool = True
    tool: int = 0
    logical_e: float = 0.0
    retracted: float = 0.0
    targets: dict[int, float] = field(default_factory=dict)

    def step(self, command: Command) -> tuple[Event, ...]:
        """Carry out one command and say what follows; what concerns neither motion nor set points gives nothing."""
        carry_out = self._CODES.get(command.code)
        return () if carry_out is None else carry_out(self, command)

    def logical(self) -> Four:
        """X, Y, Z, E as the G-code counts them, in mm: what M114 shows."""
        x, y, z = (self.position[i] - self.offset[i] for i in range(3))
        return x, y, z, self.logical_e

    def _target(self, command: Command) -> tuple[list[float], float]:
        """Where a move goes in mm of the machine, and how much filament it feeds."""
        words, unit = command.words, self.unit
        target = self.position[:3]
        for i, axis in enumerate("XYZ"):
            if axis in words:
                target[i] = words[axis] * unit + (self.offset[i] if self.absolute else target[i])
        if self.size is not None:
            for i in (0, 1):
                if AXES[i] in self.homed:
                    target[i] = min(max(target[i], 0.0), self.size[i])
        fed = 0.0
        if "E" in words:
            fed = words["E"] * unit - (self.logical_e if self.absolute_e else 0.0)
            self.logical_e += fed
        if words.get("F", 0.0) > 0.0:
            self.feed = words["F"] * unit / 60.0
        return target, fed

    def _move(self, command: Command) -> tuple[Event, ...]:
        target, fed = self._target(command)
        said: tuple[Event, ...] = ()
        if fed and self.cold:
            said, fed = (Said("echo: cold extrusion prevented"),), 0.0
        elif fed > LONGEST_EXTRUSION:
            said, fed = (Said("echo: too long extrusion prevented"),), 0.0
        moved = self._straight(target, fed * self.flow if fed > 0.0 else fed)
        return (*said, moved) if moved else said

    def _straight(self, target: list[float], fed: float) -> Moved | None:
        x, y, z, e = self.position
        delta = (target[0] - x, target[1] - y, target[2] - z, fed)
        if delta == (0.0, 0.0, 0.0, 0.0):
            return None
        self.position = [target[0], target[1], target[2], e + fed]
        limits = self.limits
        travels = delta[0] or delta[1] or delta[2]
        quick = (limits.printing if fed else limits.travelling) if travels else limits.retracting
        return Moved((x, y, z, e), delta, self.feed * self.speed, quick)

    def _arc(self, command: Command) -> tuple[Event, ...]:
        start = self.position[:3]
        target, fed = self._target(command)
        points = arc_points(start, target, command, self.unit)
        fed = 0.0 if self.cold else fed * self.flow
        moves = (self._straight(list(point), fed / len(points)) for point in points)
        return tuple(move for move in moves if move)

    def _home(self, command: Command) -> tuple[Event, ...]:
        asked = [i for i in range(3) if AXES[i] in command] or [0, 1, 2]
        seconds = 4.0 * len(asked)  # backing off, the second, slower touch, lifting between axes
        for i in asked:
            seconds += min(abs(self.position[i]), 400.0) / HOMING_FEED[i]
            self.position[i] = self.offset[i] = 0.0
            self.homed.add(AXES[i])
        return (Held("home", seconds),)

    def _set_position(self, command: Command) -> tuple[Event, ...]:
        every = not any(axis in command for axis in AXES)
        for i, axis in enumerate("XYZ"):
            if axis in command or every:
                self.offset[i] = self.position[i] - command.get(axis) * self.unit
        if "E" in command or every:
            self.logical_e = command.get("E") * self.unit
        return ()

    def _retract(self, command: Command) -> tuple[Event, ...]:
        back = command.code == "G11"
        fed = self.retracted if back else -3.0 if not self.retracted else 0.0
        self.retracted = 0.0 if back else self.retracted - fed
        before, self.feed = self.feed, 45.0
        moved = self._straight(self.position[:3], fed)
        self.feed = before
        return (moved,) if moved else ()

    def _switch(self, command: Command) -> tuple[Event, ...]:
        match command.code:
            case "G20" | "G21":
                self.unit = INCH if command.code == "G20" else 1.0
            case "G90" | "G91":
                self.absolute = self.absolute_e = command.code == "G90"
            case "M82" | "M83":
                self.absolute_e = command.code == "M82"
            case "M220" if command.get("S") > 0.0:
                self.speed = command.get("S") / 100.0
            case "M221" if command.get("S") > 0.0:
                self.flow = command.get("S") / 100.0
        return ()

    def _change_tool(self, command: Command) -> tuple[Event, ...]:
        self.tool = int(command.code[1:])
        return (TargetSet("hotend", self.targets[self.tool]),) if self.tool in self.targets else ()

    def _limit(self, command: Command) -> tuple[Event, ...]:
        self.limits = self.limits.changed(command)
        return ()

    def _hold(self, command: Command) -> tuple[Event, ...]:
        seconds = command.get("S") + command.get("P") / 1000.0
        why = {"G4": "dwell", "G29": "mesh", "M0": "pause", "M1": "pause", "M400": "finish"}[command.code]
        return (Held(why, max(seconds, 0.0) if why == "dwell" else 60.0 if why == "mesh" else 0.0),)

    def _warm(self, command: Command) -> tuple[Event, ...]:
        what = "hotend" if command.code in ("M104", "M109") else "bed"
        waits: tuple[Event, ...] = (Held(what),) if command.code in ("M109", "M190") else ()
        value = command.get("S", command.get("R", -1.0))
        known = 0.0 <= value < 1000.0
        if what == "hotend":
            tool = int(command.get("T", self.tool))
            self.targets.update({tool: value} if known else {})
            if tool != self.tool:
                return ()
        return (TargetSet(what, value), *waits) if known else waits

    def _fan(self, command: Command) -> tuple[Event, ...]:
        if command.get("P") != 0.0:
            return ()
        duty = command.get("S", 255.0) / 255.0 if command.code == "M106" else 0.0
        return (TargetSet("fan", min(max(duty, 0.0), 1.0)),)

    _CODES: ClassVar[dict[str, Callable[[Modal, Command], tuple[Event, ...]]]] = {
        **dict.fromkeys(("G0", "G1"), _move),
        **dict.fromkeys(("G2", "G3"), _arc),
        **dict.fromkeys(("G4", "G29", "M0", "M1", "M400"), _hold),
        **dict.fromkeys(("G10", "G11"), _retract),
        **dict.fromkeys(("G20", "G21", "G90", "G91", "M82", "M83", "M220", "M221"), _switch),
        **dict.fromkeys(("T0", "T1"), _change_tool),
        "G28": _home,
        "G92": _set_position,
        **dict.fromkeys(("M104", "M109", "M140", "M190"), _warm),
        **dict.fromkeys(("M106", "M107"), _fan),
        **dict.fromkeys(("M201", "M203", "M204", "M205"), _limit),
    }


def length(delta: Four) -> float:
    """Mm of a move: of the head, or of the filament where the head stands still."""
    head = math.sqrt(delta[0] ** 2 + delta[1] ** 2 + delta[2] ** 2)
    return head or abs(delta[3])
