"""A printer in service: its firmware, the clock that drives it, and the door that hosts come in by."""

from __future__ import annotations

import asyncio
import signal

from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.wire.door import Door
from actors.worlds.printer.wire.marlin import Marlin
from actors.worlds.printer.wire.pace import Pace


async def run(printer: VirtualPrinter, door: Door, speed: float) -> None:
    """Serve until cancelled or told to end by SIGTERM; the door is closed in any case.

    Args:
        printer: it changes as it prints.
        door: open already.
        speed: simulated seconds per wall second.

    Raises:
        asyncio.CancelledError: it was told to end.
    """
    me = asyncio.current_task()
    if me is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    marlin = Marlin(printer)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(door.serve(marlin))
            tasks.create_task(Pace(marlin, door.say, speed).run())
    finally:
        door.close()
