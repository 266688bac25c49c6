"""Where a host comes in: what a TCP port and a pseudo-terminal have in common."""

from __future__ import annotations

import asyncio
from typing import Protocol

from actors.worlds.printer.wire.marlin import Marlin
from actors.worlds.printer.wire.pace import BREATH

READ = 256
"""Bytes that are taken at once: too few to overfill the firmware's backlog."""
HELD = 64
"""Waiting lines from which a host is held back, so that whoever sends a whole file at once loses nothing."""


class Door(Protocol):
    """A way in for one host at a time."""

    address: str
    """What a host is told to connect to."""

    def say(self, data: bytes) -> None:
        """Send to the host that is there; without one, or if it does not listen, the bytes are lost."""

    async def serve(self, marlin: Marlin) -> None:
        """Carry bytes to the firmware until cancelled."""

    def close(self) -> None:
        """Leave nothing behind."""


async def room(marlin: Marlin) -> None:
    """Wait until the firmware has worked off what it has."""
    while marlin.backlog >= HELD and not marlin.silent:  # noqa: ASYNC110 - the clock works it off, and has no events
        await asyncio.sleep(BREATH)


def opened(marlin: Marlin) -> bytes:
    """A host has opened the port: a halted board starts anew, as by the reset line of a serial adapter."""
    return marlin.reset() if marlin.silent else b""
