"""Hot end and bed alive: the heat equations stepped a tenth of a second at a time under the firmware's control."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import circuit, control, heat

CONTROL = 5
"""Steps between two readings: the firmware reads and decides every `heat.STEP` seconds, the metal never waits."""
BED_BAND = 0.3
"""K around the bed's target within which it stays as it is: a bang-bang bed, Marlin's default."""


@dataclass
class Heaters:
    """State of both heaters, their sensors and their protection.

    Attributes:
        target, bed_target: degrees C; 0 is off.
        reading, bed_reading: what the firmware read last, degrees C.
        metal: true temperatures.
        duty: of the hot end, 0 to 1; `forced` overrules the control loop while a relay test runs.
        volts: of the supply under the present load.
    """

    machine: Machine
    values: Mapping[str, float]
    rng: random.Random
    gains: control.Gains
    target: float = 0.0
    bed_target: float = 0.0
    reading: float = heat.AMBIENT
    bed_reading: float = heat.AMBIENT
    metal: heat.Metal = field(default_factory=heat.Metal)
    duty: float = 0.0
    forced: float | None = None
    bed_on: bool = False
    volts: float = 0.0
    _steps: int = 0
    _loop: control.Loop = field(default_factory=lambda: control.Loop(last=heat.AMBIENT))
    _guard: control.Guard = field(init=False)
    _bed_guard: control.Guard = field(init=False)

    def __post_init__(self) -> None:
        self.volts = self.machine.volts
        self._guard, self._bed_guard = control.hotend_guard(self.machine), control.bed_guard(self.machine)
        self._read(None)

    def set_hotend(self, target: float) -> None:
        """Set the hot end's target in degrees C; protection watches anew."""
        self.target = target
        self._guard.restart()

    def set_bed(self, target: float) -> None:
        """Set the bed's target in degrees C; protection watches anew."""
        self.bed_target = target
        self._bed_guard.restart()

    def off(self) -> None:
        """Both heaters off."""
        self.set_hotend(0.0)
        self.set_bed(0.0)
        self.forced, self.duty, self.bed_on = None, 0.0, False

    @property
    def browned_out(self) -> bool:
        """True if the load has pulled the supply below what keeps the board alive."""
        return self.volts < heat.BROWN_OUT * self.machine.volts

    def step(self, seconds: float, *, fan: float, flow: float, moving: bool, place: float = 0.5) -> str:
        """Let a tenth of a second pass; the error with which the firmware halts, or an empty string.

        Args:
            seconds: length of the step, at most about 0.5.
            fan: duty of the part fan, 0 to 1.
            flow: mm3/s of plastic melted.
            moving: True if the head moves, so that a broken strand can open.
            place: of the head along X, 0 to 1.
        """
        parts = self._parts()
        loss = parts.heaters.block_loss(fan, flow)
        self.metal.warm(seconds, parts, self.duty, self.bed_on, self.volts, loss)
        self._steps += 1
        return self._decide(place if moving else None) if self._steps % CONTROL == 0 else ""

    def _decide(self, place: float | None) -> str:
        """Read, control, and see whether something is wrong."""
        self._read(place)
        duty = self._loop.duty(self.gains, self.target, self.reading, heat.STEP)
        self.duty = duty if self.forced is None else self.forced
        kept_on = self.bed_reading < self.bed_target + (BED_BAND if self.bed_on else -BED_BAND)
        self.bed_on = self.bed_target > 0 and kept_on
        self.volts = circuit.Supply.of(self.machine, self.values).volts(self.duty, float(self.bed_on))
        guarded = 0.0 if self.forced is not None else self.target
        return (
            control.out_of_range(self.machine, max(self.target, self.duty), self.reading)
            or control.bed_out_of_range(self.bed_target, self.bed_reading)
            or self._guard.check(guarded, self.reading, heat.STEP)
            or self._bed_guard.check(self.bed_target, self.bed_reading, heat.STEP)
        )

    def _read(self, place: float | None) -> None:
        """Read both sensors; `place` is where along X the head moves, None if it stands."""
        per_minute = 0.0 if place is None else heat.opens(self.values, self.metal.block, place)
        opening = per_minute * heat.STEP / 60.0
        self.reading, self.bed_reading = self.metal.read(self._parts(), self.rng, opening)

    def _parts(self) -> heat.Parts:
        """As they are at this moment: somebody may be at work on the machine."""
        return heat.Parts.of(self.machine, self.values)
