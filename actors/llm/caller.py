"""The one place that asks a provider again: deadlines, limits, waits between attempts, and what is not worth trying.

SDKs below it retry nothing of their own, so that every attempt is counted once and every wait is bounded.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

from actors.llm.cleaning import cleaned
from actors.llm.keys import redacted
from actors.llm.options import Options
from actors.llm.pace import Gate, gate
from actors.llm.port import ModelFailed, Reply, Request

FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled for each further one, less up to a quarter by chance."""
CHARACTERS_A_TOKEN = 3
"""On the careful side for English and JSON: what a request is reckoned to take before the provider has counted it."""

Once = Callable[[Request], Awaitable[Reply]]


class Caller:
    """Asks until there is an answer, or no hope of one.

    Args:
        provider: whose limits are shared: one gate for each in a process.
        once: one attempt; it raises `ModelFailed` for everything that can go wrong.
        options: limits.
    """

    def __init__(self, provider: str, once: Once, options: Options) -> None:
        self._provider, self._once, self._options = provider, once, options
        self._chance = random.Random()

    async def reply(self, request: Request) -> Reply:
        """The answer, cleaned of what no log can hold.

        Raises:
            ModelFailed: after the last attempt, or at once where another one cannot help.
        """
        loop, limits = asyncio.get_running_loop(), self._options
        way, begun = gate(self._provider, limits), loop.time()
        for attempt in range(1, limits.tries + 1):
            try:
                reply = await self._attempt(way, request)
            except ModelFailed as failed:
                wait = self._wait(way, failed, attempt)
                if not failed.passing or attempt == limits.tries:
                    raise self._told(failed, attempt) from None
                await asyncio.sleep(wait)
            else:
                way.went_well()
                return replace(cleaned(reply), seconds=loop.time() - begun, attempts=attempt)
        raise AssertionError("unreachable: the last attempt raises")

    async def _attempt(self, way: Gate, request: Request) -> Reply:
        async with way.slot(size_of(request) if self._options.tokens_per_minute else 0):
            try:
                async with asyncio.timeout(self._options.deadline):
                    return await self._once(request)
            except TimeoutError:
                said = f"no answer within {self._options.deadline:g} s"
                raise ModelFailed(said, "timeout") from None

    def _wait(self, way: Gate, failed: ModelFailed, attempt: int) -> float:
        """Seconds until the next attempt; a provider that is loaded holds all of this process back."""
        own = FIRST_WAIT * 2.0 ** (attempt - 1) * (1 - self._chance.random() / 4)
        asked = min(failed.retry_after or 0.0, self._options.longest_wait)
        if failed.kind in ("rate_limited", "overloaded"):
            way.refused(asked)
        return min(max(own, asked), self._options.longest_wait)

    def _told(self, failed: ModelFailed, attempts: int) -> ModelFailed:
        tries = f" ({attempts} attempts)" if attempts > 1 else ""
        text = redacted(f"{self._provider}: {failed}{tries}")
        return type(failed)(text, failed.kind, retry_after=failed.retry_after, status=failed.status)


def size_of(request: Request) -> int:
    """Tokens that a request is reckoned to take, its answer not counted."""
    said = sum(len(block) for block in request.system) + len(request.skills)
    said += sum(len(m.text) + sum(len(str(c.arguments)) for c in m.calls) for m in request.messages)
    said += sum(len(tool.description) + len(str(tool.parameters)) for tool in request.tools)
    return said // CHARACTERS_A_TOKEN + 8 * len(request.messages)
