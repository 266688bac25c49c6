"""Supply, heaters and thermistor of a machine in one state: what stays the same in all steps of a heating.

Marks of sources stand in `data/SOURCES.md`: [S:Marlin MPC] block model, [E] estimates. A step of a simulation asks for
volts, watts and readings; whoever works on the machine changes its values, and the parts here are to be made anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from actors.worlds.printer.machine import Machine

Values = Mapping[str, float]

FAN_ON_BARE_BLOCK = 0.125
"""W/K that the part fan draws from a block without its sock [E; a bare block with the duct on it ends at 185 C]."""
FAN_MISAIMED = 0.17
"""W/K when the duct points at the block [E]."""
BETA = 3950.0
"""Beta of the fitted thermistor in K; the firmware's table may assume another."""


@dataclass(frozen=True, slots=True)
class Supply:
    """The power supply and its loads.

    Attributes:
        nominal: volts.
        hot_ohm, bed_ohm: resistance of the heaters, wiring of the hot end included.
        bed_power: share of the bed's heater that works.
        resistance: of the source and its terminals, ohm.
    """

    nominal: float
    hot_ohm: float
    bed_ohm: float
    bed_power: float
    resistance: float

    @classmethod
    def of(cls, machine: Machine, values: Values) -> Self:
        """That of a machine."""
        return cls(
            machine.volts,
            machine.volts**2 / machine.hotend.power + values["heater_wiring.resistance"],
            machine.volts**2 / machine.bed.power,
            values["bed_heater.power"],
            values["psu.resistance"] + values["psu_terminals.resistance"],
        )

    def volts(self, hot_duty: float, bed_duty: float) -> float:
        """Voltage at the board under load: the source and terminal resistances against the heaters' conductance."""
        conductance = hot_duty / self.hot_ohm + bed_duty * self.bed_power / self.bed_ohm
        return self.nominal / (1.0 + self.resistance * conductance)


@dataclass(frozen=True, slots=True)
class Heaters:
    """Cartridge, block and bed: what they give at the nominal voltage, and what the air takes.

    Attributes:
        watts, wiring: of the cartridge at full duty, and the share that a bad contact leaves of it.
        bed_watts: of the bed.
        loss, air, blown: of the block in W/K; the part fan's share of its air, and what that adds.
        melt: J/K that a mm3 of the material takes.
    """

    nominal: float
    watts: float
    wiring: float
    bed_watts: float
    loss: float
    air: float
    blown: float
    melt: float

    @classmethod
    def of(cls, machine: Machine, values: Values) -> Self:
        """Those of a machine."""
        hot = machine.hotend
        ohm = machine.volts**2 / hot.power
        share = ohm / (ohm + values["heater_wiring.resistance"])
        bare = (1.0 - values["heater_sock.cover"]) * FAN_ON_BARE_BLOCK if "heater_sock" not in machine.lacks else 0.0
        return cls(
            machine.volts,
            hot.power * values["heater_cartridge.power"],
            share**2,
            machine.bed.power * values["bed_heater.power"],
            hot.loss,
            values["part_fan.flow"],
            hot.loss_fan - hot.loss + bare + values["part_fan.misaim"] * FAN_MISAIMED,
            machine.material.heat,
        )

    def power(self, volts: float) -> tuple[float, float]:
        """Watts in the block and in the bed at full duty: they go with the voltage squared."""
        share = (volts / self.nominal) ** 2
        return self.watts * share * self.wiring, self.bed_watts * share

    def block_loss(self, fan: float, melting: float = 0.0) -> float:
        """Heat loss of the block in W/K at a part-fan duty of 0 to 1, with so many mm3/s of plastic melting."""
        return self.loss + fan * self.air * self.blown + self.melt * melting


@dataclass(frozen=True, slots=True)
class Thermistor:
    """The sensor of the hot end and its circuit.

    Attributes:
        coupling: share of the block's warmth that reaches the bead.
        resistance, leak: of the wiring, ohm in series and 1/ohm in parallel.
        assumed: beta of the firmware's table, K.
    """

    coupling: float
    resistance: float
    leak: float
    assumed: float

    @classmethod
    def of(cls, values: Values) -> Self:
        """That of a machine with these values."""
        return cls(
            values["thermistor.coupling"],
            values["thermistor_wiring.resistance"],
            values["thermistor_wiring.leak"],
            BETA + values["firmware.thermistor_beta"],
        )

    def shown(self, bead: float) -> float:
        """What the firmware reads for a bead at this temperature: resistance, bad contact, leak, the assumed table."""
        ohm = 1e5 * math.exp(BETA * (1.0 / (bead + 273.15) - 1.0 / 298.15)) + self.resistance
        ohm = ohm / (1.0 + ohm * self.leak)
        return 1.0 / (1.0 / 298.15 + math.log(ohm / 1e5) / self.assumed) - 273.15
