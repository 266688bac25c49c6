"""The conductor: runs waves of episodes against a fixed version of the skillbook, curates between them, then compares.

It holds nothing that the log could not give back: begun again on the same run, it goes on at the first missing step.
Within a wave episodes come and go in any order; what is made of them afterwards goes by their index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from actors.runtime.chronicle import Chronicle
from actors.runtime.curating import Curation
from actors.runtime.drafting import Drafting
from actors.runtime.episode import Phase, Shown
from actors.runtime.floor import Floor
from actors.runtime.ledger import Ledger, Tally
from actors.runtime.observer import Observer
from actors.runtime.parade import Parade, Wave
from actors.runtime.port import Runtime
from actors.runtime.rounds import Round, show
from actors.runtime.scenarios import Source
from events import facts
from events.book_facts import SkillsEvicted
from skillbooks.ablation import shuffled
from skillbooks.retrieval import BM25, WHOLE
from skillbooks.skillbook import Skillbook
from skillbooks.thinning import TRIAL


@dataclass(frozen=True)
class Level:
    """A stretch of practice.

    Attributes:
        name: for people.
        source: where its scenarios come from.
        episodes: of one attempt.
        goal: mean points that an attempt must reach before the next level begins; None for no goal.
        attempts: after so many without reaching the goal the practice ends.
    """

    name: str
    source: Source
    episodes: int
    goal: float | None = None
    attempts: int = 1


@dataclass(frozen=True)
class Programme:
    """What a run is to do.

    Attributes:
        run: its name in the log.
        levels: what is practised, one after the other.
        wave: episodes between two versions of the book, or two checkpoints.
        held_out: pairs of the comparison.
        learning: whether lessons are written into the book.
        seed: of everything.
        comparison: where the scenarios of the comparison come from.
        phase, arm: under which the episodes of the levels stand in the log.
        budget: most tokens of the skill block.
        dropout: share of the skills that a second play of each practised scenario goes without; 0 for no second play.
        retrieval: how skills are chosen for a case, where there is a budget.
        review: whether a person has to accept each delta.
        from_wave: the first wave that is practised; a fork passes over those that its origin has behind it.
        arms: of the comparison, beside the baselines: `with`, `without`, `shuffled`.
        baselines: test agents of the world that play the comparison too.
    """

    run: str
    levels: tuple[Level, ...]
    wave: int
    held_out: int
    learning: bool
    seed: int
    comparison: Source
    phase: Phase = "train"
    arm: str = "practice"
    budget: int | None = None
    from_wave: int = 0
    dropout: float = 0.0
    review: bool = False
    retrieval: str = WHOLE
    arms: tuple[str, ...] = ("without", "with", "shuffled")
    baselines: tuple[str, ...] = ()

    @property
    def episodes(self) -> int:
        """How many are practised if every level reaches its goal at once."""
        return sum(level.episodes for level in self.levels)


Status = Literal["finished", "budget"]


class Conductor:
    """Conducts one run; `book` is the skillbook as it stands.

    Args:
        runtime: where the journal is.
        observer: watches.
        floor: where episodes are played.
        programme: what is to be done.
        book: the skillbook to begin with.
        recorded: what the log already says of the run.
        against: book of the arm `without`; by default the empty one.
        drafting: the curator that asks a model; by default the one that counts.
    """

    def __init__(
        self,
        runtime: Runtime,
        observer: Observer,
        floor: Floor,
        programme: Programme,
        book: Skillbook,
        recorded: Ledger,
        against: Skillbook | None = None,
        drafting: Drafting | None = None,
    ) -> None:
        self._runtime, self._observer, self._floor = runtime, observer, floor
        self._plan, self._recorded = programme, recorded
        self.book = book
        self._curation = Curation(
            runtime,
            observer,
            programme.run,
            book.name,
            trials=programme.dropout > 0,
            review=programme.review,
            budget=programme.budget,
            drafting=drafting,
        )
        self._against = against or Skillbook("none")
        self._log = Chronicle(runtime, f"run/{programme.run}", programme.run, version=recorded.version, cause=None)
        self._waves, self._episodes = 0, 0

    async def train(self) -> None:
        """All levels of practice, up to the first whose goal is not reached."""
        for number, level in enumerate(self._plan.levels):
            if not await self._level(number, level):
                self._observer.note(f"level {number + 1}, {level.name}: its goal was not reached; practice ends here")
                return

    async def compare(self) -> None:
        """The comparison on scenarios that were never practised."""
        plan = self._plan
        if plan.held_out:
            books = {"with": self.book, "without": self._against, "shuffled": shuffled(self.book, plan.seed)}
            arms = {arm: await self._shown(books[arm]) for arm in plan.arms}
            wave = Wave(0, range(plan.held_out), plan.held_out * len(arms))
            await self._play([wave], "held_out", plan.comparison, arms, baselines=plan.baselines)

    async def finish(self, status: Status = "finished") -> None:
        """Write the run's end, once; one that the budget ended may go on with a larger one."""
        if not self._recorded.finished:
            end = facts.RunFinished(
                status=status,
                skillbook=self.book.name,
                skillbook_version=self.book.version,
                skillbook_sha256=self.book.sha256,
            )
            await self._log.write(end)

    async def _level(self, number: int, level: Level) -> bool:
        """Play a level until its goal is reached; False if it never was."""
        for attempt in range(level.attempts):
            tally = await self._attempt(level)
            if level.goal is None or await self._judged(number, attempt, level, tally):
                return True
        return False

    async def _attempt(self, level: Level) -> Tally:
        waves = list(self._cut(level.episodes)) if self._plan.learning else self._cut(level.episodes)
        if not self._plan.learning:
            return await self._practise(level, waves)
        whole = Tally()
        for wave in waves:
            part = await self._practise(level, [wave])
            whole = Tally(whole.n + part.n, whole.millionths + part.millionths, whole.failed + part.failed)
        return whole

    async def _practise(self, level: Level, waves: Iterator[Wave] | list[Wave]) -> Tally:
        shown = await self._shown(self.book)
        arms = {self._plan.arm: shown, **({TRIAL: shown} if self._plan.dropout and shown.skills else {})}
        return await self._play(waves, self._plan.phase, level.source, arms, learn=self._plan.learning)

    async def _shown(self, book: Skillbook) -> Shown:
        """A book as the prompts show it; what found no room in the budget is told in the log, once a version."""
        plan = self._plan
        shown = show(book, None if plan.retrieval == BM25 else plan.budget)
        if shown.evicted:
            name = f"evicted/{plan.run}/{book.name}-{book.version}"
            told = SkillsEvicted(
                skillbook=book.name,
                version=book.version,
                policy=shown.policy,
                budget=plan.budget or 0,
                skills=shown.evicted,
            )
            await Chronicle(self._runtime, name, plan.run, cause=f"run/{plan.run}@0").write(told)
        return replace(shown, evicted=())

    def _cut(self, episodes: int) -> Iterator[Wave]:
        """The next episodes, cut into waves; numbers and indices go on from level to level."""
        until = self._episodes + episodes
        while self._episodes < until:
            count = min(self._plan.wave, until - self._episodes)
            wave = Wave(self._waves, range(self._episodes, self._episodes + count), count)
            self._waves, self._episodes = self._waves + 1, self._episodes + count
            if wave.number >= self._plan.from_wave:
                yield wave

    async def _judged(self, number: int, attempt: int, level: Level, tally: Tally) -> bool:
        """Whether an attempt reached the level's goal, as the log says, or now and then written there."""
        if (number, attempt) in self._recorded.levels:
            return self._recorded.levels[number, attempt]
        goal, mean = level.goal or 0.0, round(tally.mean, 6)
        reached = tally.n > 0 and mean >= goal
        name = f"level/{self._plan.run}/{number}-{attempt}"
        await Chronicle(self._runtime, name, self._plan.run, cause=f"run/{self._plan.run}@0").write(
            facts.LevelFinished(
                level=number, name=level.name, attempt=attempt, goal=goal, n=tally.n, mean=mean, reached=reached
            )
        )
        said = "reached" if reached else "not reached"
        self._observer.note(f"level {number + 1}, {level.name}: {mean:.1f} points, goal {goal:g} {said}")
        return reached

    async def _play(
        self,
        waves: Iterator[Wave] | list[Wave],
        phase: Phase,
        source: Source,
        arms: dict[str, Shown],
        *,
        baselines: tuple[str, ...] = (),
        learn: bool = False,
    ) -> Tally:
        plan = self._plan

        def round_of(number: int, cause: str) -> Round:
            return Round(
                plan.run, phase, number, cause, plan.seed, source, arms, baselines, learn,
                plan.dropout, plan.retrieval, plan.budget,
            )  # fmt: skip

        async def closing(number: int, recorded: bool) -> int:
            if learn:
                step = self._curation.recalled if recorded else self._curation.after_wave
                self.book = await step(number, self.book)
            return self.book.version

        book = (self.book.name, self.book.version)
        parade = Parade(
            self._runtime,
            self._observer,
            plan.run,
            phase,
            book=book,
            waves=waves,
            round_of=round_of,
            recorded=self._recorded,
            closing=closing,
        )
        await self._floor.play(parade.supply, parade.done)
        return parade.tally
