"""What the log already says of a run, so that one that was stopped goes on where it stood, doing nothing twice.

Of waves that are finished only sums are kept, so a ledger of a million episodes is as small as one of a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from actors.runtime.port import Plain, Runtime
from actors.runtime.reading import load, pages
from events import facts
from events.fact import Fact
from events.log import NO_STREAM
from skillbooks.thinning import TRIAL

Wave = tuple[str, int]
"""Phase and number of a wave."""
MILLION = 1_000_000


@dataclass
class Tally:
    """Sums over episodes that came to an end; whole numbers, so that their order makes no difference.

    Attributes:
        n: scored episodes.
        millionths: their points, summed up in millionths.
        failed: episodes that failed outside the agent.
    """

    n: int = 0
    millionths: int = 0
    failed: int = 0

    def add(self, points: float | None) -> None:
        """Take one episode in."""
        if points is None:
            self.failed += 1
        else:
            self.n += 1
            self.millionths += round(points * MILLION)

    @property
    def mean(self) -> float:
        """Mean points; 0 of nothing."""
        return self.millionths / self.n / MILLION if self.n else 0.0


@dataclass
class OpenWave:
    """A wave that began and is not finished: index -> arm -> points of each episode that needs nothing more."""

    ended: dict[int, dict[str, float | None]] = field(default_factory=dict)

    def arms(self, index: int) -> tuple[str, ...]:
        """Arms that played this scenario already."""
        return tuple(self.ended.get(index, ()))


@dataclass
class Ledger:
    """The recorded part of a run.

    Attributes:
        version: of the run's stream.
        waves: wave -> last version of its stream: 0 if it began, 1 if it is finished.
        tallies: wave -> what its ended episodes of the agent came to, test agents left out.
        unfinished: waves that are open.
        levels: (level, attempt) of a curriculum -> whether its goal was reached.
        settings, command: what it was begun with.
        finished: True if the whole run is.
    """

    version: int = NO_STREAM
    waves: dict[Wave, int] = field(default_factory=dict)
    tallies: dict[Wave, Tally] = field(default_factory=dict)
    unfinished: dict[Wave, OpenWave] = field(default_factory=dict)
    levels: dict[tuple[int, int], bool] = field(default_factory=dict)
    settings: Plain = field(default_factory=dict)
    command: str = ""
    finished: bool = False
    _begun: dict[str, facts.EpisodeStarted] = field(default_factory=dict)
    _untaught: dict[str, float] = field(default_factory=dict)

    @property
    def learning(self) -> bool:
        """Whether episodes of practice need their lessons before they count as ended."""
        return bool(self.settings.get("learning", True))

    def is_finished(self, wave: Wave) -> bool:
        """Whether nothing of the wave is missing."""
        return self.waves.get(wave, NO_STREAM) > 0

    def open_wave(self, wave: Wave) -> OpenWave:
        """What is known of an open wave; nothing of one that has not begun."""
        return self.unfinished.get(wave, OpenWave())

    def take(self, stream: str, version: int, fact: Fact) -> None:
        """Read one event of the run."""
        category, _, name = stream.partition("/")
        if category == "run":
            self._take_run(version, fact)
        elif isinstance(fact, facts.WaveStarted | facts.WaveFinished):
            self._take_wave((fact.phase, fact.wave), version)
        elif isinstance(fact, facts.LevelFinished):
            self.levels[fact.level, fact.attempt] = fact.reached
        elif category == "episode":
            self._take_episode(name, fact)
        elif category == "lesson" and name in self._begun:
            self._end(name, self._untaught.pop(name, None))

    def _take_run(self, version: int, fact: Fact) -> None:
        self.version = version
        if isinstance(fact, facts.RunStarted):
            self.settings, self.command = fact.settings, fact.command
        self.finished = self.finished or (isinstance(fact, facts.RunFinished) and fact.status != "budget")

    def _take_wave(self, wave: Wave, version: int) -> None:
        self.waves[wave] = version
        if version == 0:
            self.unfinished[wave] = OpenWave()
            self.tallies.setdefault(wave, Tally())
        else:
            self.unfinished.pop(wave, None)

    def _take_episode(self, name: str, fact: Fact) -> None:
        if isinstance(fact, facts.EpisodeStarted):
            self._begun[name] = fact
        elif isinstance(fact, facts.EpisodeFinished) and fact.how == "failed" and name in self._begun:
            self._untaught.pop(name, None)
            self._end(name, None)
        elif isinstance(fact, facts.EpisodeScored) and name in self._begun:
            begun = self._begun[name]
            if self.learning and begun.phase == "train" and begun.arm != TRIAL:
                self._untaught[name] = fact.points  # ended only with its lesson
            else:
                self._end(name, fact.points)

    def _end(self, name: str, points: float | None) -> None:
        begun = self._begun.pop(name)
        wave = (begun.phase, begun.wave)
        if wave in self.unfinished:
            self.unfinished[wave].ended.setdefault(begun.index, {})[begun.arm] = points
            if begun.arm != TRIAL and not begun.arm.startswith("baseline:"):
                self.tallies[wave].add(points)


_TYPES = (
    facts.RunStarted,
    facts.WaveStarted,
    facts.WaveFinished,
    facts.LevelFinished,
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
