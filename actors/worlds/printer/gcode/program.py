"""A whole file as arrays: every move with its layer, its region, and the set points under which it is made."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.gcode import source
from actors.worlds.printer.gcode.command import Command, Refused, parse
from actors.worlds.printer.gcode.limits import Limits
from actors.worlds.printer.gcode.modal import Event, Held, Modal, Moved, Said, TargetSet
from actors.worlds.printer.gcode.planner import Array, Profile, blocks, plan
from actors.worlds.printer.gcode.remarks import Remarks
from actors.worlds.printer.gcode.source import GcodeInvalid
from actors.worlds.printer.machine import Machine

MOST_MOVES = 1_000_000
"""Moves that are simulated at once; about 35 MB of a slicer's file, 250 MB of memory."""
JUDGED = 200
"""Lines after which a file that is mostly refused is no G-code."""
SAME_LAYER = 0.011
"""mm between two heights that still are one layer."""
THINNEST, USUAL, THICKEST = 0.02, 0.2, 0.6
"""mm of a layer: below the first a step is none, above the last nothing is a first layer."""
_COLUMNS = 19


@dataclass(frozen=True)
class Program:
    """A file as a machine takes it; one row a move.

    Attributes:
        name: of the file.
        start, delta: mm, columns X Y Z E.
        feed: mm/s; acceleration: mm/s2 of each move's kind.
        hotend, bed: set points in degrees C; fan: share of full duty.
        hold: seconds that the head stands before the move, heating not in it.
        heats: 1 if the firmware waits for the hot end before the move, 2 for the bed, 3 for both.
        region: index into `remarks.REGIONS`.
        layer: number from 0, -1 before the first.
        line: line of the file.
        limits, which: limits of motion that were in force, and the index into them.
        remarks: what the slicer says.
        said: lines that the firmware sends on its own, and how often.
        refused: the first lines that are no commands; `refusals` how many there are.
    """

    name: str
    start: Array
    delta: Array
    feed: Array
    acceleration: Array
    hotend: Array
    bed: Array
    fan: Array
    hold: Array
    heats: NDArray[np.intp]
    region: NDArray[np.intp]
    layer: NDArray[np.intp]
    line: NDArray[np.intp]
    limits: tuple[Limits, ...]
    which: NDArray[np.intp]
    remarks: Remarks
    said: Counter[str]
    refused: tuple[tuple[int, Refused], ...]
    refusals: int

    def __len__(self) -> int:
        return len(self.feed)

    @cached_property
    def profile(self) -> Profile:
        """The moves in time, heating not counted."""
        ready = blocks(self.start, self.delta, self.feed, self.acceleration, self.limits, self.which)
        return plan(ready, halts=(self.hold > 0.0) | (self.heats > 0), holds=self.hold)

    @cached_property
    def planar(self) -> Array:
        """Mm of each move over the bed."""
        return np.asarray(np.hypot(self.delta[:, 0], self.delta[:, 1]))

    @cached_property
    def prints(self) -> NDArray[np.bool_]:
        """True for moves that lay down plastic along a line."""
        return (self.delta[:, 3] > 0.0) & (self.planar > 0.0)

    @cached_property
    def layers(self) -> int:
        """How many layers are printed."""
        return int(self.layer.max()) + 1 if len(self) else 0

    @cached_property
    def heights(self) -> Array:
        """Z of each layer in mm."""
        found = np.zeros(self.layers)
        own = self.prints & (self.layer >= 0)
        np.maximum.at(found, self.layer[own], (self.start + self.delta)[own, 2])
        return found

    @cached_property
    def thickness(self) -> Array:
        """Mm from each layer to the one below; the first of a part that is begun later stands on the plate again."""
        steps = np.diff(self.heights, prepend=0.0)
        return np.where(steps > THINNEST, steps, np.where(self.heights < THICKEST, self.heights, USUAL))


def read(path: Path, machine: Machine, *, limits: Limits | None = None) -> Program:
    """Read a file as this machine takes it.

    Args:
        path: a file of G-code, plain or packed with gzip.
        machine: the printer model; its bed, its limits of motion.
        limits: other limits of motion than the machine's own.

    Raises:
        GcodeInvalid: the file is missing or no G-code, has no moves, or more than can be simulated.
    """
    return take(source.lines(path), machine, limits=limits, name=str(path))


def take(lines: Iterable[str], machine: Machine, *, limits: Limits | None = None, name: str = "G-code") -> Program:
    """As `read`, from lines."""
    modal = Modal(limits or Limits.of(machine), size=machine.bed_size)
    reading = _Reading(name, modal)
    for number, line in enumerate(lines, 1):
        reading.line(number, line)
    return reading.program()


@dataclass
class _Reading:
    """A file on its way into arrays."""

    name: str
    modal: Modal
    remarks: Remarks = field(default_factory=Remarks)
    rows: array[float] = field(default_factory=lambda: array("d"))
    hotend: float = 0.0
    bed: float = 0.0
    fan: float = 0.0
    hold: float = 0.0
    heats: int = 0
    commands: int = 0
    refusals: int = 0
    refused: list[tuple[int, Refused]] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    limits: dict[Limits, int] = field(default_factory=dict)

    def line(self, number: int, line: str) -> None:
        """Take in one line."""
        code, mark, comment = line.partition(";")
        if mark:
            self.remarks.read(mark + comment)
        found = parse(code) if code and not code.isspace() else None
        if isinstance(found, Command):
            self.commands += 1
            for event in self.modal.step(found):
                self.event(number, event)
        elif found is not None:
            self.refuse(number, found)

    def refuse(self, number: int, found: Refused) -> None:
        """Note a line that is no command; a file of such lines is no G-code."""
        self.refusals += 1
        if len(self.refused) < 10:
            self.refused.append((number, found))
        if self.refusals > self.commands and self.refusals + self.commands >= JUDGED:
            raise GcodeInvalid(self._no_gcode())

    def event(self, number: int, event: Event) -> None:
        """Take in what a command brought about."""
        match event:
            case Moved():
                self.move(number, event)
            case TargetSet():
                setattr(self, event.what, event.value)
            case Held("hotend" | "bed"):
                self.heats |= 1 if event.why == "hotend" else 2
            case Held():
                self.hold += event.seconds
            case Said():
                self.said[event.text] += 1

    def move(self, number: int, moved: Moved) -> None:
        """Keep a move."""
        if len(self.rows) >= MOST_MOVES * _COLUMNS:
            raise GcodeInvalid(
                f"{self.name}:{number}: more than {MOST_MOVES:,} moves; print a smaller part, or a part of the file"
            )
        which = self.limits.setdefault(self.modal.limits, len(self.limits))
        own = (self.hotend, self.bed, self.fan, self.hold, self.heats)
        marks = (self.remarks.region, self.remarks.layers - 1, number, which)
        self.rows.extend((*moved.start, *moved.delta, *own, *marks))
        self.rows.extend((moved.feed, moved.acceleration))
        self.hold, self.heats = 0.0, 0

    def program(self) -> Program:
        """All of it.

        Raises:
            GcodeInvalid: there was no move.
        """
        if self.refusals > self.commands:
            raise GcodeInvalid(self._no_gcode())
        if not self.rows:
            raise GcodeInvalid(f"{self.name} has no moves in it; there is nothing to print")
        rows = np.array(self.rows).reshape(-1, _COLUMNS)
        whole = rows[:, 12:17].astype(np.intp)
        start, delta = rows[:, 0:4], rows[:, 4:8]
        layer = whole[:, 2] if self.remarks.layered else _layers(start, delta)
        return Program(
            self.name,
            start,
            delta,
            rows[:, 17],
            rows[:, 18],
            rows[:, 8],
            rows[:, 9],
            rows[:, 10],
            rows[:, 11],
            whole[:, 0],
            whole[:, 1],
            layer,
            whole[:, 3],
            tuple(self.limits),
            whole[:, 4],
            self.remarks,
            self.said,
            tuple(self.refused),
            self.refusals,
        )

    def _no_gcode(self) -> str:
        number, first = self.refused[0]
        return f"{self.name} is no G-code; line {number}, {first.line[:40]!r}: {first.reason}"


def _layers(start: Array, delta: Array) -> NDArray[np.intp]:
    """Number the layers by the heights at which plastic is laid down; a line drawn higher before the first is none."""
    prints = (delta[:, 3] > 0.0) & (np.hypot(delta[:, 0], delta[:, 1]) > 0.0)
    rows = np.flatnonzero(prints)
    found = np.full(len(delta), -1, dtype=np.intp)
    if not len(rows):
        return found
    height = (start + delta)[rows, 2]
    lowest_after = np.minimum.accumulate(height[::-1])[::-1]
    real = height <= lowest_after + SAME_LAYER  # whoever prints lower later has not begun yet
    top = np.maximum.accumulate(np.where(real, height, -np.inf))
    first = int(np.argmax(np.isfinite(top)))
    steps = np.diff(top[first:]) > SAME_LAYER
    levels = np.concatenate((np.full(first, -1), [0], steps.cumsum()))
    found[rows] = levels
    return np.maximum.accumulate(found)
