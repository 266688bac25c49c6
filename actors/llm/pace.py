"""The pace at which a process may call a provider: how many at a time, how many a minute, and when to hold still.

All roles of a process share one gate for each provider. The number in flight adapts: a refusal for load (429, 529)
takes a third of it away, every success gives a little back. A provider's `retry-after` holds everybody, not only the
one who was refused.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from actors.llm.options import Options

CUT = 2 / 3
CALM = 1.0
"""Seconds in which several refusals count as one: they answer requests that were under way together."""


class Gate:
    """One provider as one process may call it.

    Args:
        most: requests at a time.
        requests, tokens: a minute, 0 for no limit.
    """

    def __init__(self, most: int, requests: float = 0.0, tokens: float = 0.0) -> None:
        self.most = self.limit = float(max(most, 1))
        self.in_flight = 0
        self._requests, self._tokens = requests / 60, tokens / 60
        self._queue: deque[asyncio.Future[None]] = deque()
        self._held_until = self._next = self._cut_at = 0.0

    @asynccontextmanager
    async def slot(self, tokens: int = 0) -> AsyncIterator[None]:
        """A place among those in flight, once it is this caller's turn.

        Args:
            tokens: that the request is reckoned to take.
        """
        await self._enter()
        try:
            await self._wait_for_turn(tokens)
            yield
        finally:
            self.in_flight -= 1
            self._let_in()

    def went_well(self) -> None:
        """A request was answered: a little more may be in flight."""
        self.limit = min(self.most, self.limit + 1.0 / self.limit)

    def refused(self, seconds: float = 0.0) -> None:
        """A request was refused for load: less at a time, and nothing at all for so many seconds."""
        now = asyncio.get_running_loop().time()
        if now - self._cut_at >= CALM:
            self.limit, self._cut_at = max(1.0, self.limit * CUT), now
        self._held_until = max(self._held_until, now + seconds)

    async def _enter(self) -> None:
        if self.in_flight < self.limit and not self._queue:
            self.in_flight += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.in_flight -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._queue and self.in_flight < self.limit:
            place = self._queue.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)

    async def _wait_for_turn(self, tokens: int) -> None:
        """Wait until nobody must hold still and the minute's share allows another request of this size."""
        loop = asyncio.get_running_loop()
        while self._held_until > loop.time():  # noqa: ASYNC110 - a time, not an event, and it may move meanwhile
            await asyncio.sleep(self._held_until - loop.time())
        spacing = max(1 / self._requests if self._requests else 0.0, tokens / self._tokens if self._tokens else 0.0)
        if spacing:
            begin = max(self._next, loop.time())
            self._next = begin + spacing
            await asyncio.sleep(begin - loop.time())


_GATES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Gate]] = WeakKeyDictionary()


def gate(provider: str, options: Options) -> Gate:
    """This process's gate to a provider: the same for everybody who asks; the first says how wide it is."""
    known = _GATES.setdefault(asyncio.get_running_loop(), {})
    if provider not in known:
        share = options.share
        known[provider] = Gate(
            round(options.in_flight * share), options.requests_per_minute * share, options.tokens_per_minute * share
        )
    return known[provider]
