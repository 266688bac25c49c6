"""A shell that hosts a shard of a fleet: thousands of printers as arrays in one worker.

Asked to `age` it prints for so many hours; asked for `failed` or `values` it tells what has become of its printers.
Shards add up to the same however a fleet is cut, because a printer's history does not depend on its neighbours.
"""

from __future__ import annotations

import asyncio
from typing import Any

from actors.worlds.printer.fleet import Fleet

Plain = dict[str, Any]


class FleetShell:
    """One shard.

    Args:
        config: `models`, dealt out in turn by seed; `first` seed and `count` of printers.
    """

    def __init__(self, config: Plain) -> None:
        models, first, count = list(config["models"]), int(config["first"]), int(config["count"])
        seeds = range(first, first + count)
        self.fleet = Fleet([models[seed % len(models)] for seed in seeds], seeds)
        self._turn = asyncio.Lock()

    async def answer(self, request: Plain) -> Plain:
        """Carry out one request, `{"do": "age", "hours": 100}`, `{"do": "failed"}` or `{"do": "values", "of": …}`.

        Raises:
            ValueError: there is no such request.
        """
        async with self._turn:
            if request["do"] == "age":
                await asyncio.to_thread(self.fleet.age, float(request["hours"]))
                return {"printers": len(self.fleet), "printer_hours": float(self.fleet.hours.sum())}
            if request["do"] == "failed":
                return {"failed": dict(await asyncio.to_thread(self.fleet.failed))}
            if request["do"] == "values":
                return {"values": (await asyncio.to_thread(self.fleet.values, str(request["of"]))).tolist()}
        raise ValueError(f"a fleet is asked to age, or for what has failed or its values; not '{request['do']}'")
