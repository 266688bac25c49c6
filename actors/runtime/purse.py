"""The purse: what a run may still spend on models, with the calls that are in flight counted as if at their dearest."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from actors.runtime.port import RuntimeFault


class BudgetReached(RuntimeFault):
    """Raised when another call could pass the budget; everything that was paid for is in the log."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is set aside for one call, at its dearest: US dollars, and tokens in and out."""

    usd: float
    tokens: int


class Purse:
    """One run's money. A call that might pass the budget waits for those in flight, which mostly take less than held.

    Args:
        usd, tokens: the budget; None for none.
        spent_usd, spent_tokens: what the run has spent before it was stopped.
    """

    def __init__(
        self, usd: float | None = None, tokens: int | None = None, *, spent_usd: float = 0.0, spent_tokens: int = 0
    ) -> None:
        self._usd, self._tokens = usd, tokens
        self.spent_usd, self.spent_tokens = spent_usd, spent_tokens
        self._held: list[Held] = []
        self._changed = asyncio.Event()

    async def hold(self, usd: float, tokens: int) -> Held:
        """Set money aside for a call.

        Raises:
            BudgetReached: nothing is in flight any more, and this call could pass the budget.
        """
        held = Held(usd, tokens)
        while not self._fits(held):
            if not self._held:
                raise BudgetReached(self._said())
            self._changed.clear()
            await self._changed.wait()
        self._held.append(held)
        return held

    def settle(self, held: Held, usd: float, tokens: int) -> None:
        """Take what the call did cost, and free the rest."""
        self._held.remove(held)
        self.spent_usd += usd
        self.spent_tokens += tokens
        self._changed.set()

    def _fits(self, more: Held) -> bool:
        usd = self.spent_usd + sum(held.usd for held in self._held) + more.usd
        tokens = self.spent_tokens + sum(held.tokens for held in self._held) + more.tokens
        return (self._usd is None or usd <= self._usd) and (self._tokens is None or tokens <= self._tokens)

    def _said(self) -> str:
        limits = [f"${self._usd:g}"] if self._usd is not None else []
        limits += [f"{self._tokens:,} tokens"] if self._tokens is not None else []
        spent = f"${self.spent_usd:.4f} and {self.spent_tokens:,} tokens are spent"
        return f"the budget of {' and '.join(limits)} leaves no room for another call: {spent}"
