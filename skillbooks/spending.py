"""What models cost: calls, tokens and money of each role, as sums that do not depend on the order of their parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from events import facts

Plain = dict[str, Any]

NANO = 1_000_000_000


@dataclass(slots=True)
class Spending:
    """Sums over calls.

    Attributes:
        asked: calls that were announced because they cost something.
        calls: answers.
        tokens_in: all tokens of the requests; tokens_cached (reads) and tokens_cache_written are parts of it.
        tokens_out: of the answers.
        nanodollars: what they cost, where the price is known.
        unpriced: answers whose price nobody knows.
        refused: tool calls that did not fit their tool, and answers that mend a broken one.
        retried: attempts beyond the first.
    """

    asked: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_cache_written: int = 0
    nanodollars: int = 0
    unpriced: int = 0
    refused: int = 0
    retried: int = 0

    def take(self, fact: facts.ModelReplied) -> None:
        """Take an answer in."""
        self.calls += 1
        self.tokens_in += fact.tokens_in
        self.tokens_out += fact.tokens_out
        self.tokens_cached += fact.tokens_cached
        self.tokens_cache_written += fact.tokens_cache_written
        self.nanodollars += round(fact.cost_usd * NANO)
        self.unpriced += not fact.priced
        self.refused += sum("error" in call for call in fact.calls) + fact.repair
        self.retried += fact.attempts - 1

    @property
    def lost(self) -> int:
        """Calls that were announced and never answered: they may have been paid for in vain."""
        return max(self.asked - self.calls, 0) if self.asked else 0


def summed(parts: Iterable[Spending]) -> Spending:
    """All of them together."""
    whole = Spending()
    for part in parts:
        for name in Spending.__slots__:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
    return whole


def told(spending: Spending) -> Plain:
    """For reports; dollars are those whose price is known, `unpriced_calls` the others."""
    return {
        "usd": round(spending.nanodollars / NANO, 6),
        "tokens_in": spending.tokens_in,
        "tokens_out": spending.tokens_out,
        "tokens_cached": spending.tokens_cached,
        "tokens_cache_written": spending.tokens_cache_written,
        "calls": spending.calls,
        "unpriced_calls": spending.unpriced,
        "lost_calls": spending.lost,
        "retried": spending.retried,
        "repairs": spending.refused,
    }
