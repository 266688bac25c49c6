"""What a firmware does with a heater at each of its steps: Marlin's PID, and the two timers that protect from fire.

Limits are data of the machine, by default Marlin's [S:MA]: 20 s to gain 2 K while heating up (bed 60 s), 40 s below the
target by 4 K once it was reached (bed 20 s, 2 K).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from actors.worlds.printer.machine import Machine, Timers

Gains = tuple[float, float, float]

PID_RANGE = 10.0
"""K around the target outside of which the heater is fully on or off; PID_FUNCTIONAL_RANGE [S:MA]."""


def gains(machine: Machine, values: Mapping[str, float]) -> Gains:
    """Kp, Ki, Kd in use, in Marlin's units: those of the machine, out of tune by `firmware.pid`."""
    kp, ki, kd = machine.pid
    out = values["firmware.pid"]
    return kp * out, ki * out**2, kd / out**2


@dataclass(slots=True)
class Loop:
    """State of Marlin's PID for the hot end."""

    integral: float = 0.0
    last: float = 0.0

    def duty(self, gains: Gains, target: float, reading: float, step: float) -> float:
        """Duty 0 to 1 for the next step of so many seconds; a target of 0 is off."""
        error = target - reading
        if target <= 0 or error < -PID_RANGE:
            self.last = reading
            return 0.0
        if error > PID_RANGE:
            self.integral, self.last = 0.0, reading
            return 1.0
        kp, ki, kd = gains
        self.integral = min(max(self.integral + error * step * (ki / 255.0), -1.0), 1.0)
        slope = (reading - self.last) / step
        self.last = reading
        return min(max(kp / 255.0 * error + self.integral - kd / 255.0 * slope, 0.0), 1.0)


@dataclass(slots=True)
class Guard:
    """Marlin's thermal protection of one heater: watch while heating, runaway once the target was reached.

    Attributes:
        name: of the heater in the firmware's words.
        watch_seconds: within which a heater that heats must gain 2 K.
        runaway_seconds, hysteresis: how long and how far (K) a held temperature may fall.
    """

    name: str
    watch_seconds: float
    runaway_seconds: float
    hysteresis: float
    reached: bool = False
    below: float = 0.0
    watched: float = 0.0
    watch_from: float = -math.inf

    def check(self, target: float, reading: float, step: float) -> str:
        """The error that this step of so many seconds raises, or an empty string."""
        if target <= 0:
            return ""
        if self.reached:
            self.below = self.below + step if reading < target - self.hysteresis else 0.0
            return (
                f"Thermal Runaway, system stopped! Heater_ID: {self.name}" if self.below > self.runaway_seconds else ""
            )
        if reading >= target - 1.0:
            self.reached = True
            return ""
        if reading >= self.watch_from + 2.0:
            self.watch_from, self.watched = reading, 0.0
        self.watched += step
        return f"Heating failed, system stopped! Heater_ID: {self.name}" if self.watched > self.watch_seconds else ""

    def restart(self) -> None:
        """Watch anew: a target was set."""
        self.reached, self.below, self.watched, self.watch_from = False, 0.0, 0.0, -math.inf


def hotend_guard(machine: Machine) -> Guard:
    """The hot end's protection on this machine."""
    return _guard("E0", machine.protection.hotend)


def bed_guard(machine: Machine) -> Guard:
    """The bed's protection on this machine."""
    return _guard("bed", machine.protection.bed)


def _guard(name: str, timers: Timers) -> Guard:
    return Guard(name, timers.watch, timers.period, timers.hysteresis)


BED_MINTEMP, BED_MAXTEMP = 5.0, 125.0
"""Degrees C between which a bed's reading is believed [S:MC]."""


def bed_out_of_range(target: float, reading: float) -> str:
    """The error that a reading of the bed raises by itself, or an empty string."""
    if target > 0 and reading < BED_MINTEMP:
        return "MINTEMP triggered, system stopped! Heater_ID: bed"
    return "MAXTEMP triggered, system stopped! Heater_ID: bed" if reading > BED_MAXTEMP else ""


def out_of_range(machine: Machine, target: float, reading: float) -> str:
    """The error that a reading of the hot end raises by itself, or an empty string."""
    if target > 0 and reading < machine.mintemp:
        return "MINTEMP triggered, system stopped! Heater_ID: E0"
    if reading > machine.maxtemp:
        return "MAXTEMP triggered, system stopped! Heater_ID: E0"
    return ""
