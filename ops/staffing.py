"""The runtime of a run: the chosen shell with all pools hired, drained at the end, stopped cleanly by a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from actors.runtime.port import JOURNAL, AskFailed, Runtime, RuntimeFault, Staffing
from configs.settings import Settings
from events.errors import LogOccupied
from ops.failures import Interrupted, WrongUse
from ops.logs import is_memory, placed

EPISODES_A_WORKER = 8
"""Episodes under way for each worker: enough that none waits for another's disk or model."""
PATIENCE = 3.0
"""Seconds after Ctrl-C until a second one is heard."""
SUCCESSION, RETRY = 15.0, 0.25
"""Seconds that a run which is taken up again waits for its predecessor's journal to let go of the log; and between."""


async def guarded(settings: Settings, work: Callable[[Runtime], Awaitable[Any]]) -> Any:
    """Do the work on a staffed runtime; Ctrl-C and SIGTERM cancel it, and what is finished is in the log."""
    _stop_on_signals(asyncio.current_task())
    try:
        async with staffed(settings) as runtime:
            return await work(runtime)
    except asyncio.CancelledError:
        raise Interrupted from None


def _stop_on_signals(task: asyncio.Task[Any] | None) -> None:
    """Let the first signal cancel the task; after a moment another one ends the process, however busy it is.

    Terminals and `timeout` send a signal twice, to the process and to its group: what comes at once counts as one.
    """
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        for number in signals:
            loop.add_signal_handler(number, lambda: None)
            loop.call_later(PATIENCE, loop.remove_signal_handler, number)
        if task is not None:
            task.cancel()

    for number in signals:
        loop.add_signal_handler(number, stop)


@asynccontextmanager
async def staffed(settings: Settings) -> AsyncIterator[Runtime]:
    """A runtime with all pools hired, drained at the end."""
    runtime = _runtime(settings)
    try:
        await _hire(runtime, settings)
        yield runtime
    except BaseException:
        with suppress(RuntimeFault):  # what went wrong first is what must be told
            await runtime.drain(grace=1.0)
        raise
    await runtime.drain()


def _runtime(settings: Settings) -> Runtime:
    if settings.runtime == "local":
        from actors.runtime.local import LocalRuntime  # noqa: PLC0415 - only the chosen shell is loaded

        return LocalRuntime()
    if is_memory(settings.store):
        raise WrongUse("a log in memory lives in one process: use it with --runtime local, or give a sqlite:/// store")
    from actors.runtime.cluster import RayRuntime  # noqa: PLC0415 - only the chosen shell is loaded

    return RayRuntime(settings.ray_address)


async def _hire(runtime: Runtime, settings: Settings) -> None:
    world, count = {"world": settings.world}, workers(settings)
    staff = "actors.runtime.staff"
    journal = Staffing(JOURNAL, "actors.runtime.journal:Journal", {"url": placed(settings.store)}, 1, True)
    await _hire_journal(runtime, journal, SUCCESSION if settings.resume else 0.0)
    pools = [
        Staffing("generators", f"{staff}:Generator", world, 1, stateless=True),
        Staffing("printers", f"{staff}:Printer", world, count),
        Staffing("agents", f"{staff}:Agent", {**world, "model": settings.agent}, count),
        Staffing("evaluators", f"{staff}:Evaluator", world, 1, stateless=True),
        Staffing("reflectors", f"{staff}:Reflector", world, 1, stateless=True),
    ]
    await asyncio.gather(*(runtime.spawn(pool) for pool in pools))


async def _hire_journal(runtime: Runtime, journal: Staffing, patience: float) -> None:
    """Hire the journal; when a run is taken up again, the one before it may need some seconds to die."""
    until = time.monotonic() + patience
    while True:
        try:
            await runtime.spawn(journal)
        except AskFailed as failed:
            if failed.type != LogOccupied.__name__ or time.monotonic() >= until:
                raise
            await asyncio.sleep(RETRY)
        else:
            return


def workers(settings: Settings) -> int:
    """Episodes at a time for each kind of worker: as asked, or one a core."""
    return settings.workers or os.cpu_count() or 1
