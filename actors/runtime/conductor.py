"""The conductor: runs waves of episodes against a fixed version of the skillbook, curates between them, then compares.

It holds nothing that the log could not give back: begun again on the same run, it goes on at the first missing step.
Within a wave episodes come and go in any order; what is made of them afterwards goes by their index.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from actors.runtime.chronicle import Chronicle
from actors.runtime.curating import Curation
from actors.runtime.episode import Order, Outcome, Shown, Table, episode_name, play, scored_fact
from actors.runtime.ledger import Ledger
from actors.runtime.scenarios import Case, Source
from events import facts
from events.event import identity
from events.log import NO_STREAM
from skillbooks.ablation import shuffled
from skillbooks.rendering import render
from skillbooks.skillbook import Skillbook

Phase = Literal["train", "held_out"]


@dataclass(frozen=True)
class Programme:
    """What a run is to do.

    Attributes:
        run: its name in the log.
        episodes, wave: how many are practised, and how many between two versions of the book.
        held_out: pairs of the comparison.
        learning: whether lessons are written into the book.
        window: episodes under way at a time.
        seed: of everything.
        budget: most tokens of the skill block.
        from_wave: the first wave that is practised; a fork passes over those that its origin has behind it.
        practice, comparison: where scenarios come from.
        arms: of the comparison, beside the baselines: `with`, `without`, `shuffled`.
        baselines: test agents of the world that play the comparison too.
    """

    run: str
    episodes: int
    wave: int
    held_out: int
    learning: bool
    window: int
    seed: int
    practice: Source
    comparison: Source
    budget: int | None = None
    from_wave: int = 0
    arms: tuple[str, ...] = ("without", "with", "shuffled")
    baselines: tuple[str, ...] = ()


class Conductor:
    """Conducts one run.

    Args:
        table: what all its episodes share.
        programme: what is to be done.
        book: the skillbook to begin with.
        recorded: what the log already says of the run.
        against: book of the arm `without`; by default the empty one.
    """

    def __init__(
        self, table: Table, programme: Programme, book: Skillbook, recorded: Ledger, against: Skillbook | None = None
    ) -> None:
        self._table, self._plan, self._recorded = table, programme, recorded
        self.book = book
        self._against = against or Skillbook("none")
        self._log = Chronicle(
            table.runtime, f"run/{programme.run}", programme.run, version=recorded.version, cause=None
        )

    async def train(self) -> None:
        """All waves of practice."""
        plan = self._plan
        for number, first in enumerate(range(0, plan.episodes, plan.wave)):
            if number < plan.from_wave:
                continue
            indices = range(first, min(first + plan.wave, plan.episodes))
            await self._wave("train", number, len(indices), partial(self._practise, number, indices))

    async def compare(self) -> None:
        """The comparison on scenarios that were never practised."""
        if self._plan.held_out:
            count = self._plan.held_out * len(self._plan.arms)
            await self._wave("held_out", 0, count, self._held_out)

    async def finish(self) -> None:
        """Write the run's end, once."""
        if not self._recorded.finished:
            end = facts.RunFinished(
                status="finished",
                skillbook=self.book.name,
                skillbook_version=self.book.version,
                skillbook_sha256=self.book.sha256,
            )
            await self._log.write(end)

    async def _wave(self, phase: Phase, number: int, count: int, work: Callable[[str], Awaitable[None]]) -> None:
        observer = self._table.observer
        observer.wave_started(number, phase, count)
        begun = self._recorded.waves.get((phase, number), NO_STREAM)
        log = Chronicle(
            self._table.runtime,
            f"wave/{self._plan.run}/{phase}-{number}",
            self._plan.run,
            version=begun,
            cause=identity(self._log.stream, 0),
        )
        if log.version == NO_STREAM:
            await log.write(
                facts.WaveStarted(
                    wave=number,
                    phase=phase,
                    skillbook=self.book.name,
                    skillbook_version=self.book.version,
                    episodes=count,
                )
            )
        await work(identity(log.stream, 0))
        if log.version == 0:
            await log.write(facts.WaveFinished(wave=number, phase=phase, skillbook_version=self.book.version))
        observer.wave_finished(number, phase)

    async def _practise(self, wave: int, indices: range, cause: str) -> None:
        shown = show(self.book, self._plan.budget)

        async def practise(index: int) -> None:
            case = Case(self._plan.practice, self._table.runtime, index)
            order = await self._order("train", "practice", wave, case, shown, cause)
            if not isinstance(order, Outcome):
                await play(self._table, order)

        await self._at_a_time(practise, indices)
        if self._plan.learning:
            plan = self._plan
            curation = Curation(self._table.runtime, self._table.observer, plan.run, self.book.name)
            self.book = await curation.after_wave(wave, self.book)

    async def _held_out(self, cause: str) -> None:
        books = {
            "with": self.book,
            "without": self._against,
            "shuffled": shuffled(self.book, self._plan.seed),
        }
        arms = {arm: show(books[arm], self._plan.budget) for arm in self._plan.arms}

        async def compare(index: int) -> None:
            case = Case(self._plan.comparison, self._table.runtime, index)
            for arm, shown in arms.items():
                order = await self._order("held_out", arm, 0, case, shown, cause)
                if not isinstance(order, Outcome):
                    await play(self._table, order)
            for name in self._plan.baselines:
                await self._baseline(name, case, cause)

        await self._at_a_time(compare, range(self._plan.held_out))

    async def _order(self, phase: Phase, arm: str, wave: int, case: Case, shown: Shown, cause: str) -> Order | Outcome:
        """The order for an episode, or its outcome if it was played before the run was stopped."""
        plan, learn, index = self._plan, phase == "train" and self._plan.learning, case.index
        done = self._recorded.ended(episode_name(plan.run, phase, arm, index), learn=learn)
        if done is not None:
            self._table.observer.episode_finished(done.summary())
            return done
        scenario, seed = await case.scenario(), plan.seed * 1_000_003 + index
        return Order(plan.run, wave, index, phase, arm, scenario, shown, seed, learn, cause)

    async def _baseline(self, name: str, case: Case, cause: str) -> None:
        """Let a test agent of the world play, and record it like an episode."""
        plan, arm, index = self._plan, f"baseline:{name}", case.index
        episode = episode_name(plan.run, "held_out", arm, index)
        if self._recorded.ended(episode, learn=False) is not None:
            return
        scenario = await case.scenario()
        judged = await self._table.runtime.ask("evaluators", {"baseline": name, "scenario": scenario})
        chronicle = Chronicle(self._table.runtime, f"episode/{episode}", plan.run, cause=cause)
        await chronicle.write(
            facts.EpisodeStarted(
                run=plan.run,
                index=index,
                wave=0,
                phase="held_out",
                arm=arm,
                world=self._table.world,
                scenario=scenario["id"],
                agent=arm,
                skillbook="none",
                skillbook_version=0,
            ),
            facts.EpisodeFinished(how="terminated"),
            scored_fact(judged, scenario["tags"]),
        )

    async def _at_a_time(self, work: Callable[[int], Awaitable[None]], indices: range) -> None:
        """Do the work for every index, `window` of them at a time, pulled in order."""
        todo: Iterator[int] = iter(indices)

        async def pull() -> None:
            for index in todo:
                await work(index)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._plan.window, len(indices))):
                group.create_task(pull())


def show(book: Skillbook, budget: int | None) -> Shown:
    """A book as an arm shows it to the agent."""
    text, skills = render(book.skills, budget)
    return Shown(book.name, book.version, text, tuple((skill.id, skill.version) for skill in skills))
