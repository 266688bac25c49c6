"""The runtime of a run: the chosen shell with all pools hired, drained at the end, stopped cleanly by a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from actors.runtime.attempts import Attempts
from actors.runtime.drafting import POOL as CURATORS
from actors.runtime.drafting import Drafting
from actors.runtime.episode import Table
from actors.runtime.floor import Floor, OwnFloor
from actors.runtime.observer import Observer
from actors.runtime.port import JOURNAL, AskFailed, Runtime, RuntimeFault, Staffing
from actors.runtime.purse import Purse
from actors.runtime.sitting import Desk
from actors.runtime.teams import POOL as TEAMS
from actors.runtime.teams import TeamFloor
from actors.worlds import catalogue as worlds
from configs.settings import Settings
from events.errors import LogOccupied
from ops.failures import Interrupted, WrongUse
from ops.logs import is_memory, placed
from ops.paying import COUNTING, must_be_paid, options_of, reached

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
    config = _journal(settings)
    journal = Staffing(
        JOURNAL, "actors.runtime.journal:Journal", config, 1, stateless=True, reached=is_together(settings)
    )
    await _hire_journal(runtime, journal, SUCCESSION if settings.resume else 0.0)
    pools = [_teams(runtime, settings)] if is_together(settings) else _roles(settings)
    await asyncio.gather(*(runtime.spawn(pool) for pool in pools))


def _journal(settings: Settings) -> dict[str, Any]:
    return {"url": placed(settings.store)}


def _teams(runtime: Runtime, settings: Settings) -> Staffing:
    config = {
        "world": settings.world,
        "model": reached(settings.agent),
        "options": options_of(settings).plain(),
        "window": _window_of_a_team(settings),
        "seconds": settings.episode_seconds,
        "journal": runtime.reach(JOURNAL),
    }
    return Staffing(TEAMS, "actors.runtime.team:Team", config, workers(settings), cpus=1.0)


def _roles(settings: Settings) -> list[Staffing]:
    world, staff = {"world": settings.world}, "actors.runtime.staff"

    def size(pool: str, usual: int) -> int:
        return {str(name): number for name, number in settings.pools.items()}.get(pool, usual)

    count = workers(settings)
    apart = settings.runtime == "ray"
    by_model = settings.curator != COUNTING
    processes = size("agents", count) + size("reflectors", 1) + by_model if apart else 1
    options = options_of(settings, processes).plain()
    reflector = {**world, "model": reached(settings.reflector), "options": options}
    agent = {**world, "model": reached(settings.agent), "options": options}
    curator = {"model": reached(settings.curator), "options": options}
    curators = [Staffing(CURATORS, "actors.runtime.drafting:Curator", curator, 1, stateless=True)] if by_model else []
    return [
        *curators,
        Staffing("generators", f"{staff}:Generator", world, size("generators", 1), stateless=True),
        Staffing("printers", f"{staff}:Printer", world, size("printers", count)),
        Staffing("agents", f"{staff}:Agent", agent, size("agents", count)),
        Staffing("evaluators", f"{staff}:Evaluator", world, size("evaluators", 1), stateless=True),
        Staffing("reflectors", f"{staff}:Reflector", reflector, size("reflectors", 1), stateless=True),
    ]


def floor_of(
    runtime: Runtime, settings: Settings, observer: Observer, purse: Purse | None = None, run: str = ""
) -> Floor:
    """Where the episodes of a run are played."""
    if is_together(settings):
        return TeamFloor(runtime, observer, workers(settings), _window_of_a_team(settings))
    return OwnFloor(table_of(runtime, settings, observer, purse, run), in_flight(settings))


def table_of(
    runtime: Runtime, settings: Settings, observer: Observer, purse: Purse | None = None, run: str = ""
) -> Table:
    """What the episodes share that this process conducts itself."""
    limits = worlds.load(settings.world).limits
    attempts = None if settings.reflector == COUNTING else Attempts(runtime, run)
    return Table(runtime, observer, settings.world, settings.agent, limits, settings.episode_seconds, purse, attempts)


def drafting_of(runtime: Runtime, settings: Settings, purse: Purse | None, run: str) -> Drafting | None:
    """The curator that asks a model; None for the one that counts."""
    if settings.curator == COUNTING:
        return None
    return Drafting(Desk(runtime, run, purse or Purse()), settings.curator, settings.seed)


def is_together(settings: Settings) -> bool:
    """Whether whole teams are hired; in one process there is nothing to put together.

    Where models must be paid, all episodes are conducted from here, so that one purse keeps the budget exactly.
    """
    counting = COUNTING == settings.reflector == settings.curator and not must_be_paid(settings)
    return settings.runtime == "ray" and settings.placement == "together" and counting


def in_flight(settings: Settings) -> int:
    """Episodes at a time: as asked, or some for each worker."""
    return settings.in_flight or workers(settings) * EPISODES_A_WORKER


def _window_of_a_team(settings: Settings) -> int:
    return -(-in_flight(settings) // workers(settings))


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
