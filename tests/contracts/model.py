"""What every model promises behind its port, whoever speaks: at every state of an episode a call that can be made.

A model's test inherits `ModelContract` and says how the model answers; one that is not a pure function of its request
says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import cache

import pytest

from actors.llm.port import Model, Reply, Request
from actors.roles.agent import Left
from actors.worlds.port import Scenario
from actors.worlds.printer.submission import read_submission
from actors.worlds.printer.world import WORLD
from tests.practice import Played, play

LIMITS = [Left(60, 300.0, 250.0), Left(3, 300.0, 250.0), Left(1, 300.0, 250.0), Left(60, 21.0, 250.0)]
LIMITS += [Left(60, 300.0, 1.0), Left(60, 40.0, 0.5), Left(12, 120.0, 20.0)]


@cache
def a_scenario(index: int) -> Scenario:
    return WORLD.generate(seed=23, index=index, difficulty="mixed", held_out=True)


class ModelContract(ABC):
    """Inherit, and name the model; `answer` lets it speak without a loop of its own."""

    @abstractmethod
    def model(self) -> Model:
        """The model that is checked."""

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """The model's reply."""

    def episode(self, index: int = 0, limits: Left = LIMITS[0], seed: int = 5) -> Played:
        return play(WORLD, a_scenario(index), seed=seed, limits=limits, model=self.answer)

    def test_it_has_a_name(self) -> None:
        assert self.model().name

    async def test_behind_the_port_it_says_what_it_says(self) -> None:
        request = self.episode().requests[-1]
        assert await self.model().reply(request) == self.answer(request)

    def test_the_same_request_has_the_same_reply_and_is_left_as_it_is(self) -> None:
        played = self.episode()
        for request, reply in zip(played.requests, played.replies, strict=True):
            before = repr(request)
            assert self.answer(request) == reply
            assert self.answer(replace(request)) == reply
            assert repr(request) == before

    def test_every_prefix_of_an_episode_is_answered_with_a_call_of_a_tool_that_is_there(self) -> None:
        played = self.episode(1)
        offered = {
            (tool, target)
            for tools in a_scenario(1).brief["offers"].values()
            for tool, targets in tools.items()
            for target in targets
        }
        for request in played.requests:
            reply = self.answer(request)
            assert reply.stop == "tool"
            assert reply.calls
            for call in reply.calls:
                known = call.name in {tool.name for tool in request.tools}
                target = next(iter(call.arguments.values()), "")
                assert known
                assert call.name == "submit" or (call.name, target) in offered
        ids = [call.id for call in played.calls]
        assert len(set(ids)) == len(ids)

    def test_a_tool_that_is_not_offered_is_not_called(self) -> None:
        first = self.episode().requests[0]
        looks = {"send_gcode", "read_telemetry", "inspect", "measure"}
        for request in self.episode().requests:
            few = replace(request, tools=tuple(tool for tool in first.tools if tool.name not in looks))
            assert not {call.name for call in self.answer(few).calls} & looks

    @pytest.mark.parametrize("limits", LIMITS, ids=str)
    def test_it_hands_in_a_valid_submission_before_turns_minutes_or_euros_are_used_up(self, limits: Left) -> None:
        for index in range(3):
            played = self.episode(index, limits)
            assert played.submission is not None
            assert played.refused == []
            read_submission(played.submission)
            assert len(played.replies) <= limits.turns
            assert played.bench.minutes < limits.minutes
            assert played.bench.money < limits.money
