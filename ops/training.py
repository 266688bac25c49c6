"""Training, evaluation and single play put together: settings, world, runtime, journal and conductor in one place."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from actors.runtime.chronicle import Chronicle
from actors.runtime.conductor import Conductor, Programme, show
from actors.runtime.episode import Order, Table
from actors.runtime.episode import play as play_episode
from actors.runtime.ledger import Ledger, load, pages_of_stream, read_run
from actors.runtime.observer import Observer, Plan
from actors.runtime.port import JOURNAL, Plain, Runtime, Staffing
from actors.runtime.scenarios import Source
from actors.worlds import catalogue as worlds
from actors.worlds.port import World
from configs.settings import Settings
from events import facts
from events.log import NO_STREAM
from ops import __version__, scenarios
from ops.books import named
from ops.failures import Interrupted, WrongUse
from ops.logs import open_for_reading
from ops.reports import evaluation_of
from skillbooks.ablation import shuffled
from skillbooks.skillbook import Skillbook, stream_of

EPISODES_A_WORKER = 8
"""Episodes under way for each worker: enough that none waits for another's disk or model."""
MOST_RUNS = 1_000_000
PATIENCE = 3.0
"""Seconds after Ctrl-C until a second one is heard."""


def train(settings: Settings, observer: Observer) -> str:
    """Practise, learn and compare, as the settings say; the run's name.

    Raises:
        WrongUse: unknown world, agent, scenario, skillbook or run.
        Interrupted: stopped by Ctrl-C or SIGTERM, after a clean checkpoint.
        StoreUnavailable, RuntimeUnavailable: the outside failed.
    """
    run: str = asyncio.run(_guarded(settings, lambda runtime: _train(runtime, settings, observer)))
    return run


def evaluate(settings: Settings, against: str | None, observer: Observer, *, mixed_up: bool = False) -> Plain:
    """Play a frozen book on held-out scenarios; the object of `evaluate --json`. Raises as `train`.

    Args:
        settings: what is played, and where.
        against: another book that plays the same scenarios.
        observer: watches.
        mixed_up: play the book with its conclusions shuffled.
    """
    run = asyncio.run(_guarded(settings, lambda runtime: _evaluate(runtime, settings, against, observer, mixed_up)))
    with open_for_reading(settings.store) as log:
        return evaluation_of(log, run, against=against is not None)


def play(settings: Settings, observer: Observer) -> Plain:
    """Play one scenario in this process, for reading along; nothing is learned. Raises as `train`."""
    settings = settings.model_copy(update={"runtime": "local", "workers": 1})
    played: Plain = asyncio.run(_guarded(settings, lambda runtime: _play(runtime, settings, observer)))
    return played


async def _train(runtime: Runtime, settings: Settings, observer: Observer) -> str:
    world = worlds.load(settings.world)
    if settings.resume:
        run, recorded = settings.resume, await _resumed(runtime, settings.resume)
        settings = _as_recorded(settings, recorded)
    else:
        run, recorded = "", Ledger()
    given = _given(settings, world)
    if not run:
        settings = settings.model_copy(update={"skillbook": settings.skillbook or await _fresh_book(runtime, settings)})
        run, recorded = await _begin(runtime, "train", settings)
    book = await _book_at_start(runtime, settings, run)
    programme = Programme(
        run=run,
        episodes=settings.episodes,
        wave=settings.wave,
        held_out=settings.held_out,
        learning=settings.learning,
        window=_workers(settings) * EPISODES_A_WORKER,
        seed=settings.seed,
        practice=Source(settings.seed, settings.difficulty, held_out=False, given=given),
        comparison=Source(settings.seed, settings.difficulty, held_out=True),
        baselines=tuple(world.baselines()),
    )
    conductor = Conductor(_table(runtime, settings, observer, world), programme, book, recorded)
    observer.run_started(_plan(run, "train", settings, book, programme))
    await _conducted(conductor, run)
    observer.run_finished(run, "finished")
    return run


async def _conducted(conductor: Conductor, run: str) -> None:
    try:
        await conductor.train()
        await conductor.compare()
        await conductor.finish()
    except asyncio.CancelledError:
        await conductor.pause("stopped by the user")
        raise Interrupted(run) from None


async def _evaluate(
    runtime: Runtime, settings: Settings, against: str | None, observer: Observer, mixed_up: bool
) -> str:
    world = worlds.load(settings.world)
    given = _given(settings, world)
    book = await _book(runtime, settings.skillbook or settings.world)
    book = shuffled(book, settings.seed) if mixed_up else book
    other = await _book(runtime, against) if against else None
    run, recorded = await _begin(runtime, "evaluate", settings)
    count = len(given) or settings.held_out
    programme = Programme(
        run=run,
        episodes=0,
        wave=settings.wave,
        held_out=count,
        learning=False,
        window=_workers(settings) * EPISODES_A_WORKER,
        seed=settings.seed,
        practice=Source(settings.seed),
        comparison=Source(settings.seed, settings.difficulty, held_out=True, given=given),
        arms=("with", "without") if other is not None else ("with",),
        baselines=tuple(world.baselines()),
    )
    conductor = Conductor(_table(runtime, settings, observer, world), programme, book, recorded, other)
    observer.run_started(_plan(run, "evaluate", settings, book, programme))
    await _conducted(conductor, run)
    observer.run_finished(run, "finished")
    return run


async def _play(runtime: Runtime, settings: Settings, observer: Observer) -> Plain:
    world = worlds.load(settings.world)
    given = _given(settings, world)
    book = await _book(runtime, settings.skillbook) if settings.skillbook else Skillbook("none")
    run, recorded = await _begin(runtime, "try", settings)
    observer.run_started(_try_plan(run, settings, book))
    source = Source(settings.seed, settings.difficulty, held_out=True, given=given)
    scenario = await source.scenario(runtime, 0)
    order = Order(run, 0, 0, "held_out", "try", scenario, show(book, None), settings.seed, False, f"run/{run}@0")
    outcome = await play_episode(_table(runtime, settings, observer, world), order)
    end = facts.RunFinished(
        status="finished", skillbook=book.name, skillbook_version=book.version, skillbook_sha256=book.sha256
    )
    await Chronicle(runtime, f"run/{run}", run, version=recorded.version).write(end)
    return {"run": run, "scenario": scenario["id"], **outcome.summary()}


async def _guarded(settings: Settings, work: Callable[[Runtime], Awaitable[Any]]) -> Any:
    """Do the work on a staffed runtime; Ctrl-C and SIGTERM cancel it, and what is finished is in the log."""
    _stop_on_signals(asyncio.current_task())
    try:
        async with _staffed(settings) as runtime:
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
async def _staffed(settings: Settings) -> AsyncIterator[Runtime]:
    """A runtime with all pools hired, drained at the end."""
    runtime = _runtime(settings)
    try:
        await _hire(runtime, settings)
        yield runtime
    except BaseException:
        await runtime.drain(grace=1.0)
        raise
    await runtime.drain()


def _runtime(settings: Settings) -> Runtime:
    if settings.runtime == "local":
        from actors.runtime.local import LocalRuntime  # noqa: PLC0415 - only the chosen shell is loaded

        return LocalRuntime()
    if settings.store.startswith("memory://"):
        raise WrongUse("a log in memory lives in one process: use it with --runtime local, or give a sqlite:/// store")
    from actors.runtime.cluster import RayRuntime  # noqa: PLC0415 - only the chosen shell is loaded

    return RayRuntime(settings.ray_address)


async def _hire(runtime: Runtime, settings: Settings) -> None:
    world, count = {"world": settings.world}, _workers(settings)
    staff = "actors.runtime.staff"
    await runtime.spawn(
        Staffing(JOURNAL, "actors.runtime.journal:Journal", {"url": _absolute(settings.store)}, 1, True)
    )
    pools = [
        Staffing("generators", f"{staff}:Generator", world, 1, stateless=True),
        Staffing("printers", f"{staff}:Printer", world, count),
        Staffing("agents", f"{staff}:Agent", {**world, "model": settings.agent}, count),
        Staffing("evaluators", f"{staff}:Evaluator", world, 1, stateless=True),
        Staffing("reflectors", f"{staff}:Reflector", world, 1, stateless=True),
    ]
    await asyncio.gather(*(runtime.spawn(pool) for pool in pools))


def _workers(settings: Settings) -> int:
    return settings.workers or os.cpu_count() or 1


def _absolute(store: str) -> str:
    """Workers have another working directory: a relative file becomes an absolute one."""
    head, mark, path = store.partition("sqlite:///")
    return f"{head}{mark}{Path(path).resolve()}" if mark and not path.startswith("/") else store


_PLACE = {"store", "runtime", "ray_address", "workers", "json_output", "resume"}
"""Settings that say where and how a run takes place, and nothing of its results."""


async def _begin(runtime: Runtime, command: str, settings: Settings) -> tuple[str, Ledger]:
    """Claim the next free name for a run of this command."""
    kept = settings.model_dump(
        mode="json", exclude={"store", "runtime", "ray_address", "workers", "json_output", "resume"}
    )
    for number in range(1, MOST_RUNS):
        run = f"{command}-{number}"
        if (await runtime.ask(JOURNAL, {"op": "version", "stream": f"run/{run}"}))["version"] != NO_STREAM:
            continue
        chronicle = Chronicle(runtime, f"run/{run}", run)
        await chronicle.write(
            facts.RunStarted(
                run=run, command=command, world=settings.world, seed=settings.seed, settings=kept, software=__version__
            )
        )
        return run, Ledger(version=0, settings=kept)
    raise WrongUse("the log is full of runs; use another store")


async def _resumed(runtime: Runtime, run: str) -> Ledger:
    recorded = await read_run(runtime, run)
    if recorded.version < 0:
        raise WrongUse(f"the log has no run '{run}'; `journeyman log list` shows what there is")
    if recorded.finished:
        raise WrongUse(f"run '{run}' is finished; there is nothing to resume")
    await Chronicle(runtime, f"run/{run}", run, version=recorded.version).write(facts.RunResumed())
    recorded.version += 1
    return recorded


def _as_recorded(settings: Settings, recorded: Ledger) -> Settings:
    """What decides the results comes from the log; where it runs, from today's flags."""
    return Settings.model_validate({**settings.model_dump(), **recorded.settings})


async def _fresh_book(runtime: Runtime, settings: Settings) -> str:
    """A new book each run, unless one is named: `printer`, `printer-2`, …; so a seed always begins from nothing."""
    for number in range(1, MOST_RUNS):
        name = settings.world if number == 1 else f"{settings.world}-{number}"
        used = await runtime.ask(JOURNAL, {"op": "version", "stream": f"skillbook/{name}"})
        if used["version"] == NO_STREAM:
            return name
    raise WrongUse("the log is full of skillbooks; name one with --skillbook")


async def _book(runtime: Runtime, reference: str, *, before: str = "") -> Skillbook:
    """A book at NAME or NAME@VERSION, or `none`; with `before`, as it was before that run changed it.

    Raises:
        WrongUse: the log has no such book or version.
    """
    if reference == "none":
        return Skillbook("none")
    name, version = named(reference)
    book, seen = Skillbook(name), False
    async for event in pages_of_stream(runtime, stream_of(name)):
        seen = True
        fact = load(event)
        stop = event["correlation"] == before or (version is not None and book.version >= version)
        if stop:
            break
        if isinstance(fact, facts.SkillsAccepted):
            book = book.after(fact.operations)
    if not before and (not seen or (version is not None and book.version != version)):
        has = f"its latest version is {book.version}" if seen else "the log has no such book"
        raise WrongUse(f"no skillbook '{reference}': {has}; `journeyman skills list` shows what there is")
    return book


async def _book_at_start(runtime: Runtime, settings: Settings, run: str) -> Skillbook:
    return await _book(runtime, settings.book, before=run)


def _given(settings: Settings, world: World) -> list[Plain]:
    """Scenarios that the user names: a file, a set, or one by its id; empty for generated ones."""
    if settings.scenarios:
        found = scenarios.read_file(settings.world, settings.scenarios)
    elif settings.set or settings.scenario:
        found = world.named(settings.set or settings.scenario or "")
    else:
        found = []
    return [asdict(scenario) for scenario in found]


def _table(runtime: Runtime, settings: Settings, observer: Observer, world: World) -> Table:
    return Table(runtime, observer, settings.world, settings.agent, world.limits)


def _try_plan(run: str, settings: Settings, book: Skillbook) -> Plan:
    reference = f"{book.name}@{book.version}"
    return Plan(run, "try", settings.world, settings.agent, reference, 0, 1, 0, 1, settings.runtime, settings.seed)


def _plan(run: str, command: str, settings: Settings, book: Skillbook, programme: Programme) -> Plan:
    return Plan(
        run=run,
        command=command,
        world=settings.world,
        agent=settings.agent,
        skillbook=f"{book.name}@{book.version}",
        episodes=programme.episodes,
        held_out=programme.held_out * len(programme.arms),
        waves=-(-programme.episodes // programme.wave),
        workers=_workers(settings),
        runtime=settings.runtime,
        seed=settings.seed,
    )
