"""Who plays a session's scenarios: a model in the world's workshop, or any function that answers a brief."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from actors.llm import catalogue as models
from actors.llm.port import Model
from actors.runtime.episode import Order, Shown, Table, episode_name, scored_fact
from actors.runtime.episode import play as play_episode
from actors.runtime.observer import Observer
from actors.worlds.port import Judgement, Scenario, World
from configs.settings import Settings
from events import facts
from events.event import Event
from events.fact import Fact
from events.log import NO_STREAM, Batch, open_log
from ops.failures import WrongUse
from ops.logs import placed
from ops.scenarios import module_of
from ops.staffing import EPISODES_A_WORKER, staffed, workers

Plain = dict[str, Any]
Answer = Callable[[Plain], str | Plain]
"""A function from a scenario's brief to advice in words, or to a submission."""


@dataclass(frozen=True, slots=True)
class Task:
    """A scenario of a session, and where its episode stands.

    Attributes:
        run, arm, index: name the episode; `arm` is `single` or `stress`.
        wave: the part of a stress test that it belongs to.
        scenario: what is played.
        cause: id of the event that ordered it.
    """

    run: str
    arm: str
    index: int
    wave: int
    scenario: Scenario
    cause: str

    @property
    def name(self) -> str:
        """The rest of the episode's streams."""
        return episode_name(self.run, "held_out", self.arm, self.index)


class Player(Protocol):
    """Plays tasks and writes down everything that happens."""

    name: str

    def play(self, tasks: Sequence[Task], settings: Settings, observer: Observer) -> None:
        """Play all tasks; every episode is in the log when this returns."""
        ...


def player_of(agent: str | Model | Answer, world: World, shown: Shown) -> Player:
    """The player for what a user calls an agent.

    Args:
        agent: the name of a model, a `Model`, or a function from a brief to text or a submission.
        world: what is played.
        shown: the skills that a model gets; a function gets none.

    Raises:
        LookupError: there is no model of this name.
        WrongUse: it is none of these, or the world cannot judge answers of a function.
    """
    if isinstance(agent, str):
        models.load(agent)
        return ModelPlayer(agent, world, shown)
    if hasattr(agent, "reply") and hasattr(agent, "name"):
        models.introduce(agent.name, agent)
        return ModelPlayer(agent.name, world, shown)
    if callable(agent):
        return AnswerPlayer(agent, world)
    raise WrongUse(f"an agent is a model's name, a Model or a function of the brief, not {type(agent).__name__}")


class ModelPlayer:
    """A model that works turn by turn at simulated machines, with the roles in this process."""

    def __init__(self, name: str, world: World, shown: Shown) -> None:
        self.name, self._world, self._shown = name, world, shown

    def play(self, tasks: Sequence[Task], settings: Settings, observer: Observer) -> None:
        """As in the port. A thread of its own carries the loop, so that a caller may have one running already."""
        staff = settings.model_copy(update={"agent": self.name})

        async def work() -> None:
            async with staffed(staff) as runtime:
                table = Table(runtime, observer, settings.world, self.name, self._world.limits)
                todo = iter(tasks)

                async def pull() -> None:
                    for task in todo:
                        await play_episode(table, self._order(task, settings.seed))

                window = min(len(tasks), workers(settings) * EPISODES_A_WORKER)
                await asyncio.gather(*(pull() for _ in range(window)))

        _in_thread(work)

    def _order(self, task: Task, seed: int) -> Order:
        return Order(
            run=task.run,
            wave=task.wave,
            index=task.index,
            phase="held_out",
            arm=task.arm,
            scenario=asdict(task.scenario),
            shown=self._shown,
            seed=(seed * 1_000_003 + task.index) % 2**63,
            learn=False,
            cause=task.cause,
        )


class AnswerPlayer:
    """A function that reads the brief and answers once; its advice is carried out on the simulated machine."""

    def __init__(self, answer: Answer, world: World) -> None:
        self.name = f"function:{getattr(answer, '__name__', type(answer).__name__)}"
        self._answer, self._world = answer, world
        self._evaluator = module_of(world.name, "evaluator").ScenarioEvaluator()

    def play(self, tasks: Sequence[Task], settings: Settings, observer: Observer) -> None:
        """As in the port, one after the other."""
        with open_log(placed(settings.store)) as log:
            for task in tasks:
                batches = [Batch(f"key/{task.name}", (Event(_sealed(task)),), NO_STREAM, task.run)]
                told = [*self._begun(task), *self._answered(task, observer)]
                events = tuple(Event(fact, task.cause) for fact in told)
                log.append_many([Batch(f"episode/{task.name}", events, NO_STREAM, task.run), *batches])
                _tell(observer, task, told)

    def _begun(self, task: Task) -> list[Fact]:
        started = facts.EpisodeStarted(
            run=task.run,
            index=task.index,
            wave=task.wave,
            phase="held_out",
            arm=task.arm,
            world=self._world.name,
            scenario=task.scenario.id,
            agent=self.name,
            skillbook="none",
            skillbook_version=0,
        )
        return [started, facts.ScenarioProposed(scenario=task.scenario.id, brief=task.scenario.brief)]

    def _answered(self, task: Task, observer: Observer) -> list[Fact]:
        """What the function said and what came of it; a function that raises has failed, and is in no score."""
        try:
            answer = self._answer(task.scenario.brief)
        except Exception as error:  # noqa: BLE001 - one slip of a user's function must not end 500 episodes
            observer.note(f"{task.name} failed: {type(error).__name__}: {error}")
            return [facts.EpisodeFinished(how="failed", cause=f"{type(error).__name__}: {error}"[:500])]
        said = answer if isinstance(answer, dict) else {"message": str(answer)}
        judged = self._judge(task.scenario, answer)
        plain = {"rubric": self._world.rubric, **asdict(judged)}
        return [
            facts.SubmissionMade(submission=said),
            facts.EpisodeFinished(how="terminated", turns=1),
            scored_fact(plain, task.scenario.tags),
        ]

    def _judge(self, scenario: Scenario, answer: str | Plain) -> Judgement:
        """The judgement; an answer that has no form is judged like silence, and told so."""
        said = answer if isinstance(answer, dict) else str(answer)
        try:
            self._evaluator.evaluate_response(scenario, said)
        except Exception as error:
            if type(error).__name__ != "SubmissionInvalid":  # the world's own, known here by name only
                raise
            return self._silent(scenario, error)
        judged: Judgement = self._evaluator.history[-1].judgement
        return judged

    def _silent(self, scenario: Scenario, error: Exception) -> Judgement:
        self._evaluator.evaluate_response(scenario, "")
        judged: Judgement = self._evaluator.history[-1].judgement
        return replace(judged, feedback=(f"the answer does not fit the form: {error}", *judged.feedback))


def _sealed(task: Task) -> facts.KeySealed:
    return facts.KeySealed(scenario=task.scenario.id, key=task.scenario.key)


def _tell(observer: Observer, task: Task, told: Sequence[Fact]) -> None:
    """Let somebody read along, in the order in which a person wants it."""
    observer.turn(task.name, "brief", task.scenario.brief)
    for fact in told:
        if isinstance(fact, facts.SubmissionMade):
            observer.turn(task.name, "submission", fact.model_dump())
        elif isinstance(fact, facts.EpisodeScored):
            observer.turn(task.name, "score", fact.model_dump())
    observer.turn(task.name, "key", task.scenario.key)


def _in_thread(work: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await work()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, whole()).result()
