"""PID autotune: a relay makes the hot end swing, and the swing's height and period give the gains (Ziegler-Nichols).

Marlin's words and limits; the swing itself is that of the simulated block, so that a loose thermistor or a weak heater
gives the gains that it would give.
"""

from __future__ import annotations

import math
from collections.abc import Generator

from actors.worlds.printer.physics.control import Gains
from actors.worlds.printer.wire.board import TICK, Board
from actors.worlds.printer.wire.script import WAIT

FULL = 255.0
SHORTEST = 5.0
"""Seconds between two turns of the relay at least."""
OVERSHOOT = 30.0
"""K above the target at which the tuning gives up."""
PATIENCE = 1200.0
"""Seconds without a turn after which it gives up."""


def swing(board: Board, target: float, cycles: int) -> Generator[str | None, None, Gains | None]:
    """Run the relay; says what Marlin says and returns Kp, Ki, Kd, or None if it failed."""
    yield "PID Autotune start"
    heat = board.heaters
    heat.set_hotend(0.0)
    try:
        return (yield from _turns(board, target, cycles))
    finally:
        heat.forced, heat.duty = None, 0.0


def _turns(board: Board, target: float, cycles: int) -> Generator[str | None, None, Gains | None]:
    heat = board.heaters
    bias = reach = FULL / 2
    heating, low, high, since, told, cycle, lasted_high = True, target, target, 0.0, 0.0, 0, 0.0
    found: Gains | None = None
    heat.forced = (bias + reach) / FULL
    while not board.interrupted:
        yield WAIT
        since, told, reading = since + TICK, told + TICK, heat.reading
        low, high = min(low, reading), max(high, reading)
        if told >= 2.0:
            told = 0.0
            yield f" T:{reading:.2f} /{target:.2f} @:{heat.duty * 127:.0f}"
        if reading > target + OVERSHOOT or since > PATIENCE:
            yield f"PID Autotune failed! {'timeout' if since > PATIENCE else 'Temperature too high'}"
            return None
        if heating and reading > target and since > SHORTEST:
            heating, lasted_high, since, high = False, since, 0.0, target
            heat.forced = max(bias - reach, 0.0) / FULL
        elif not heating and reading < target and since > SHORTEST:
            if cycle > 0:
                bias, reach = _rebalanced(bias, reach, lasted_high, since)
                yield f" bias: {bias:.0f} d: {reach:.0f} min: {low:.2f} max: {high:.2f}"
            if cycle > 2:
                found = gains(reach, high - low, lasted_high + since)
                yield " Ku: {:.2f} Tu: {:.2f}".format(*_ultimate(reach, high - low, lasted_high + since))
                yield " Classic PID Kp: {:.2f} Ki: {:.2f} Kd: {:.2f}".format(*found)
            heating, since, low, cycle = True, 0.0, target, cycle + 1
            heat.forced = (bias + reach) / FULL
        if cycle > cycles and found is not None:
            yield "PID Autotune finished! Put the last Kp, Ki and Kd constants from below into Configuration.h"
            yield from (
                f"#define DEFAULT_{name} {gain:.2f}" for name, gain in zip(("Kp", "Ki", "Kd"), found, strict=True)
            )
            return found
    return None


def gains(reach: float, height: float, period: float) -> Gains:
    """Classic Ziegler-Nichols gains from a relay's reach (of 255), the swing's height in K and its period in s."""
    ultimate, period = _ultimate(reach, height, period)
    kp = 0.6 * ultimate
    return kp, 2.0 * kp / period, kp * period / 8.0


def _ultimate(reach: float, height: float, period: float) -> tuple[float, float]:
    return 4.0 * reach / (math.pi * max(height, 0.01) / 2.0), period


def _rebalanced(bias: float, reach: float, high: float, low: float) -> tuple[float, float]:
    """Shift the middle of the relay so that heating and cooling take equally long."""
    bias = min(max(bias + reach * (high - low) / (high + low), 20.0), FULL - 20.0)
    return bias, FULL - 1.0 - bias if bias > FULL / 2 else bias
