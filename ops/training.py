"""Training, evaluation and single play put together: settings, world, runtime, journal and conductor in one place."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from actors.llm import catalogue as models
from actors.runtime.chronicle import Chronicle
from actors.runtime.conductor import Conductor, Programme, show
from actors.runtime.episode import Order, Table
from actors.runtime.episode import play as play_episode
from actors.runtime.ledger import Ledger, load, pages_of_stream
from actors.runtime.observer import Observer, Plan
from actors.runtime.port import JOURNAL, Plain, Runtime
from actors.runtime.scenarios import Source
from actors.worlds import catalogue as worlds
from actors.worlds.port import World
from configs.settings import Settings
from events import facts
from events.log import NO_STREAM
from ops import books, scenarios
from ops.checkpoints import MOST_RUNS, as_recorded, begin, checkpointed, free_name, resumed
from ops.failures import WrongUse
from ops.logs import open_for_reading
from ops.reports import evaluation_of, tried_of
from ops.staffing import EPISODES_A_WORKER, guarded, workers
from skillbooks.ablation import shuffled
from skillbooks.skillbook import Skillbook, stream_of


def train(settings: Settings, observer: Observer) -> str:
    """Practise, learn and compare, as the settings say; the run's name.

    Raises:
        WrongUse: unknown world, agent, scenario, skillbook or run.
        Interrupted: stopped by Ctrl-C or SIGTERM, after a clean checkpoint.
        StoreUnavailable, RuntimeUnavailable: the outside failed.
    """
    _check(settings)
    run: str = asyncio.run(guarded(settings, lambda runtime: _train(runtime, settings, observer)))
    return run


def evaluate(settings: Settings, against: str | None, observer: Observer, *, mixed_up: bool = False) -> Plain:
    """Play a frozen book on held-out scenarios; the object of `evaluate --json`. Raises as `train`.

    Args:
        settings: what is played, and where.
        against: another book that plays the same scenarios.
        observer: watches.
        mixed_up: play the book with its conclusions shuffled.
    """
    _check(settings, settings.skillbook or settings.world, against)
    run = asyncio.run(guarded(settings, lambda runtime: _evaluate(runtime, settings, against, observer, mixed_up)))
    with open_for_reading(settings.store) as log:
        return evaluation_of(log, run, against=against is not None)


def play(settings: Settings, observer: Observer) -> Plain:
    """Play one scenario for reading along; nothing is learned. Raises as `train`."""
    _check(settings, settings.skillbook)
    run: str = asyncio.run(guarded(settings, lambda runtime: _play(runtime, settings, observer)))
    with open_for_reading(settings.store) as log:
        return tried_of(log, run)


def _check(settings: Settings, *references: str | None) -> None:
    """Refuse what names nothing before anybody is hired, and before a log is made for it.

    Raises:
        LookupError, WrongUse: unknown world, agent, scenario or skillbook.
    """
    models.load(settings.agent)
    _given(settings, worlds.load(settings.world))
    wanted = [reference for reference in references if reference and reference != "none"]
    if wanted:
        with open_for_reading(settings.store) as log:
            for reference in wanted:
                books.load(log, reference)


async def _train(runtime: Runtime, settings: Settings, observer: Observer) -> str:
    if settings.resume:
        run, recorded = settings.resume, await resumed(runtime, settings.resume)
        settings = as_recorded(settings, recorded)
    else:
        await _refuse_old(runtime, settings)
        settings = settings.model_copy(update={"skillbook": settings.skillbook or await _fresh_book(runtime, settings)})
        run, recorded = await free_name(runtime, "train"), None
    async with checkpointed(runtime, run, resumable=True):
        recorded = recorded or await begin(runtime, run, "train", settings)
        await _conduct_training(runtime, settings, observer, recorded, run)
    return run


async def _conduct_training(
    runtime: Runtime, settings: Settings, observer: Observer, recorded: Ledger, run: str
) -> None:
    world = worlds.load(settings.world)
    book = await _book_at_start(runtime, settings, run)
    programme = Programme(
        run=run,
        episodes=settings.episodes,
        wave=settings.wave,
        held_out=settings.held_out,
        learning=settings.learning,
        window=workers(settings) * EPISODES_A_WORKER,
        seed=settings.seed,
        from_wave=settings.from_wave,
        practice=Source(settings.seed, settings.difficulty, held_out=False, given=_given(settings, world)),
        comparison=Source(settings.seed, settings.difficulty, held_out=True),
        baselines=tuple(world.baselines()),
    )
    conductor = Conductor(_table(runtime, settings, observer, world), programme, book, recorded)
    observer.run_started(_plan(run, "train", settings, book, programme))
    await _conducted(conductor)
    observer.run_finished(run, "finished")


async def _conducted(conductor: Conductor) -> None:
    await conductor.train()
    await conductor.compare()
    await conductor.finish()


async def _evaluate(
    runtime: Runtime, settings: Settings, against: str | None, observer: Observer, mixed_up: bool
) -> str:
    world = worlds.load(settings.world)
    given = _given(settings, world)
    book = await _book(runtime, settings.skillbook or settings.world)
    book = shuffled(book, settings.seed) if mixed_up else book
    other = await _book(runtime, against) if against else None
    run = await free_name(runtime, "evaluate")
    count = len(given) or settings.held_out
    programme = Programme(
        run=run,
        episodes=0,
        wave=settings.wave,
        held_out=count,
        learning=False,
        window=workers(settings) * EPISODES_A_WORKER,
        seed=settings.seed,
        practice=Source(settings.seed),
        comparison=Source(settings.seed, settings.difficulty, held_out=True, given=given),
        arms=("with", "without") if other is not None else ("with",),
        baselines=tuple(world.baselines()),
    )
    async with checkpointed(runtime, run, resumable=False):
        recorded = await begin(runtime, run, "evaluate", settings)
        conductor = Conductor(_table(runtime, settings, observer, world), programme, book, recorded, other)
        observer.run_started(_plan(run, "evaluate", settings, book, programme))
        await _conducted(conductor)
        observer.run_finished(run, "finished")
    return run


async def _play(runtime: Runtime, settings: Settings, observer: Observer) -> str:
    world = worlds.load(settings.world)
    given = _given(settings, world)
    book = await _book(runtime, settings.skillbook) if settings.skillbook else Skillbook("none")
    run = await free_name(runtime, "try")
    recorded = await begin(runtime, run, "try", settings)
    observer.run_started(_try_plan(run, settings, book))
    source = Source(settings.seed, settings.difficulty, held_out=True, given=given)
    scenario = await source.scenario(runtime, 0)
    order = Order(run, 0, 0, "held_out", "try", scenario, show(book, None), settings.seed, False, f"run/{run}@0")
    await play_episode(_table(runtime, settings, observer, world), order)
    end = facts.RunFinished(
        status="finished", skillbook=book.name, skillbook_version=book.version, skillbook_sha256=book.sha256
    )
    await Chronicle(runtime, f"run/{run}", run, version=recorded.version).write(end)
    return run


async def _fresh_book(runtime: Runtime, settings: Settings) -> str:
    """A new book each run, unless one is named: `printer`, `printer-2`, …; so a seed always begins from nothing."""
    for number in range(1, MOST_RUNS):
        name = settings.world if number == 1 else f"{settings.world}-{number}"
        used = await runtime.ask(JOURNAL, {"op": "version", "stream": f"skillbook/{name}"})
        if used["version"] == NO_STREAM:
            return name
    raise WrongUse("the log is full of skillbooks; name one with --skillbook")


async def _refuse_old(runtime: Runtime, settings: Settings) -> None:
    """A training goes on from the latest version: what it learns is appended to the book."""
    name, version = books.named(settings.skillbook or settings.world)
    if version is not None:
        await _book(runtime, f"{name}@{version}")
        latest = (await _book(runtime, name)).version
        if latest != version:
            raise WrongUse(f"a training goes on from the latest version, which is {name}@{latest}, not {version}")


async def _book(runtime: Runtime, reference: str, *, before: str = "") -> Skillbook:
    """A book at NAME or NAME@VERSION, or `none`; with `before`, as it was before that run changed it.

    Raises:
        WrongUse: the log has no such book or version.
    """
    if reference == "none":
        return Skillbook("none")
    name, version = books.named(reference)
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
        workers=workers(settings),
        runtime=settings.runtime,
        seed=settings.seed,
    )
