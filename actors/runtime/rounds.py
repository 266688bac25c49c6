"""A round: everything that the episodes of one wave share, as plain values, so that they can be played anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from actors.runtime.chronicle import Chronicle
from actors.runtime.episode import Order, Outcome, Phase, Shown, Table, episode_name, play, scored_fact
from actors.runtime.observer import Observer
from actors.runtime.port import JOURNAL, AskFailed, Plain, Runtime, WorkerLost
from actors.runtime.scenarios import Case, Source
from events import facts
from skillbooks.retrieval import BM25, CORE, WHOLE, query_of, retrieved
from skillbooks.skillbook import Skillbook
from skillbooks.thinning import TRIAL, thinned

BASELINE = "baseline:"
"""What the arm of a test agent begins with."""
Result = tuple[str, float | None]
"""An arm, and the points that it got; None if its episode failed outside the agent."""


@dataclass(frozen=True)
class Round:
    """One wave's episodes.

    Attributes:
        run, phase, wave: where they belong.
        cause: id of the event that ordered them.
        seed: of the run.
        source: where scenarios come from.
        arms: arm -> what the agent is shown; all arms play the same scenario.
        baselines: test agents of the world that play it too.
        learn: whether lessons are drawn; from the arm of trials never.
        retrieval, budget: how skills are chosen for a case, and most tokens of the skill block.
        dropout: share of the skills that each episode of the arm of trials goes without.
    """

    run: str
    phase: Phase
    wave: int
    cause: str
    seed: int
    source: Source
    arms: dict[str, Shown]
    baselines: tuple[str, ...] = ()
    learn: bool = False
    dropout: float = 0.0
    retrieval: str = WHOLE
    budget: int | None = None

    @property
    def name(self) -> str:
        """`RUN/PHASE-WAVE`, the rest of the wave's stream."""
        return f"{self.run}/{self.phase}-{self.wave}"

    def plain(self) -> Plain:
        """As plain values."""
        return {
            **{
                key: getattr(self, key)
                for key in ("run", "phase", "wave", "cause", "seed", "learn", "dropout", "retrieval", "budget")
            },
            "source": self.source.plain(),
            "arms": {arm: asdict(shown) for arm, shown in self.arms.items()},
            "baselines": list(self.baselines),
        }

    @classmethod
    def from_plain(cls, plain: Plain) -> Round:
        """The round again."""
        arms = {
            arm: Shown(
                **{
                    **shown,
                    "skills": tuple((skill, version) for skill, version in shown["skills"]),
                    "dropped": (),
                    "evicted": (),
                }
            )
            for arm, shown in plain["arms"].items()
        }
        source, baselines = Source.from_plain(plain["source"]), tuple(plain["baselines"])
        return cls(**{**plain, "source": source, "arms": arms, "baselines": baselines})

    def episode(self, arm: str, index: int) -> str:
        """Name of an episode of this round."""
        return episode_name(self.run, self.phase, arm, index)


@dataclass(frozen=True, slots=True)
class Item:
    """One scenario of a round that is to be played.

    Attributes:
        round: which.
        index: the scenario's place in its source.
        ended: arms that were played before the run was stopped.
        begun: True if the log may have parts of the others.
    """

    round: Round
    index: int
    ended: tuple[str, ...] = ()
    begun: bool = False


async def play_item(table: Table, item: Item) -> list[Result]:
    """Let every arm play, then the test agents; what came out, in that order. Raises as `episode.play`."""
    this, results = item.round, list[Result]()
    case = Case(this.source, table.runtime, item.index)
    try:
        async with asyncio.timeout(table.seconds):
            await case.scenario()
    except (AskFailed, WorkerLost, TimeoutError) as fault:
        return await abandon(table.runtime, table.observer, item, f"no scenario: {fault or 'no end'}")
    for arm, shown in this.arms.items():
        if arm not in item.ended:
            outcome = await play(table, await _order(item, arm, shown, case))
            results.append((arm, outcome.points))
    for name in _missing(this.baselines, item.ended):
        await _baseline(table, this, name, case)
    return results


async def abandon(runtime: Runtime, observer: Observer, item: Item, why: str) -> list[Result]:
    """Write behind whatever the log has of an item's episodes that they failed."""
    this, results = item.round, list[Result]()
    for arm, shown in this.arms.items():
        if arm in item.ended:
            continue
        stream = f"episode/{this.episode(arm, item.index)}"
        version = (await runtime.ask(JOURNAL, {"op": "version", "stream": stream}))["version"]
        chronicle = Chronicle(runtime, stream, this.run, version=version, cause=this.cause)
        if version < 0:
            chronicle.hold(_started(this, arm, item.index, "", "", shown.book, shown.version))
        await chronicle.write(facts.EpisodeFinished(how="failed", cause=why[:500]))
        observer.note(f"{this.episode(arm, item.index)} failed: {why}")
        observer.episode_finished(Outcome(item.index, this.phase, arm, cause=why).summary())
        results.append((arm, None))
    return results


def show(book: Skillbook, budget: int | None) -> Shown:
    """A book as an arm shows it to the agent."""
    text, skills, out = book.rendered(budget)
    policy = "whole book" if budget is None else f"book order, {budget} tokens"
    return Shown(book.name, book.version, text, tuple((one.id, one.version) for one in skills), policy, evicted=out)


def _missing(baselines: Iterable[str], ended: tuple[str, ...]) -> list[str]:
    return [name for name in baselines if f"{BASELINE}{name}" not in ended]


async def _order(item: Item, arm: str, shown: Shown, case: Case) -> Order:
    this = item.round
    scenario = await case.scenario()
    if this.retrieval == BM25 and this.budget is not None:
        text, chosen = retrieved(shown.text, shown.skills, query_of(scenario["brief"]), this.budget)
        shown = replace(shown, text=text, skills=chosen, policy=f"core {CORE:g}, then bm25, {this.budget} tokens")
    if arm == TRIAL:
        text, kept, dropped = thinned(shown.text, shown.skills, this.dropout, f"{this.seed}/{this.wave}/{case.index}")
        shown = replace(shown, text=text, skills=kept, dropped=dropped, policy=f"{shown.policy}, {this.dropout:g} out")
    return Order(
        run=this.run,
        wave=this.wave,
        index=case.index,
        phase=this.phase,
        arm=arm,
        scenario=scenario,
        shown=shown,
        seed=(this.seed * 1_000_003 + case.index) % 2**63,
        learn=this.learn and arm != TRIAL,
        cause=this.cause,
        begun=item.begun,
    )


async def _baseline(table: Table, this: Round, name: str, case: Case) -> None:
    """Let a test agent of the world play, and record it like an episode."""
    arm, scenario = f"{BASELINE}{name}", await case.scenario()
    judged = await table.runtime.ask("evaluators", {"baseline": name, "scenario": scenario})
    chronicle = Chronicle(table.runtime, f"episode/{this.episode(arm, case.index)}", this.run, cause=this.cause)
    started = _started(this, arm, case.index, table.world, scenario["id"], "none", 0, agent=arm)
    await chronicle.write(started, facts.EpisodeFinished(how="terminated"), scored_fact(judged, scenario["tags"]))


def _started(
    this: Round, arm: str, index: int, world: str, scenario: str, book: str, version: int, *, agent: str = ""
) -> facts.EpisodeStarted:
    return facts.EpisodeStarted(
        run=this.run,
        index=index,
        wave=this.wave,
        phase=this.phase,
        arm=arm,
        world=world,
        scenario=scenario,
        agent=agent,
        skillbook=book,
        skillbook_version=version,
    )
