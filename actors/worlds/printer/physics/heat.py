"""Hot end, bed, their sensors, the supply that feeds them, and the firmware's thermal protection.

Marks of sources stand in `data/SOURCES.md`: [S:Marlin MPC] block model, [S:MA] protection limits, [E] estimates.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import control
from actors.worlds.printer.physics.elementwise import Quantity, exp, log, most

Values = Mapping[str, float]

AMBIENT = 23.0
STEP = 0.5
"""Seconds of one step of the simulation."""
FAN_ON_BARE_BLOCK = 0.125
"""W/K that the part fan draws from a block without its sock [E; a bare block with the duct on it ends at 185 C]."""
FAN_MISAIMED = 0.17
"""W/K when the duct points at the block [E]."""
BROWN_OUT = 0.6
"""Share of the nominal voltage below which the board resets [E]."""
OPEN = -14.0
"""Degrees C that an open sensor circuit reads."""
BETA = 3950.0
"""Beta of the fitted thermistor in K; the firmware's table may assume another."""


@dataclass
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


def supply_volts(
    machine: Machine, values: Mapping[str, Quantity], hot_duty: Quantity | float, bed_duty: Quantity | float
) -> Quantity:
    """Voltage at the board under load: the source and terminal resistances against the heaters' conductance."""
    hot_ohm = machine.volts**2 / machine.hotend.power + values["heater_wiring.resistance"]
    bed_ohm = machine.volts**2 / machine.bed.power
    conductance = hot_duty / hot_ohm + bed_duty * values["bed_heater.power"] / bed_ohm
    resistance = values["psu.resistance"] + values["psu_terminals.resistance"]
    return machine.volts / (1.0 + resistance * conductance)


def heater_watts(machine: Machine, values: Mapping[str, Quantity], volts: Quantity | float) -> Quantity:
    """Power in the block at full duty: goes with the voltage squared, less what a bad contact takes."""
    ohm = machine.volts**2 / machine.hotend.power
    share = ohm / (ohm + values["heater_wiring.resistance"])
    return machine.hotend.power * values["heater_cartridge.power"] * (volts / machine.volts) ** 2 * share**2


def block_loss(machine: Machine, values: Mapping[str, Quantity], fan: Quantity | float) -> Quantity:
    """Heat loss of the block in W/K at a part-fan duty of 0 to 1."""
    air = fan * values["part_fan.flow"]
    bare = (1.0 - values["heater_sock.cover"]) * FAN_ON_BARE_BLOCK if "heater_sock" not in machine.lacks else 0.0
    blown = machine.hotend.loss_fan - machine.hotend.loss + bare + values["part_fan.misaim"] * FAN_MISAIMED
    return machine.hotend.loss + air * blown


def shown_temperature(values: Mapping[str, Quantity], bead: Quantity) -> Quantity:
    """What the firmware reads for a bead at this temperature: resistance, bad contact, leak, and the assumed table."""
    kelvin = bead + 273.15
    ohm = 1e5 * exp(BETA * (1.0 / kelvin - 1.0 / 298.15)) + values["thermistor_wiring.resistance"]
    ohm = ohm / (1.0 + ohm * values["thermistor_wiring.leak"])
    assumed = BETA + values["firmware.thermistor_beta"]
    return 1.0 / (1.0 / 298.15 + log(ohm / 1e5) / assumed) - 273.15


def strand_openings(values: Mapping[str, Quantity]) -> Quantity:
    """How often per minute of motion a broken strand of the thermistor cable opens; a few frayed wires do not."""
    return most(values["thermistor_wiring.flex_break"] - 0.02, 0.0)


class Load(NamedTuple):
    """What works on the metal in a step.

    Attributes:
        duty: of the hot end's heater, 0 to 1.
        bed_on: whether the bed's heater is on.
        volts: of the supply under this load.
        fan: duty of the part fan, 0 to 1.
        melting: mm3/s of plastic.
    """

    duty: float
    bed_on: bool
    volts: float
    fan: float
    melting: float


@dataclass
class Metal:
    """True temperatures in degrees C: the heater block, the sensor's bead in it, the bed."""

    block: float = AMBIENT
    bead: float = AMBIENT
    bed: float = AMBIENT

    def warm(self, seconds: float, machine: Machine, values: Values, load: Load) -> None:
        """What the heaters give and the air and the plastic take in a step of half a second or less."""
        gain = heater_watts(machine, values, load.volts) * load.duty
        loss = (block_loss(machine, values, load.fan) + machine.material.heat * load.melting) * (self.block - AMBIENT)
        self.block += seconds * (gain - loss) / machine.hotend.heat
        touching = AMBIENT + values["thermistor.coupling"] * (self.block - AMBIENT)
        self.bead += seconds * machine.hotend.lag * (touching - self.bead)
        bed_gain = machine.bed.power * values["bed_heater.power"] * (load.volts / machine.volts) ** 2 * load.bed_on
        self.bed += seconds * (bed_gain - machine.bed.loss * (self.bed - AMBIENT)) / machine.bed.heat

    def read(self, values: Values, rng: random.Random, opening: float = 0.0) -> tuple[float, float]:
        """What the firmware reads of hot end and bed; `opening` is the chance that the wire is open at this moment."""
        open_wire = opening > 0 and rng.random() < opening
        noise = 0.15 + 2.0 * (1.0 - values["thermistor.coupling"])
        reading = OPEN if open_wire else shown_temperature(values, self.bead) + rng.gauss(0.0, noise)
        off = values["bed_thermistor.offset"] * min(1.0, (self.bed - AMBIENT) / 20.0)
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
    run = Heating(machine, values, target, bed_target, rng, Trace(volts=machine.volts))
    run.opening = strand_openings(values) * STEP / 60.0 if moving else 0.0
    for step in range(int(seconds / STEP)):
        now = step * STEP
        if not run.step(now, fan=fan if now >= fan_after else 0.0, flow=flow):
            break
    return run.trace


@dataclass
class Heating:
    """One heating on its way: temperatures of the metal, the loops, the guards, and the trace so far.

    Attributes:
        shown, bed_shown: what the firmware read last, degrees C.
        opening: chance that a broken strand is open at a step.
    """

    machine: Machine
    values: Values
    target: float
    bed_target: float
    rng: random.Random
    trace: Trace
    opening: float = 0.0
    metal: Metal = field(default_factory=Metal)
    bed_on: bool = False
    shown: float = AMBIENT
    bed_shown: float = AMBIENT
    loop: control.Loop = field(default_factory=lambda: control.Loop(last=AMBIENT))
    guard: control.Guard = field(default_factory=control.hotend_guard)
    bed_guard: control.Guard = field(default_factory=control.bed_guard)

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
        reading, bed_reading = self.shown, self.bed_shown = self.metal.read(self.values, self.rng, self.opening)
        duty = self.loop.duty(control.gains(self.machine, self.values), self.target, reading, STEP)
        kept_on = bed_reading < self.bed_target - 0.3 or (self.bed_on and bed_reading < self.bed_target + 0.3)
        self.bed_on = self.bed_target > 0 and kept_on
        volts = supply_volts(self.machine, self.values, duty, float(self.bed_on))
        self.trace.volts = min(self.trace.volts, volts)
        if volts < BROWN_OUT * self.machine.volts:
            self.trace.reset = True
            return False
        load = Load(duty, self.bed_on, volts, fan, flow if self.guard.reached else 0.0)
        self.metal.warm(STEP, self.machine, self.values, load)
        self._keep(now, reading, duty, bed_reading)
        self.trace.error = (
            control.out_of_range(self.machine, self.target, reading)
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
