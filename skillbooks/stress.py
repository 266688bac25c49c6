"""A stress run as a fold that holds sums only: a million episodes take the memory of those that are under way."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from events import facts
from events.event import RecordedEvent
from events.fact import Fact
from events.log import EventLog, Head
from events.projection import fold
from skillbooks.metrics import GRADES
from skillbooks.statistics import rate
from skillbooks.sums import MILLION, Cell, Families, Line, millionths
from skillbooks.thinning import TRIAL

Plain = dict[str, Any]

BASELINE: Final = "baseline:"
VALUES: Final = 500
"""Values of a tag that are told apart; whatever else comes is counted together."""
OTHERS: Final = "(others)"
NANO: Final = 1e9


@dataclass(slots=True)
class _Playing:
    """An episode that has begun and is neither scored nor given up."""

    index: int
    wave: int
    scenario: str


@dataclass(slots=True)
class Checkpoint:
    """A wave of which everything is in the log: `position` is where its end stands, None while it is open."""

    whole: Cell = field(default_factory=Cell)
    position: int | None = None


@dataclass(slots=True)
class Stress:
    """A stress run as far as it has come; of each kind of thing only sums."""

    run: str = ""
    command: str = ""
    world: str = ""
    seed: int = 0
    settings: Plain = field(default_factory=dict)
    status: str = "running"
    first: int = 0
    last: int = 0
    idle: int = 0
    skillbook: str = ""
    version: int = 0
    sha256: str = ""
    staffed: Plain = field(default_factory=dict)
    peak: int = 0
    playing: dict[str, _Playing] = field(default_factory=dict)
    how: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    whole: Cell = field(default_factory=Cell)
    line: Line = field(default_factory=Line)
    families: Families = field(default_factory=Families)
    categories: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    parts: dict[str, dict[str, Cell]] = field(default_factory=dict)
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    levels: list[Plain] = field(default_factory=list)
    tokens_in: int = 0
    tokens_out: int = 0
    usd: int = 0


class StressProjection:
    """The fold. `evolve` takes over the state that it is given: go on with what it returns."""

    name = "stress"
    version = 1
    types = (
        "RunStarted", "RunStaffed", "RunPaused", "RunResumed", "RunFinished", "WaveStarted", "WaveFinished",
        "LevelFinished", "EpisodeStarted", "ModelReplied", "EpisodeFinished", "EpisodeScored", "SkillsAccepted",
    )  # fmt: skip

    def initial(self) -> Stress:
        """Nothing has happened."""
        return Stress()

    def evolve(self, state: Stress, recorded: RecordedEvent) -> Stress:
        """Take one event of the run in."""
        fact = recorded.fact()
        if isinstance(fact, facts.RunResumed):
            state.idle += max(0, recorded.time - state.last)
        state.first = state.first or recorded.time
        state.last = max(state.last, recorded.time)
        if recorded.category == "episode":
            _take_episode(state, recorded.stream, fact)
        else:
            _take_run(state, recorded, fact)
        return state


def read_stress(log: EventLog, run: str) -> Stress:
    """A stress run, folded from the log."""
    return fold(log, StressProjection(), correlation=run).state


def stress_report(state: Stress, head: Head) -> Plain:
    """The object that `stress --json` prints."""
    whole, solved, gain = state.families.mean(), rate(state.whole.solved, state.whole.n), state.line.gain()
    if whole.n < state.whole.n:  # some families lack tries, which failed outside: then all episodes count singly
        whole = state.whole.estimate()
    asked, seconds = state.settings.get("episodes", 0), (state.last - state.first - state.idle) / NANO
    finished = state.how["terminated"] + state.how["truncated"]
    return {
        "run": state.run,
        "world": state.world,
        "status": state.status,
        "episodes": {
            "asked": asked,
            "finished": finished,
            "truncated": state.how["truncated"],
            "failed": state.how["failed"],
        },
        "score": {
            "mean": round(whole.value, 2),
            "n": whole.n,
            "scenarios": whole.clusters,
            "ci95": whole.interval(),
            "solved": round(solved.value, 4),
            "solved_ci95": solved.interval(4),
            "trend": round(gain.value, 2),
            "trend_ci95": gain.interval(),
        },
        "categories": {n: round(p / state.whole.n / MILLION, 2) for n, p in sorted(state.categories.items())},
        "grades": {grade: state.grades[grade] for grade in (*GRADES, *sorted(set(state.grades) - set(GRADES)))},
        "breakdowns": {
            tag: {value: cell.plain() for value, cell in sorted(cells.items())}
            for tag, cells in sorted(state.parts.items())
        },
        "reliability": {"tries": state.families.tries, "pass_k": state.families.reliability()},
        "failures": [{"cause": cause, "n": n} for cause, n in state.causes.most_common(10)],
        "levels": state.levels,
        "checkpoints": _checkpoints(state),
        "flight": flight(state.peak, state.staffed, asked),
        "skillbook": {"name": state.skillbook, "version": state.version, "sha256": state.sha256},
        "cost": {"usd": state.usd / MILLION, "tokens_in": state.tokens_in, "tokens_out": state.tokens_out},
        "log": {"events": head.position, "head": head.hash.hex()},
        "seconds": round(seconds, 3),
        "episodes_per_second": round(finished / seconds, 3) if seconds > 0 else 0.0,
    }


def flight(peak: int, staffed: Plain, asked: int) -> Plain:
    """How many episodes were under way at most, and what kept it from being more."""
    limit = staffed.get("in_flight", 0)
    if limit and peak >= limit:
        bound = "in_flight"
    elif asked and peak >= asked:
        bound = "episodes"
    else:
        bound = "supply"
    found: Plain = {"peak": peak, "limit": limit, "bound_by": bound}
    return found | {key: staffed[key] for key in ("runtime", "placement", "workers") if key in staffed}


def _checkpoints(state: Stress) -> list[Plain]:
    rows, episodes = [], 0
    for wave, point in sorted(state.checkpoints.items()):
        episodes += point.whole.n
        if point.position is not None:
            mean = round(point.whole.mean, 2)
            rows.append({"wave": wave, "scored": episodes, "position": point.position, "mean": mean})
    return rows


def _take_run(state: Stress, event: RecordedEvent, fact: Fact) -> None:
    match fact:
        case facts.RunStarted():
            state.run, state.command, state.world, state.seed = fact.run, fact.command, fact.world, fact.seed
            state.settings = fact.settings
            state.families.tries = int(fact.settings.get("repeats", 1))
        case facts.RunStaffed():
            state.staffed = fact.model_dump()
        case facts.WaveStarted():
            state.checkpoints.setdefault(fact.wave, Checkpoint())
            state.skillbook, state.version = fact.skillbook, max(state.version, fact.skillbook_version)
        case facts.WaveFinished():
            state.checkpoints.setdefault(fact.wave, Checkpoint()).position = event.position
        case facts.LevelFinished():
            state.levels.append(fact.model_dump())
        case facts.RunPaused():
            state.status = "paused"
        case facts.RunResumed():
            state.status = "running"
        case facts.SkillsAccepted():
            state.version, state.sha256 = fact.version, fact.sha256
        case facts.RunFinished():
            state.status, state.skillbook = fact.status, fact.skillbook
            state.version, state.sha256 = fact.skillbook_version, fact.skillbook_sha256
        case _:
            pass


def _take_episode(state: Stress, stream: str, fact: Fact) -> None:
    match fact:
        case facts.EpisodeStarted() if fact.arm != TRIAL and not fact.arm.startswith(BASELINE):
            state.playing[stream] = _Playing(fact.index, fact.wave, fact.scenario)
            state.peak = max(state.peak, len(state.playing))
        case facts.ModelReplied():
            state.tokens_in += fact.tokens_in
            state.tokens_out += fact.tokens_out
            state.usd += millionths(fact.cost_usd)
        case facts.EpisodeFinished() if stream in state.playing:
            state.how[fact.how] += 1
            if fact.how == "failed":
                del state.playing[stream]
                state.causes[re.sub(r"\d+", "N", fact.cause)[:100] if len(state.causes) < VALUES else OTHERS] += 1
        case facts.EpisodeScored() if stream in state.playing:
            _score(state, state.playing.pop(stream), fact)
        case _:
            pass


def _score(state: Stress, played: _Playing, fact: facts.EpisodeScored) -> None:
    points = millionths(fact.points)
    state.whole.add(points, fact.success)
    state.line.add(played.index, points)
    state.families.add(played.scenario, points, fact.success)
    state.checkpoints.setdefault(played.wave, Checkpoint()).whole.add(points, fact.success)
    state.grades[fact.grade] += 1
    for name, part in fact.categories.items():
        state.categories[name] += millionths(part)
    for tag, text in fact.tags.items():
        cells = state.parts.setdefault(tag, {})
        for value in sorted({part for part in re.split(r"[+,;|]\s*", text) if part}):
            known = value in cells or len(cells) < VALUES
            cells.setdefault(value if known else OTHERS, Cell()).add(points, fact.success)
