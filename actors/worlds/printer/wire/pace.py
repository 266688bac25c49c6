"""Wall-clock time for a printer on the wire: simulated seconds follow real ones, so many times faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from actors.worlds.printer.wire.board import TICK
from actors.worlds.printer.wire.marlin import Marlin

BREATH, SHORT_BREATH = 0.02, 0.002
"""Wall seconds between two looks at the clock: at real time, and at least however fast the printer runs."""
SLICE = 1.0
"""Simulated seconds that pass at most before the host is listened to again."""


class Pace:
    """Drives one firmware by the clock of the event loop.

    Args:
        marlin: the firmware.
        say: takes what it says.
        speed: simulated seconds per wall second.
    """

    def __init__(self, marlin: Marlin, say: Callable[[bytes], None], speed: float) -> None:
        self._marlin, self._say, self._speed = marlin, say, speed

    async def run(self) -> None:
        """Let time pass until cancelled; what a slow processor cannot make up for in a second is let go."""
        loop = asyncio.get_running_loop()
        last, due = loop.time(), 0.0
        breath = min(max(TICK / self._speed, SHORT_BREATH), BREATH)
        while True:
            await asyncio.sleep(0.0 if due >= TICK else breath)
            now = loop.time()
            due = min(due + (now - last) * self._speed, self._speed)
            last = now
            part = min(due, SLICE)
            due -= part
            said = self._marlin.advance(part)
            if said:
                self._say(said)
