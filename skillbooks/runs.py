"""Runs as the log tells them: a fold that gathers for each its waves, episodes, scores, cost and new book versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from events import facts
from events.event import RecordedEvent
from events.fact import Fact
from events.log import EventLog
from events.projection import fold
from skillbooks.spending import Spending
from skillbooks.thinning import TRIAL


@dataclass(slots=True)
class Episode:
    """One episode as far as it has come; `success`, `points` and `grade` mean nothing until it is scored."""

    stream: str
    index: int
    wave: int
    phase: str
    arm: str
    scenario: str
    agent: str
    how: str = ""
    cause: str = ""
    turns: int = 0
    minutes: float = 0.0
    money: float = 0.0
    scored: bool = False
    success: int = 0
    points: float = 0.0
    grade: str = ""
    categories: dict[str, float] = field(default_factory=dict)
    feedback: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    model_seconds: float = 0.0

    @property
    def is_training(self) -> bool:
        """Whether it was played to learn from, not to compare."""
        return self.phase == "train" and self.arm != TRIAL


@dataclass(slots=True)
class Change:
    """One version of the book that the run brought about: what kinds of operations led to it, and how many."""

    version: int
    wave: int
    operations: dict[str, int]


@dataclass(slots=True)
class Run:
    """One run as far as it has come. Times are nanoseconds since 1970; `spending` is by role, `reason` of a pause."""

    run: str
    command: str = ""
    world: str = ""
    seed: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    software: str = ""
    status: str = "running"
    first: int = 0
    last: int = 0
    skillbook: str = ""
    version: int = 0
    sha256: str = ""
    episodes: dict[str, Episode] = field(default_factory=dict)
    spending: dict[str, Spending] = field(default_factory=dict)
    reason: str = ""
    changes: list[Change] = field(default_factory=list)
    rejected: int = 0
    levels: list[dict[str, Any]] = field(default_factory=list)

    def played(self, phase: str, arm: str | None = None) -> list[Episode]:
        """Episodes of a phase (and arm) by index: an order that does not depend on which worker was quicker.

        Trials, which go without some skills, are only among them when they are asked for.
        """
        chosen = (e for e in self.episodes.values() if e.phase == phase and (e.arm == arm if arm else e.arm != TRIAL))
        return sorted(chosen, key=lambda e: (e.index, e.arm, e.stream))


Runs = dict[str, Run]


class RunsProjection:
    """The fold. `evolve` takes over the state that it is given: go on with what it returns."""

    name = "runs"
    version = 1

    def __init__(self, types: tuple[str, ...] = ()) -> None:
        self.types = types or tuple(_HANDLERS)

    def initial(self) -> Runs:
        """Nothing has happened."""
        return {}

    def evolve(self, state: Runs, recorded: RecordedEvent) -> Runs:
        """Take one event in; events of other kinds and of no known run change nothing."""
        handle = _HANDLERS.get(recorded.type)
        if handle is None:
            return state
        run = state.get(recorded.correlation)
        if run is None:
            if recorded.type != facts.RunStarted.fact_name:
                return state
            run = state[recorded.correlation] = Run(recorded.correlation, first=recorded.time)
        run.last = max(run.last, recorded.time)
        handle(run, recorded, recorded.fact())
        return state


def read_runs(log: EventLog, *, upto: int | None = None) -> list[Run]:
    """All runs, oldest first, with how far their episodes came, but without turns and scores."""
    types = (*_OF_RUNS, facts.EpisodeStarted.fact_name, facts.EpisodeFinished.fact_name)
    return list(fold(log, RunsProjection(types), upto=upto).state.values())


def read_run(log: EventLog, run: str = "") -> Run:
    """One run with everything; without a name the latest.

    Raises:
        LookupError: no such run; the text names the nearest ones, or says that the log has none.
    """
    known = [one.run for one in read_runs(log)]
    if not known:
        raise LookupError("the log holds no run yet; 'journeyman train' makes one")
    name = run or known[-1]
    if name not in known:
        raise LookupError(f"the log holds no run '{name}'; nearest: {', '.join(_nearest(name, known))}")
    return fold(log, RunsProjection(), correlation=name).state[name]


def gather(events: Iterable[RecordedEvent]) -> Runs:
    """Fold events that are already at hand."""
    projection = RunsProjection()
    state = projection.initial()
    for event in events:
        state = projection.evolve(state, event)
    return state


def _nearest(name: str, known: list[str]) -> list[str]:
    from rapidfuzz import process  # noqa: PLC0415 - only a slip pays for the search

    return [str(found[0]) for found in process.extract(name, known, limit=3)]


def _start_run(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.RunStarted):
        run.command, run.world, run.seed = fact.command, fact.world, fact.seed
        run.settings, run.software = dict(fact.settings), fact.software


def _start_wave(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.WaveStarted):
        run.skillbook, run.version = fact.skillbook, max(run.version, fact.skillbook_version)


def _pause(run: Run, _: RecordedEvent, fact: Fact) -> None:
    run.status = "paused"
    if isinstance(fact, facts.RunPaused):
        run.reason = fact.reason


def _resume(run: Run, _: RecordedEvent, __: Fact) -> None:
    run.status, run.reason = "running", ""


def _finish_run(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.RunFinished):
        run.status, run.skillbook = fact.status, fact.skillbook
        run.version, run.sha256 = fact.skillbook_version, fact.skillbook_sha256


def _start_episode(run: Run, event: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.EpisodeStarted):
        run.episodes[event.stream] = Episode(
            event.stream, fact.index, fact.wave, fact.phase, fact.arm, fact.scenario, fact.agent
        )


def _count_wish(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.ModelAsked):
        run.spending.setdefault(fact.role, Spending()).asked += 1


def _count_reply(run: Run, event: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.ModelReplied):
        run.spending.setdefault(fact.role, Spending()).take(fact)
    episode = run.episodes.get(event.stream)
    if episode is not None and isinstance(fact, facts.ModelReplied):
        episode.tokens_in += fact.tokens_in
        episode.tokens_out += fact.tokens_out
        episode.cost_usd += fact.cost_usd
        episode.model_seconds += fact.seconds


def _finish_episode(run: Run, event: RecordedEvent, fact: Fact) -> None:
    episode = run.episodes.get(event.stream)
    if episode is not None and isinstance(fact, facts.EpisodeFinished):
        episode.how, episode.cause, episode.turns = fact.how, fact.cause, fact.turns
        episode.minutes, episode.money = fact.minutes, fact.money


def _score(run: Run, event: RecordedEvent, fact: Fact) -> None:
    episode = run.episodes.get(event.stream)
    if episode is not None and isinstance(fact, facts.EpisodeScored):
        episode.scored, episode.success, episode.points, episode.grade = True, fact.success, fact.points, fact.grade
        episode.categories, episode.tags, episode.feedback = dict(fact.categories), dict(fact.tags), fact.feedback


def _finish_level(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.LevelFinished):
        run.levels.append(fact.model_dump())


def _change(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.SkillsAccepted):
        kinds: dict[str, int] = {}
        for operation in fact.operations:
            kind = str(operation.get("op", ""))
            kinds[kind] = kinds.get(kind, 0) + 1
        run.changes.append(Change(fact.version, fact.wave, kinds))
        run.version, run.sha256 = fact.version, fact.sha256 or run.sha256


def _reject(run: Run, _: RecordedEvent, fact: Fact) -> None:
    if isinstance(fact, facts.SkillsRejected):
        run.rejected += len(fact.operations)


_HANDLERS: dict[str, Callable[[Run, RecordedEvent, Fact], None]] = {
    facts.RunStarted.fact_name: _start_run,
    facts.WaveStarted.fact_name: _start_wave,
    facts.LevelFinished.fact_name: _finish_level,
    facts.RunPaused.fact_name: _pause,
    facts.RunResumed.fact_name: _resume,
    facts.RunFinished.fact_name: _finish_run,
    facts.EpisodeStarted.fact_name: _start_episode,
    facts.ModelAsked.fact_name: _count_wish,
    facts.ModelReplied.fact_name: _count_reply,
    facts.EpisodeFinished.fact_name: _finish_episode,
    facts.EpisodeScored.fact_name: _score,
    facts.SkillsAccepted.fact_name: _change,
    facts.SkillsRejected.fact_name: _reject,
}
_OF_RUNS = tuple(name for name in _HANDLERS if name.startswith(("Run", "Wave", "Skills")))
