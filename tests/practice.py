"""One episode in one process, played as the runtime would play it; for tests that need a whole one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actors.llm.apprentice.model import answer
from actors.llm.port import Call, Reply, Request
from actors.roles import agent, reflector
from actors.worlds.port import Act, Bench, Judgement, Plain, Scenario, World
from skillbooks.curation import curate
from skillbooks.lesson import Lesson
from skillbooks.skillbook import Skillbook


@dataclass(frozen=True)
class Played:
    """What is left of an episode: the requests and replies of every turn, what was seen, and how it ended."""

    requests: list[Request]
    replies: list[Reply]
    results: list[Plain]
    turns: list[Plain]
    submission: Plain | None
    refused: list[str]
    bench: Bench

    @property
    def calls(self) -> list[Call]:
        return [call for reply in self.replies for call in reply.calls]

    @property
    def paths(self) -> list[str]:
        """What was done, as `tool:target`, the closing act left out."""
        return [
            f"{call.name}:{next(iter(call.arguments.values()), '')}" for call in self.calls if call.name != "submit"
        ]


def play(
    world: World, scenario: Scenario, *, skills: str = "", seed: int = 0, practice: bool = False,
    limits: agent.Left | None = None, model: Callable[[Request], Reply] = answer,
) -> Played:  # fmt: skip
    """An episode from its first turn to its last."""
    most = limits or agent.Left(world.limits.turns, world.limits.minutes, world.limits.money)
    state = agent.begin(
        scenario.brief, most, rules=world.rules(), skills=skills, tools=world.tools(), seed=seed, practice=practice
    )
    played = Played([], [], [], [], None, [], world.open(scenario.key))
    changes = scenario.brief["offers"].get("changes", {})
    for turn in range(most.turns):
        request = agent.decide(state)
        reply = model(request)
        played.requests.append(request)
        played.replies.append(reply)
        state = agent.hear(state, reply)
        for call in reply.calls:
            result = played.bench.act(Act(call.name, call.arguments))
            if result.done:
                return Played(**{**vars(played), "submission": call.arguments})
            played.results.append(result.data)
            played.refused.extend([result.data["error"]] if "error" in result.data else [])
            findings = result.data.get("findings", [])
            played.turns.append({"changes": call.name in changes, "findings": findings})
            left = agent.Left(
                most.turns - turn - 1, most.minutes - played.bench.minutes, most.money - played.bench.money
            )
            state = agent.observe(state, call.id, result.data, left)
            if left.minutes <= 0 or left.money <= 0:
                return played
    return played


def judged(world: World, scenario: Scenario, played: Played) -> Judgement:
    return world.judge(scenario.key, played.bench.final())


def learned(world: World, scenario: Scenario, played: Played) -> list[Lesson]:
    """What the reflector takes from an episode."""
    return reflector.reflect(scenario.brief, played.turns, scenario.key, world.remedies(scenario.key))


def after(book: Skillbook, lessons: list[Lesson]) -> Skillbook:
    """The book that all lessons so far lead to; as it is if they say nothing new."""
    operations: list[dict[str, Any]] = curate(book, lessons)
    return book.after(operations) if operations else book
