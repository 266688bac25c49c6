"""What an episode takes in a team while its model thinks: a process holds many of them, and looks at itself."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

FEW, MANY = 500, 4500
_PROGRAM: Final = """
import asyncio, gc, sys
from pathlib import Path
from actors.runtime.episode import Order, Table, Shown, play
from actors.runtime.local import LocalRuntime
from actors.runtime.observer import Silence
from actors.runtime.port import Staffing
from dataclasses import asdict
from ops.bench import counter
from actors.worlds import catalogue

class Waiting(counter.Prompt):
    name = "patient"
    usage = counter.Patient.usage
    thinking = 0
    never = asyncio.Event()
    async def reply(self, request):
        if len(request.messages) > 5:
            Waiting.thinking += 1
            await self.never.wait()
        return await super().reply(request)

counter.Waiting = Waiting

class Elsewhere:
    def __init__(self, config):
        pass
    async def answer(self, request):
        return {"events": [], "version": -1}

counter.Elsewhere = Elsewhere

def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4

async def held(runtime, table, first, last):
    world = catalogue.load("ops.bench.counter:WORLD")
    for index in range(first, last):
        scenario = asdict(world.generate(seed=0, index=index, difficulty="mixed", held_out=True))
        order = Order("r", 0, index, "held_out", "stress", scenario, Shown("none", 0), index, False, "run/r@0")
        tasks.append(asyncio.ensure_future(play(table, order)))
    while Waiting.thinking < last:
        await asyncio.sleep(0.01)
    return resident()

tasks = []

async def measured():
    runtime, world = LocalRuntime(), {"world": "ops.bench.counter:WORLD"}
    for pool, shell in (("printers", "Printer"), ("agents", "Agent"), ("evaluators", "Evaluator")):
        config = {**world, "model": "ops.bench.counter:Waiting"}
        await runtime.spawn(Staffing(pool, f"actors.runtime.staff:{shell}", config))
    await runtime.spawn(Staffing("journal", "ops.bench.counter:Elsewhere"))
    limits = catalogue.load("ops.bench.counter:WORLD").limits
    table = Table(runtime, Silence(), "counter", "waiting", limits)
    few = await held(runtime, table, 0, FEW)
    many = await held(runtime, table, FEW, MANY)
    print((many - few) / (MANY - FEW), flush=True)
    import os
    os._exit(0)

asyncio.run(measured())
"""


def kib_a_waiting_episode() -> float:
    """KiB of resident memory that one more waiting episode takes, with everything that is kept for it."""
    program = _PROGRAM.replace("FEW", str(FEW)).replace("MANY", str(MANY))
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=600
    )
    return float(done.stdout.split()[-1])
