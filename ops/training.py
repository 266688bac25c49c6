"""Training, evaluation and single play put together: settings, world, runtime, journal and conductor in one place."""

from __future__ import annotations

import asyncio

from actors.runtime.chronicle import Chronicle
from actors.runtime.conductor import Conductor, Programme, Status
from actors.runtime.episode import Order
from actors.runtime.episode import play as play_episode
from actors.runtime.ledger import Ledger
from actors.runtime.observer import Observer, Plan
from actors.runtime.port import JOURNAL, Plain, Runtime
from actors.runtime.purse import BudgetReached
from actors.runtime.reading import load, pages_of_stream
from actors.runtime.rounds import show
from actors.runtime.scenarios import Source
from configs.settings import Settings
from events import facts
from events.log import NO_STREAM
from ops import books, paying, programmes
from ops.checkpoints import MOST_RUNS, as_recorded, begin, checkpointed, free_name, resumed, staffed_as
from ops.failures import WrongUse
from ops.logs import open_for_reading
from ops.programmes import plan_of
from ops.reports import evaluation_of, tried_of
from ops.staffing import drafting_of, floor_of, guarded, in_flight, is_together, table_of, workers
from skillbooks.ablation import shuffled
from skillbooks.skillbook import Skillbook, stream_of


def train(settings: Settings, observer: Observer) -> str:
    """Practise, learn and compare, as the settings say; the run's name.

    Raises:
        WrongUse: unknown world, agent, scenario, skillbook or run.
        Interrupted: stopped by Ctrl-C or SIGTERM, after a clean checkpoint.
        StoreUnavailable, RuntimeUnavailable: the outside failed.
    """
    settings = paying.as_begun(settings)
    _check(settings)
    run: str = asyncio.run(guarded(settings, lambda runtime: _train(runtime, settings, observer, "train")))
    return run


def stress(settings: Settings, observer: Observer) -> str:
    """Play very many episodes, learning or with a frozen book; the run's name. Raises as `train`."""
    settings = paying.as_begun(settings)
    _check(settings, None if settings.learning else settings.skillbook)
    run: str = asyncio.run(guarded(settings, lambda runtime: _train(runtime, settings, observer, "stress")))
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
    settings = settings.model_copy(update={"placement": "apart", "workers": 1})
    run: str = asyncio.run(guarded(settings, lambda runtime: _play(runtime, settings, observer)))
    with open_for_reading(settings.store) as log:
        return tried_of(log, run)


def _check(settings: Settings, *references: str | None) -> None:
    """Refuse what names nothing before anybody is hired, and before a log is made for it.

    Raises:
        LookupError, WrongUse: unknown world, agent, scenario or skillbook.
    """
    paying.check(settings)
    if settings.pools and is_together(settings):
        raise WrongUse("--pools sizes the pools of single roles: give it with --placement apart, or use --workers")
    try:
        programmes.named(settings)
        programmes.levels(settings, held_out=False)
    except ValueError as slip:
        raise WrongUse(str(slip)) from slip
    wanted = [reference for reference in references if reference and reference != "none"]
    if wanted:
        with open_for_reading(settings.store) as log:
            for reference in wanted:
                books.load(log, reference)


async def _train(runtime: Runtime, settings: Settings, observer: Observer, command: str) -> str:
    if settings.resume:
        run, recorded = settings.resume, await resumed(runtime, settings.resume, command)
        settings = as_recorded(settings, recorded)
    else:
        if not _frozen(settings, command):
            await _refuse_old(runtime, settings)
            book = settings.skillbook or await _fresh_book(runtime, settings)
            settings = settings.model_copy(update={"skillbook": book})
        settings = programmes.with_text(settings)
        run, recorded = await free_name(runtime, command), None
    async with checkpointed(runtime, run, resumable=True):
        recorded = recorded or await begin(runtime, run, command, settings)
        await staffed_as(runtime, run, settings, workers(settings), in_flight(settings))
        frozen = _frozen(settings, command)
        book_at_start = await _book(runtime, settings.skillbook or "none", before="" if frozen else run)
        programme = (programmes.training if command == "train" else programmes.stress)(run, settings)
        await _conducted(runtime, settings, observer, command, programme, book_at_start, recorded)
    return run


async def _conducted(
    runtime: Runtime,
    settings: Settings,
    observer: Observer,
    command: str,
    programme: Programme,
    book: Skillbook,
    recorded: Ledger,
    against: Skillbook | None = None,
) -> None:
    purse = await paying.purse_of(runtime, settings, programme.run)
    floor = floor_of(runtime, settings, observer, purse, programme.run)
    drafting = drafting_of(runtime, settings, purse, programme.run)
    conductor = Conductor(runtime, observer, floor, programme, book, recorded, against, drafting)
    observer.run_started(plan_of(command, settings, book, programme))
    status: Status = "finished"
    try:
        await conductor.train()
        await conductor.compare()
    except* BudgetReached as reached:
        status = "budget"
        observer.note(str(reached.exceptions[0]))
    await conductor.finish(status)
    observer.run_finished(programme.run, status)


async def _evaluate(
    runtime: Runtime, settings: Settings, against: str | None, observer: Observer, mixed_up: bool
) -> str:
    book = await _book(runtime, settings.skillbook or settings.world)
    book = shuffled(book, settings.seed) if mixed_up else book
    other = await _book(runtime, against) if against else None
    run = await free_name(runtime, "evaluate")
    programme = programmes.evaluation(run, settings, paired=other is not None)
    async with checkpointed(runtime, run, resumable=False):
        recorded = await begin(runtime, run, "evaluate", settings)
        await staffed_as(runtime, run, settings, workers(settings), in_flight(settings))
        await _conducted(runtime, settings, observer, "evaluate", programme, book, recorded, other)
    return run


async def _play(runtime: Runtime, settings: Settings, observer: Observer) -> str:
    given = programmes.named(settings)
    book = await _book(runtime, settings.skillbook) if settings.skillbook else Skillbook("none")
    run = await free_name(runtime, "try")
    recorded = await begin(runtime, run, "try", settings)
    async with checkpointed(runtime, run, resumable=False):
        observer.run_started(_try_plan(run, settings, book))
        source = Source(settings.seed, settings.difficulty, held_out=True, given=given)
        scenario = await source.scenario(runtime, 0)
        order = Order(run, 0, 0, "held_out", "try", scenario, show(book, None), settings.seed, False, f"run/{run}@0")
        purse = await paying.purse_of(runtime, settings, run)
        await play_episode(table_of(runtime, settings, observer, purse), order)
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


def _frozen(settings: Settings, command: str) -> bool:
    """Whether the book stays as it is, whichever version was asked for; a training begins a book in any case."""
    return command == "stress" and not settings.learning


def _try_plan(run: str, settings: Settings, book: Skillbook) -> Plan:
    reference = f"{book.name}@{book.version}"
    return Plan(run, "try", settings.world, settings.agent, reference, 0, 1, 0, 1, settings.runtime, settings.seed)
