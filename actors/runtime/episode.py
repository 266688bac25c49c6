"""One episode from proposal to lesson: who is asked for what, in which order, and what is written before going on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from actors.runtime.attempts import Attempts, path_of
from actors.runtime.chronicle import Chronicle
from actors.runtime.counsel import Counsel, Recollection, recollected
from actors.runtime.observer import Observer
from actors.runtime.port import JOURNAL, AskFailed, Plain, Runtime, RuntimeFault, WorkerLost
from actors.runtime.purse import Purse
from actors.runtime.reflecting import lessons_of
from actors.runtime.sitting import Desk
from actors.runtime.staff import EpisodeUnknown
from actors.worlds.port import Limits
from events import facts

Phase = Literal["train", "held_out"]
How = Literal["terminated", "truncated"]

SECONDS: Final = 3600.0
"""How long an episode may take unless it is said otherwise: what hangs must end some day."""
_PARTING: Final = 5.0
"""Seconds that the workers of a failed episode may take to forget it."""
REPEATS = 5
"""How often an episode is begun anew after a worker died with it, before it is given up."""
_REFUSALS = frozenset({"UnfitEvent", "IdentityConflict", "VersionTaken", "WrongExpectedVersion"})
"""What the journal says when it works, but cannot take what this episode tells."""
_HOPELESS = frozenset({"ModelUnusable", "PersonLeft"})
"""What no other episode would fare better with: a wrong key, no credit, no such model, nobody at the terminal."""
STUCK = 5
"""Turns in a row without one call that could be carried out, after which a model is taken to be stuck."""


@dataclass(frozen=True)
class Shown:
    """The skills of an arm: the rendered block, and its manifest."""

    book: str
    version: int
    text: str = ""
    skills: tuple[tuple[str, int], ...] = ()
    policy: str = "whole book"
    dropped: tuple[tuple[str, int], ...] = ()
    evicted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """What is to be played.

    Attributes:
        run, wave, index, phase, arm: where it belongs.
        scenario: plain values of the scenario.
        shown: skills of the agent.
        seed: of the agent's own curiosity.
        learn: True if lessons are to be drawn from it.
        cause: id of the event that ordered it.
        begun: True if the log may have a part of it already: then its model is not asked again what it has answered.
    """

    run: str
    wave: int
    index: int
    phase: Phase
    arm: str
    scenario: Plain
    shown: Shown
    seed: int
    learn: bool
    cause: str
    begun: bool = False

    @property
    def name(self) -> str:
        """`RUN/phase-arm-index`, the rest of the episode's streams."""
        return episode_name(self.run, self.phase, self.arm, self.index)


@dataclass
class Outcome:
    """How an episode ended, for the observer and the curator; everything in it stands in the log."""

    index: int
    phase: str
    arm: str
    points: float | None = None
    success: int = 0
    grade: str = ""
    minutes: float = 0.0
    money: float = 0.0
    tokens: int = 0
    cost_usd: float = 0.0
    cause: str = ""
    lessons: list[Plain] = field(default_factory=list)

    def summary(self) -> Plain:
        """For the observer."""
        return {key: value for key, value in vars(self).items() if key != "lessons"}


def episode_name(run: str, phase: str, arm: str, index: int) -> str:
    """The name of an episode within the log."""
    return f"{run}/{phase}-{arm}-{index:06d}"


@dataclass(frozen=True)
class Table:
    """What all episodes of a run share; `seconds` is how long one may take before it is ended as failed.

    `purse` pays for models that cost something; `attempts` are for a reflector that compares. None where not needed.
    """

    runtime: Runtime
    observer: Observer
    world: str
    agent: str
    limits: Limits
    seconds: float = SECONDS
    purse: Purse | None = None
    attempts: Attempts | None = None


async def play(table: Table, order: Order) -> Outcome:
    """Play an episode to its end; begin anew if a worker dies with it; what fails outside the agent is a failure.

    Raises:
        AskFailed: the journal cannot write, so that nothing can be recorded, not even a failure.
    """
    try:
        async with asyncio.timeout(table.seconds):
            return await _repeated(table, order)
    except TimeoutError:
        return await _give_up(table, order, f"no end after {table.seconds:g} s")


async def _repeated(table: Table, order: Order) -> Outcome:
    for attempt in range(REPEATS):
        chronicle = Chronicle(table.runtime, f"episode/{order.name}", order.run, cause=order.cause)
        try:
            again = order.begun or attempt > 0
            before = await recollected(table.runtime, chronicle.stream) if again else Recollection()
            return await _Game(table, order, chronicle, before).play()
        except asyncio.CancelledError:
            with suppress(RuntimeFault):
                await chronicle.flush()
            raise
        except WorkerLost as lost:
            table.observer.note(f"{order.name} begins anew: {lost}")
        except AskFailed as failed:
            if failed.type == EpisodeUnknown.__name__:
                table.observer.note(f"{order.name} begins anew: its worker in '{failed.pool}' died meanwhile")
            elif failed.type in _HOPELESS or (failed.pool == JOURNAL and failed.type not in _REFUSALS):
                if failed.pool != JOURNAL:
                    await chronicle.flush()
                raise
            else:
                with suppress(AskFailed):
                    await chronicle.flush()
                return await _give_up(table, order, str(failed))
    return await _give_up(table, order, f"workers died {REPEATS} times with this episode in hand")


async def _give_up(table: Table, order: Order, why: str) -> Outcome:
    """Write behind whatever the log has of this episode that it failed."""
    stream = f"episode/{order.name}"
    version = (await table.runtime.ask(JOURNAL, {"op": "version", "stream": stream}))["version"]
    chronicle = Chronicle(table.runtime, stream, order.run, version=version, cause=order.cause)
    if version < 0:
        await chronicle.write(_started(table, order))
    await chronicle.write(facts.EpisodeFinished(how="failed", cause=why[:500]))
    await _forget(table, order)
    outcome = Outcome(order.index, order.phase, order.arm, cause=why)
    table.observer.note(f"{order.name} failed: {why}")
    table.observer.episode_finished(outcome.summary())
    return outcome


async def _forget(table: Table, order: Order) -> None:
    """Let the workers forget an episode that nobody goes on with; one that cannot will be replaced some day."""
    for pool in ("printers", "agents"):
        with suppress(RuntimeFault, TimeoutError):
            async with asyncio.timeout(_PARTING):
                await table.runtime.ask(pool, {"op": "end", "episode": order.name}, key=order.name)


def _started(table: Table, order: Order) -> facts.EpisodeStarted:
    return facts.EpisodeStarted(
        run=order.run,
        index=order.index,
        wave=order.wave,
        phase=order.phase,
        arm=order.arm,
        world=table.world,
        scenario=order.scenario["id"],
        agent=table.agent,
        skillbook=order.shown.book,
        skillbook_version=order.shown.version,
    )


class _Game:
    """One attempt at an episode."""

    def __init__(self, table: Table, order: Order, chronicle: Chronicle, before: Recollection) -> None:
        self._table, self._order, self._log, self._before = table, order, chronicle, before
        self._outcome = Outcome(order.index, order.phase, order.arm)
        self._changes = frozenset(order.scenario["brief"]["offers"]["changes"])
        self._turns: list[Plain] = []
        purse = table.purse or Purse()
        self._adviser = Counsel(partial(self._ask, "agents"), chronicle, purse, "agent", before)
        self._left = {"turns": table.limits.turns, "minutes": table.limits.minutes, "money": table.limits.money}

    async def play(self) -> Outcome:
        """The whole of it."""
        await self._begin()
        how, cause = await self._turn_by_turn()
        final = (await self._ask("printers", {"op": "close"}))["final"]
        await self._ask("agents", {"op": "end"})
        feedback = await self._score(final, how, cause)
        if self._order.learn:
            await self._reflect(feedback)
        self._table.observer.episode_finished(self._outcome.summary())
        return self._outcome

    async def _ask(self, pool: str, request: Plain) -> Plain:
        name = self._order.name
        return await self._table.runtime.ask(pool, {**request, "episode": name}, key=name)

    def _tell(self, kind: Any, data: Plain) -> None:
        self._table.observer.turn(self._order.name, kind, data)

    async def _begin(self) -> None:
        order, scenario = self._order, self._order.scenario
        key = Chronicle(self._table.runtime, f"key/{order.name}", order.run, cause=order.cause)
        proposed = facts.ScenarioProposed(scenario=scenario["id"], brief=scenario["brief"])
        sealed = key.batch_of(facts.KeySealed(scenario=scenario["id"], key=scenario["key"]))
        await self._log.write(_started(self._table, order), proposed, beside=[sealed])
        self._tell("brief", scenario["brief"])
        await self._ask("printers", {"op": "open", "key": scenario["key"]})
        begun = await self._ask(
            "agents",
            {
                "op": "begin",
                "brief": scenario["brief"],
                "left": self._left,
                "skills": order.shown.text,
                "seed": order.seed,
                "practice": order.phase == "train",
            },
        )
        self._log.hold(
            facts.PromptComposed(
                skillbook=order.shown.book,
                skillbook_version=order.shown.version,
                skills=tuple(facts.SkillShown(skill=s, version=v) for s, v in order.shown.skills),
                policy=order.shown.policy,
                dropped=tuple(facts.SkillShown(skill=s, version=v) for s, v in order.shown.dropped),
                prefix_sha256=begun["prefix_sha256"],
                prompts=begun.get("prompts", {}),
            )
        )

    async def _turn_by_turn(self) -> tuple[How, str]:
        """Turn after turn; how it ended, and why if it was not by the agent's own act or by using everything up."""
        results, nudge, idle = list[Plain](), "", 0
        for turn in range(self._table.limits.turns):
            said = await self._reply(turn, results, nudge)
            self._outcome.tokens += said.tokens_in + said.tokens_out
            self._outcome.cost_usd += said.cost_usd
            self._tell("reply", said.model_dump())
            self._left["turns"] = self._table.limits.turns - turn - 1
            if said.stop == "refused" and not said.calls:
                return "truncated", f"the model refused: {said.text[:200]}".rstrip(": ")
            results, over = await self._carry_out(turn, list(said.calls))
            if over:
                return "terminated", ""
            if self._left["minutes"] <= 0 or self._left["money"] <= 0:
                return "truncated", ""
            nudge = "" if results else said.stop or "end"
            idle = idle + 1 if all("error" in call for call in said.calls) else 0
            if idle >= STUCK:
                return "truncated", f"the model is stuck: {_idle(said)} in {STUCK} turns in a row"
        return "truncated", ""

    async def _reply(self, turn: int, results: list[Plain], nudge: str) -> facts.ModelReplied:
        """The model's answer; what was paid for is in the log before anything is done with it."""
        asked = {"op": "turn", "turn": turn, "results": results, "nudge": nudge, **self._before.known(turn)}
        told = await self._ask("agents", asked)
        self._adviser.recall(turn)
        if "wish" in told:
            return await self._adviser.reply(turn, told["wish"])
        said = facts.ModelReplied(turn=turn, **told)
        self._log.hold(said)
        if said.cost_usd or said.seconds:
            await self._log.flush()
        return said

    async def _carry_out(self, turn: int, calls: list[Plain]) -> tuple[list[Plain], bool]:
        """Let the world answer every call; True once the closing act was accepted."""
        results: list[Plain] = []
        for call in calls:
            if "error" in call:
                results.append(self._refused(turn, call))
                continue
            answer = await self._ask("printers", {"op": "act", "call": call})
            self._left["minutes"] = self._table.limits.minutes - answer["total_minutes"]
            self._left["money"] = self._table.limits.money - answer["total_money"]
            if answer["done"]:
                handed_in = facts.SubmissionMade(submission=call["arguments"])
                self._log.hold(handed_in)
                self._tell("submission", handed_in.model_dump())
                return results, True
            returned = facts.ToolReturned(
                turn=turn, call=call, result=answer["data"], minutes=answer["minutes"], money=answer["money"]
            )
            self._log.hold(returned)
            self._tell("tool", returned.model_dump())
            findings = answer["data"].get("findings", [])
            path = {"path": path_of(call)} if self._table.attempts is not None else {}
            self._turns.append({"changes": call["name"] in self._changes, "findings": findings, **path})
            results.append({"call": call["id"], "result": answer["data"], "left": dict(self._left)})
        return results, False

    def _refused(self, turn: int, call: Plain) -> Plain:
        """The answer to a call that does not fit its tool: what is wrong; the world never hears of it."""
        result = {"findings": [], "error": call["error"]}
        returned = facts.ToolReturned(turn=turn, call=call, result=result)
        self._log.hold(returned)
        self._tell("tool", returned.model_dump())
        return {"call": call["id"], "result": result, "left": dict(self._left)}

    async def _score(self, final: Plain, how: How, cause: str) -> tuple[str, ...]:
        scenario = self._order.scenario
        judged = await self._ask("evaluators", {"key": scenario["key"], "final": final})
        finished = facts.EpisodeFinished(
            how=how, cause=cause, turns=len(self._turns), minutes=final["minutes"], money=final["money"]
        )
        scored = scored_fact(judged, scenario["tags"])
        await self._log.write(finished, scored)
        self._tell("score", scored.model_dump())
        self._tell("key", scenario["key"])
        outcome = self._outcome
        outcome.points, outcome.success, outcome.grade = scored.points, scored.success, scored.grade
        outcome.minutes, outcome.money = finished.minutes, finished.money
        return scored.feedback

    async def _reflect(self, feedback: tuple[str, ...]) -> None:
        order, table = self._order, self._table
        case: Plain = {"brief": order.scenario["brief"], "turns": self._turns, "key": order.scenario["key"]}
        if table.attempts is not None:
            earlier = await table.attempts.before(order.scenario["id"], order.wave)
            case |= {"feedback": list(feedback), "attempts": earlier}
        desk = Desk(table.runtime, order.run, table.purse or Purse())
        told = await lessons_of(desk, order.name, case, self._log.last)
        self._outcome.lessons = told["lessons"]
        lesson = Chronicle(table.runtime, f"lesson/{order.name}", order.run, cause=self._log.last)
        await lesson.write(
            facts.LessonsProposed(
                episode=order.name,
                skillbook=order.shown.book,
                wave=order.wave,
                reflector=told["reflector"],
                lessons=tuple(told["lessons"]),
                prompts=told.get("prompts", {}),
                repairs=told.get("repairs", 0),
            )
        )


def _idle(said: facts.ModelReplied) -> str:
    return f"no call that could be carried out (last: {said.calls[0]['error'][:120]})" if said.calls else "no call"


def scored_fact(judged: Plain, tags: dict[str, str]) -> facts.EpisodeScored:
    """A judgement as a fact."""
    return facts.EpisodeScored(**{**judged, "feedback": tuple(judged["feedback"])}, tags=tags)
