"""Bad days of providers: what passes is tried again within limits, what does not is told at once, with a cause."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from actors.llm.claude.model import Claude
from actors.llm.cleaning import BROKEN, LONGEST_TEXT
from actors.llm.options import Options
from actors.llm.others.model import ThroughLitellm
from actors.llm.port import Message, ModelFailed, ModelUnusable, Reply, Request, Tool
from tests.loopback import CANARY, provider

ASKED = Request(
    ("Repair it.",),
    "",
    (Message("user", "It squeaks."),),
    (Tool("inspect", "Look.", {"type": "object", "properties": {"component": {"type": "string"}}}),),
    max_tokens=200,
)
QUICK = {"tries": 3, "deadline": 1.0, "longest_wait": 0.3}
LITELLM = pytest.param("litellm", marks=pytest.mark.skipif(find_spec("litellm") is None, reason="an optional extra"))


class Says:
    """A model that always says the same."""

    name = "says"

    async def reply(self, request: Request) -> Reply:
        """The same."""
        del request
        return Reply("I see.", (), "end")


@pytest.fixture(params=["anthropic", LITELLM])
def adapter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    if request.param == "litellm":
        import litellm  # noqa: F401, PLC0415 - seconds that belong to no request's deadline
    return str(request.param)


async def asked(adapter: str, faults: str, **more: Any) -> tuple[Reply | ModelFailed, int]:
    """The reply or failure of one request, and how many attempts the provider saw."""
    with provider(Says(), faults) as (loopback, url):
        options = {**QUICK, **more}
        model: Any = (
            Claude("claude-test", Options(base_url=url, **options))
            if adapter == "anthropic"
            else ThroughLitellm("openai/test", Options(base_url=f"{url}/v1", **options))
        )
        try:
            return await model.reply(ASKED), len(loopback.requests)
        except ModelFailed as failed:
            return failed, len(loopback.requests)
        finally:
            await model.close()


@pytest.mark.parametrize("fault", ["429", "429:0.2", "500", "503", "529", "reset", "cut", "html", "garbled"])
async def test_what_passes_is_asked_again_and_answered(adapter: str, fault: str) -> None:
    reply, attempts = await asked(adapter, fault)
    assert isinstance(reply, Reply), reply
    assert (reply.text, reply.attempts, attempts) == ("I see.", 2, 2)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("429", "rate_limited"), ("529", "overloaded"), ("500", "server"), ("reset", "connection"), ("hang", "timeout")],
)
async def test_what_does_not_pass_is_given_up_after_the_last_attempt_and_named(
    adapter: str, fault: str, kind: str
) -> None:
    failed, attempts = await asked(adapter, ",".join([fault] * 5), tries=2)
    assert isinstance(failed, ModelFailed)
    assert (failed.kind, attempts) == (kind, 2)
    assert "2 attempts" in str(failed)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("400", "rejected"), ("401", "key"), ("402", "credit"), ("credit", "credit"), ("404", "unknown_model")],
)
async def test_what_cannot_pass_is_asked_once(adapter: str, fault: str, kind: str) -> None:
    failed, attempts = await asked(adapter, fault)
    assert isinstance(failed, ModelFailed)
    assert (failed.kind, attempts) == (kind, 1)
    assert isinstance(failed, ModelUnusable) == (fault != "400")
    assert CANARY not in str(failed)


async def test_a_slow_answer_is_a_time_out(adapter: str) -> None:
    """The deadline is of the whole answer: bytes that drip in do not prolong it."""
    failed, _ = await asked(adapter, "slow,slow", tries=2)
    assert isinstance(failed, ModelFailed)
    assert failed.kind == "timeout"


async def test_what_a_provider_asks_to_wait_is_obeyed_with_a_cap(adapter: str) -> None:
    patient, _ = await asked(adapter, "429:1", longest_wait=5.0)
    assert isinstance(patient, Reply)
    assert patient.seconds >= 1.0
    capped, _ = await asked(adapter, "429:3600", longest_wait=0.2)
    assert isinstance(capped, Reply)
    assert capped.seconds < 30


@pytest.mark.parametrize(
    ("fault", "stop", "calls"),
    [
        ("empty", "end", []),
        ("refuse", "refused", []),
        ("truncated", "length", []),
        ("unknown_tool", "tool", [("launch_rocket", {"target": "moon"})]),
        ("missing_arguments", "tool", [("inspect", {})]),
        ("wrong_arguments", "tool", [("inspect", {"component": 7, "colour": "red"})]),
        ("text_arguments", "tool", [("inspect", {BROKEN: '{"component": '})]),
    ],
)
async def test_answers_of_no_use_are_replies_that_the_log_can_hold(
    adapter: str, fault: str, stop: str, calls: list[Any]
) -> None:
    reply, attempts = await asked(adapter, fault)
    assert isinstance(reply, Reply), reply
    assert (reply.stop, attempts) == (stop, 1)
    assert [(call.name, call.arguments) for call in reply.calls] == calls


async def test_a_text_without_end_or_with_half_a_character_becomes_one_that_can_be_kept(adapter: str) -> None:
    huge, _ = await asked(adapter, "huge", deadline=30.0)
    assert isinstance(huge, Reply)
    assert LONGEST_TEXT <= len(huge.text) < LONGEST_TEXT + 100
    half, _ = await asked(adapter, "surrogates")
    assert isinstance(half, Reply)
    assert "\ufffd" in half.text
    assert half.text.encode("utf-8")


@pytest.mark.parametrize("fault", ["invalid_utf8", "unfinished"])
async def test_bytes_that_are_no_text_and_answers_without_an_end_are_asked_again(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Litellm hides both: it mends the one, and gives the other an end."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    reply, attempts = await asked("anthropic", fault)
    assert isinstance(reply, Reply), reply
    assert (reply.text, attempts) == ("I see.", 2)
