"""Hot end and bed as they heat up and hold, under the firmware's control and protection.

Marks of sources stand in `data/SOURCES.md`: [S:Marlin MPC] block model, [S:MA] protection limits, [E] estimates.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from actors.worlds.printer.machine import Bed, HotEnd, Machine
from actors.worlds.printer.physics import circuit, control
from actors.worlds.printer.physics.elementwise import Quantity, clip, exp, most

Values = Mapping[str, float]

AMBIENT = 23.0
STEP = 0.5
"""Seconds of one step of the simulation."""
BROWN_OUT = 0.6
"""Share of the nominal voltage below which the board resets [E]."""
BEND, COLD_STRAND = 0.12, 50.0
"""Share of the travel along which a cable is bent, and degrees C below which a broken strand stays closed [E]."""
OPEN = -14.0
"""Degrees C that an open sensor circuit reads."""


@dataclass(slots=True)
class Trace:
    """What happened while heating: readings as firmware shows them, truth as a reference thermometer shows it.

    Attributes:
        seconds, reading, true, duty: per step; degrees C, duty 0 to 1.
        bed_reading, bed_true: per step, degrees C.
        volts: lowest supply voltage.
        heat_up: seconds until the reading first came within 2 K of the target, None if never.
        bed_heat_up: likewise for the bed.
        error: the firmware's words when it halted, else empty.
        reset: True if the board browned out.
    """

    seconds: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)
    duty: list[float] = field(default_factory=list)
    bed_reading: list[float] = field(default_factory=list)
    bed_true: list[float] = field(default_factory=list)
    volts: float = 0.0
    heat_up: float | None = None
    bed_heat_up: float | None = None
    error: str = ""
    reset: bool = False


def strand_openings(values: Mapping[str, Quantity]) -> Quantity:
    """How often per minute of motion a broken strand of the thermistor cable opens; a few frayed wires do not."""
    return most(values["thermistor_wiring.flex_break"] - 0.02, 0.0)


def opens(values: Mapping[str, Quantity], block: Quantity, place: Quantity | None = None) -> Quantity:
    """How often per minute of motion a broken strand opens at this block and this place along X (0 to 1) [E].

    The cable is bent most at one place, where it opens some four times as often as on average; cold, it stays closed.
    """
    rate = strand_openings(values) * clip((block - COLD_STRAND) / 100.0, 0.0, 1.0)
    if place is None:
        return rate
    off = (place - values["thermistor_wiring.break_place"]) / BEND
    return rate * (0.2 + 0.8 * exp(-off * off) / (BEND * math.sqrt(math.pi)))


@dataclass(frozen=True, slots=True)
class Parts:
    """What is heated and read, and by what, in the machine's present state."""

    hotend: HotEnd
    bed: Bed
    supply: circuit.Supply
    heaters: circuit.Heaters
    thermistor: circuit.Thermistor
    bed_off: float

    @classmethod
    def of(cls, machine: Machine, values: Values) -> Self:
        """Those of a machine; `bed_off` is what its bed sensor reads wrong, K."""
        supply, heaters = circuit.Supply.of(machine, values), circuit.Heaters.of(machine, values)
        return cls(
            machine.hotend, machine.bed, supply, heaters, circuit.Thermistor.of(values), values["bed_thermistor.offset"]
        )


@dataclass(slots=True)
class Metal:
    """True temperatures in degrees C: the heater block, the sensor's bead in it, the bed."""

    block: float = AMBIENT
    bead: float = AMBIENT
    bed: float = AMBIENT

    def warm(self, seconds: float, parts: Parts, duty: float, bed_on: bool, volts: float, loss: float) -> None:
        """What the heaters give and the air and the plastic take in a step of half a second or less.

        Args:
            seconds: length of the step.
            parts: what is heated.
            duty: of the hot end's heater, 0 to 1.
            bed_on: whether the bed's heater is on.
            volts: of the supply under this load.
            loss: of the block to air and plastic, W/K.
        """
        hotend, bed = parts.hotend, parts.bed
        watts, bed_watts = parts.heaters.power(volts)
        self.block += seconds * (watts * duty - loss * (self.block - AMBIENT)) / hotend.heat
        touching = AMBIENT + parts.thermistor.coupling * (self.block - AMBIENT)
        self.bead += seconds * hotend.lag * (touching - self.bead)
        self.bed += seconds * (bed_watts * bed_on - bed.loss * (self.bed - AMBIENT)) / bed.heat

    def read(self, parts: Parts, rng: random.Random, opening: float = 0.0) -> tuple[float, float]:
        """What the firmware reads of hot end and bed; `opening` is the chance that the wire is open at this moment."""
        thermistor = parts.thermistor
        open_wire = opening > 0 and rng.random() < opening
        noise = 0.15 + 2.0 * (1.0 - thermistor.coupling)
        reading = OPEN if open_wire else thermistor.shown(self.bead) + rng.gauss(0.0, noise)
        off = parts.bed_off * min(1.0, (self.bed - AMBIENT) / 20.0)
        return reading, self.bed + off + rng.gauss(0.0, 0.1)


def heat(
    machine: Machine,
    values: Values,
    *,
    target: float,
    bed_target: float = 0.0,
    seconds: float = 300.0,
    fan_after: float = math.inf,
    fan: float = 1.0,
    flow: float = 0.0,
    moving: bool = False,
    rng: random.Random,
) -> Trace:
    """Heat up and hold, as the firmware does, and keep the trace.

    Args:
        machine: the printer model.
        values: its parameters.
        target: of the hot end, degrees C; 0 is off.
        bed_target: of the bed, degrees C; 0 is off.
        seconds: simulated time.
        fan_after: seconds after which the part fan runs.
        fan: its duty then, 0 to 1.
        flow: mm3/s of plastic melted once the target is reached.
        moving: True if the head moves, so that a broken strand can open.
        rng: noise of the sensors, openings of a strand.
    """
    run = Heating(machine, Parts.of(machine, values), control.gains(machine, values), target, bed_target, rng)
    for step in range(int(seconds / STEP)):
        now = step * STEP
        run.opening = opens(values, run.metal.block) * STEP / 60.0 if moving else 0.0
        if not run.step(now, fan=fan if now >= fan_after else 0.0, flow=flow):
            break
    return run.trace


@dataclass(slots=True)
class Heating:
    """One heating on its way: temperatures of the metal, the loops, the guards, and the trace so far.

    Nobody works on the machine meanwhile.

    Attributes:
        parts, gains: what is heated, and the gains of its loop.
        shown, bed_shown: what the firmware read last, degrees C.
        opening: chance that a broken strand is open at a step.
    """

    machine: Machine
    parts: Parts
    gains: control.Gains
    target: float
    bed_target: float
    rng: random.Random
    trace: Trace = field(init=False)
    opening: float = 0.0
    metal: Metal = field(default_factory=Metal)
    bed_on: bool = False
    shown: float = AMBIENT
    bed_shown: float = AMBIENT
    loop: control.Loop = field(default_factory=lambda: control.Loop(last=AMBIENT))
    guard: control.Guard = field(init=False)
    bed_guard: control.Guard = field(init=False)

    def __post_init__(self) -> None:
        self.trace = Trace(volts=self.machine.volts)
        self.guard, self.bed_guard = control.hotend_guard(self.machine), control.bed_guard(self.machine)

    def aim(self, target: float, bed_target: float) -> None:
        """Change the targets, degrees C, 0 is off; protection watches anew what has changed."""
        if target != self.target:
            self.target = target
            self.guard.restart()
        if bed_target != self.bed_target:
            self.bed_target = bed_target
            self.bed_guard.restart()

    def step(self, now: float, *, fan: float, flow: float) -> bool:
        """Half a second of heating; False once the firmware has halted or the board has browned out."""
        parts, machine = self.parts, self.machine
        reading, bed_reading = self.shown, self.bed_shown = self.metal.read(parts, self.rng, self.opening)
        duty = self.loop.duty(self.gains, self.target, reading, STEP)
        kept_on = bed_reading < self.bed_target - 0.3 or (self.bed_on and bed_reading < self.bed_target + 0.3)
        self.bed_on = self.bed_target > 0 and kept_on
        volts = parts.supply.volts(duty, float(self.bed_on))
        self.trace.volts = min(self.trace.volts, volts)
        if volts < BROWN_OUT * machine.volts:
            self.trace.reset = True
            return False
        loss = parts.heaters.block_loss(fan, flow if self.guard.reached else 0.0)
        self.metal.warm(STEP, parts, duty, self.bed_on, volts, loss)
        self._keep(now, reading, duty, bed_reading)
        self.trace.error = (
            control.out_of_range(machine, self.target, reading)
            or self.guard.check(self.target, reading, STEP)
            or self.bed_guard.check(self.bed_target, bed_reading, STEP)
        )
        return not self.trace.error

    def _keep(self, now: float, reading: float, duty: float, bed_reading: float) -> None:
        trace = self.trace
        trace.seconds.append(now)
        trace.reading.append(reading)
        trace.true.append(self.metal.block)
        trace.duty.append(duty)
        trace.bed_reading.append(bed_reading)
        trace.bed_true.append(self.metal.bed)
        if trace.heat_up is None and self.target > 0 and reading >= self.target - 2.0:
            trace.heat_up = now
        if trace.bed_heat_up is None and self.bed_target > 0 and bed_reading >= self.bed_target - 2.0:
            trace.bed_heat_up = now


def sink_temperature(
    values: Mapping[str, Quantity], block: Quantity, minutes: float, room: Quantity | float = AMBIENT + 4.0
) -> Quantity:
    """Temperature at the cold side of the heat break after so many minutes at temperature, degrees C.

    First-order: 0.05 W/K through the break, 0.06 W/K without and 0.41 W/K with a healthy fan, 150 J/K [E]; real jams
    begin when the break passes about 56 C and take 10 to 60 minutes.
    """
    through = 0.05 * values["heat_break.conduction"]
    air = (1.0 - values["hotend_fan.wear"]) * (1.0 - values["hotend_fan.lint"])
    away = 0.06 + 0.35 * air
    end = (through * block + away * room) / (through + away)
    return room + (end - room) * (1.0 - exp(-minutes * 60.0 * (through + away) / 150.0))
