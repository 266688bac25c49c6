"""The print head over time: where the firmware believes that it is, and where it really is."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import NamedTuple

from actors.worlds.printer.gcode.limits import AXES, Four, Limits
from actors.worlds.printer.gcode.live import LiveMotion
from actors.worlds.printer.gcode.modal import Modal, Moved
from actors.worlds.printer.machine import Machine

HEIGHT = 250.0
"""Mm of the Z axis [E]."""
HARD_STOP = 5.0
"""Mm past the far end of an axis at which the carriage hits the frame [E]."""


class Travelled(NamedTuple):
    """What one step of time moved: seconds in motion, and true mm of filament pushed (negative: pulled)."""

    moving: float
    filament: float


@dataclass
class Head:
    """Axes of a machine, in the order X, Y, Z, E.

    Attributes:
        modal: the firmware's memory between commands; its position is where the head will be when all is done.
        motion: the moves on their way.
        clock: seconds since the board started.
        at: where the firmware believes the head to be now, mm.
        shift: mm by which the true head is beside that: lost steps, a jumped tooth, never homed.
        scale: true mm per believed mm: steps per mm that are set against those that fit the machine.
    """

    machine: Machine
    rng: random.Random
    modal: Modal = field(init=False)
    motion: LiveMotion = field(default_factory=LiveMotion)
    clock: float = 0.0
    at: Four = (0.0, 0.0, 0.0, 0.0)
    shift: list[float] = field(init=False)
    scale: list[float] = field(default_factory=lambda: [1.0, 1.0, 1.0, 1.0])

    def __post_init__(self) -> None:
        """Somebody left the head somewhere."""
        wide, deep = self.machine.bed_size
        self.shift = [self.rng.uniform(0.1, 0.6) * wide, self.rng.uniform(0.1, 0.6) * deep, self.rng.uniform(8, 40), 0]
        self.wake()

    def wake(self) -> None:
        """The firmware starts: it calls zero wherever the head stands."""
        true = [self.true(axis) for axis in "XYZ"] if hasattr(self, "modal") else self.shift[:3]
        self.modal = Modal(Limits.of(self.machine), size=self.machine.bed_size)
        self.motion, self.at, self.shift = LiveMotion(), (0.0, 0.0, 0.0, 0.0), [*true, 0.0]

    @property
    def full(self) -> bool:
        """True while no further move fits."""
        return self.motion.free(self.clock) == 0

    @property
    def idle(self) -> bool:
        """True if nothing moves or waits."""
        return not self.motion.moves(self.clock)

    def go(self, move: Moved) -> None:
        """Add a move to those that wait."""
        self.motion.push(move, self.modal.limits, self.clock)

    def step(self, seconds: float) -> Travelled:
        """Let time pass."""
        moves, before = not self.idle, self.at[3]
        self.clock += seconds
        if not moves:
            return Travelled(0.0, 0.0)
        self.at = self.motion.position(self.clock)
        self._collide()
        return Travelled(seconds, (self.at[3] - before) * self.scale[3])

    def stop(self) -> None:
        """Drop all moves; the head stays where it is."""
        self.at = self.motion.stop(self.clock)
        self.modal.position = list(self.at)

    def release(self) -> None:
        """Motors off: nobody knows any more where the axes are."""
        self.stop()
        self.modal.homed.clear()

    def true(self, axis: str) -> float:
        """Where the head really is, mm from the axis' end."""
        i = AXES.index(axis)
        return self.at[i] * self.scale[i] + self.shift[i]

    def lose(self, axis: str, mm: float) -> None:
        """The head slips by so many mm and nobody notices."""
        self.shift[AXES.index(axis)] += mm

    def rest_at(self, axis: str, mm: float) -> None:
        """The axis has found its end: the firmware knows that it stands at `mm`, and there it truly stands."""
        i = AXES.index(axis)
        self.modal.position[i], self.modal.offset[i] = mm, 0.0
        self.modal.homed.add(axis)
        x, y, z, e = self.modal.position
        self.at = (x, y, z, e)
        self.motion.set_rest(self.at, self.clock)
        self.shift[i] = mm - mm * self.scale[i]

    def rescale(self, axis: str, factor: float) -> None:
        """Other steps per mm from now on; the head stays where it is."""
        i = AXES.index(axis)
        self.shift[i] += self.at[i] * (self.scale[i] - factor)
        self.scale[i] = factor

    def _collide(self) -> None:
        """A carriage at its end grinds on the spot: steps are made and not travelled."""
        for i, size in enumerate((*self.machine.bed_size, HEIGHT)):
            true = self.at[i] * self.scale[i] + self.shift[i]
            if not 0.0 <= true <= size + HARD_STOP:
                self.shift[i] += min(max(true, 0.0), size + HARD_STOP) - true
