"""Claude and everyone else keep the promises of the Model port, over the providers' own wire formats."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from actors.llm.claude.model import Claude
from actors.llm.options import Options
from actors.llm.others.model import ThroughLitellm
from actors.llm.port import Model, Reply, Request
from actors.roles.agent import Left
from tests.contracts.model import LIMITS, ModelContract
from tests.loopback import CANARY, Thread, provider


class OverHttp(ModelContract):
    """The contract over a loopback provider; the synchronous questions run in a thread of their own."""

    made: Model
    thread: Thread

    def model(self) -> Model:
        return self.made

    def answer(self, request: Request) -> Reply:
        return self.thread.run(self.made.reply(request))

    @pytest.mark.slow
    @pytest.mark.parametrize("limits", LIMITS, ids=str)
    def test_it_hands_in_a_valid_submission_before_turns_minutes_or_euros_are_used_up(self, limits: Left) -> None:
        super().test_it_hands_in_a_valid_submission_before_turns_minutes_or_euros_are_used_up(limits)


@pytest.fixture(scope="class")
def address() -> Iterator[str]:
    before = os.environ.get("ANTHROPIC_API_KEY")
    os.environ["ANTHROPIC_API_KEY"] = CANARY
    with provider() as (_, url):
        yield url
    if before is None:
        del os.environ["ANTHROPIC_API_KEY"]
    else:
        os.environ["ANTHROPIC_API_KEY"] = before


@pytest.fixture(scope="class")
def thread() -> Iterator[Thread]:
    found = Thread()
    yield found
    found.stop()


class TestClaudeAsModel(OverHttp):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _made(cls, address: str, thread: Thread) -> Iterator[None]:
        cls.thread, cls.made = thread, Claude("claude-test", Options(base_url=address))
        yield
        thread.run(cls.made.close())  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("litellm") is None, reason="litellm is an optional extra")
class TestLitellmAsModel(OverHttp):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _made(cls, address: str, thread: Thread) -> Iterator[None]:
        cls.thread, cls.made = thread, ThroughLitellm("openai/apprentice", Options(base_url=f"{address}/v1"))
        yield
        thread.run(cls.made.close())  # type: ignore[attr-defined]
