"""What the log already says of a run, so that one that was stopped goes on where it stood, doing nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from actors.runtime.episode import Outcome
from actors.runtime.port import JOURNAL, Plain, Runtime
from events import facts
from events.codec import unpack
from events.fact import FACTS, Fact


@dataclass
class Ledger:
    """The recorded part of a run.

    Attributes:
        version: of the run's stream.
        outcomes: episode name -> outcome, of those that came to an end; lessons included.
        waves: (phase, wave) -> last version of its stream: 0 if it began, 1 if it is finished.
        settings, command: what it was begun with.
        finished: True if the whole run is.
    """

    version: int = -1
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    waves: dict[tuple[str, int], int] = field(default_factory=dict)
    settings: Plain = field(default_factory=dict)
    command: str = ""
    finished: bool = False
    _begun: dict[str, facts.EpisodeStarted] = field(default_factory=dict)
    _taught: set[str] = field(default_factory=set)

    def ended(self, name: str, *, learn: bool) -> Outcome | None:
        """The outcome of an episode that needs nothing more; None if it must be played, or played again."""
        outcome = self.outcomes.get(name)
        if outcome is None or (learn and outcome.points is not None and name not in self._taught):
            return None
        return outcome

    def take(self, stream: str, version: int, fact: Fact) -> None:
        """Read one event of the run."""
        category, _, name = stream.partition("/")
        if category == "run":
            self._take_run(version, fact)
        elif isinstance(fact, facts.WaveStarted | facts.WaveFinished):
            self.waves[fact.phase, fact.wave] = version
        elif category == "episode":
            self._take_episode(name, fact)
        elif category == "lesson" and isinstance(fact, facts.LessonsProposed):
            self._taught.add(name)
            self.outcomes[name].lessons = list(fact.lessons)

    def _take_run(self, version: int, fact: Fact) -> None:
        self.version = version
        if isinstance(fact, facts.RunStarted):
            self.settings, self.command = fact.settings, fact.command
        self.finished = self.finished or isinstance(fact, facts.RunFinished)

    def _take_episode(self, name: str, fact: Fact) -> None:
        if isinstance(fact, facts.EpisodeStarted):
            self._begun[name] = fact
        elif isinstance(fact, facts.EpisodeFinished):
            begun = self._begun[name]
            ended = Outcome(begun.index, begun.phase, begun.arm, cause=fact.cause)
            ended.minutes, ended.money = fact.minutes, fact.money
            self.outcomes[name] = ended
        elif isinstance(fact, facts.EpisodeScored):
            outcome = self.outcomes[name]
            outcome.points, outcome.success, outcome.grade = fact.points, fact.success, fact.grade


_TYPES = (
    facts.RunStarted,
    facts.WaveStarted,
    facts.WaveFinished,
    facts.RunPaused,
    facts.RunResumed,
    facts.RunFinished,
    facts.EpisodeStarted,
    facts.EpisodeFinished,
    facts.EpisodeScored,
    facts.LessonsProposed,
)


async def read_run(runtime: Runtime, run: str) -> Ledger:
    """Fold what the log says of a run; empty if it says nothing."""
    ledger = Ledger()
    async for event in pages(runtime, types=[fact.fact_name for fact in _TYPES], correlation=run):
        ledger.take(event["stream"], event["version"], load(event))
    return ledger


async def pages(runtime: Runtime, **wanted: object) -> AsyncIterator[Plain]:
    """Events from the journal, page by page, as plain values."""
    after = 0
    while True:
        found = (await runtime.ask(JOURNAL, {"op": "all", "after": after, **wanted}))["events"]
        for event in found:
            yield event
        if not found:
            return
        after = found[-1]["position"]


async def pages_of_stream(runtime: Runtime, stream: str) -> AsyncIterator[Plain]:
    """Events of one stream from the journal, page by page, as plain values."""
    after = -1
    while True:
        found = (await runtime.ask(JOURNAL, {"op": "stream", "stream": stream, "after": after}))["events"]
        for event in found:
            yield event
        if not found:
            return
        after = found[-1]["version"]


def load(event: Plain) -> Fact:
    """The fact of an event that came from the journal."""
    return FACTS.load(event["type"], event["schema"], unpack(event["payload"]))
