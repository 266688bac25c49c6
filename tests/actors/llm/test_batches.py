"""Requests that come together travel as one batch at half the price; what fails in it fails alone."""

from __future__ import annotations

import asyncio

import pytest

from actors.llm.claude.batches import BatchedClaude
from actors.llm.options import Options
from actors.llm.port import ModelFailed, Reply
from tests.actors.llm.test_bad_days import ASKED, Says
from tests.loopback import CANARY, provider


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)


async def batched(faults: str, n: int, tries: int) -> tuple[list[Reply | BaseException], int]:
    """The answers to n requests at once, and how many requests the provider worked off."""
    with provider(Says(), faults) as (loopback, url):
        options = Options(base_url=url, tries=tries, longest_wait=0.1)
        model = BatchedClaude("claude-opus-5", options, linger=0.05, poll=0.05)
        found = await asyncio.gather(*(model.reply(ASKED) for _ in range(n)), return_exceptions=True)
        await model.close()
        return list(found), len(loopback.requests)


async def test_requests_travel_together_at_half_the_price() -> None:
    found, worked_off = await batched("", 20, 1)
    assert worked_off == 20
    for reply in found:
        assert isinstance(reply, Reply)
        assert reply.text == "I see."
        usage = reply.usage
        fresh = usage.tokens_in - usage.tokens_cached - usage.tokens_cache_written
        full = 5 * fresh + 0.5 * usage.tokens_cached + 6.25 * usage.tokens_cache_written + 25 * usage.tokens_out
        assert usage.cost_usd == pytest.approx(full / 2e6)


async def test_one_that_fails_in_a_batch_fails_alone_and_is_asked_again_where_that_may_help() -> None:
    found, worked_off = await batched("-,-,529", 3, 2)
    assert all(isinstance(reply, Reply) for reply in found)
    assert worked_off == 3
    found, _ = await batched("-,400", 2, 2)
    assert sum(isinstance(reply, ModelFailed) for reply in found) == 1


async def test_a_batch_that_is_refused_is_told_to_all_who_wait() -> None:
    found, _ = await batched("401", 3, 3)
    assert [getattr(reply, "kind", "") for reply in found] == ["key"] * 3
