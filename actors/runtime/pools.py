"""Pools of seats, whatever sits in them: who gets a request, what happens when a worker dies, how all of it ends."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import blake2b
from typing import ClassVar

from actors.runtime.port import DELIVERIES, JOURNAL, AskFailed, Drained, NoSuchPool, Plain, Staffing, WorkerLost


class Seat(ABC):
    """A place in a pool. Who sits there changes when a worker dies; the place stays."""

    def __init__(self, staffing: Staffing, index: int) -> None:
        self.staffing, self.index = staffing, index

    @property
    @abstractmethod
    def up(self) -> bool:
        """Whether a worker sits here and is alive."""

    @property
    @abstractmethod
    def busy(self) -> int:
        """Requests in hand."""

    @abstractmethod
    async def fill(self) -> None:
        """Put a worker here, if there is none. Raises as `Runtime.spawn`."""

    @abstractmethod
    async def answer(self, request: Plain) -> Plain:
        """Let the worker here answer, after filling the seat if need be. Raises as `Runtime.ask`."""

    @abstractmethod
    def abandon(self) -> None:
        """Give up all requests in hand; their askers hear `Drained`."""

    @abstractmethod
    async def close(self) -> None:
        """Let the shell finish and free the seat. Raises `AskFailed` if the shell could not."""

    @abstractmethod
    def kill(self) -> None:
        """Let the worker here die without warning; for fault tests."""


def home(key: str, size: int) -> int:
    """The seat of a key: a stable hash, the same in every process and on every day."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()) % size


def choose(seats: Sequence[Seat], key: str, *, elsewhere: bool) -> Seat:
    """The seat for a request.

    Args:
        seats: the pool.
        key: see `Runtime.ask`.
        elsewhere: True if a keyed request may go to another seat while its own is empty (stateless pools).
    """
    if key:
        seat = seats[home(key, len(seats))]
        if seat.up or not elsewhere:
            return seat
    return min(seats, key=lambda seat: (not seat.up, seat.busy))


class SeatLink:
    """The way to a pool of the same process, open until its seats are closed. Config: `token` of the pool."""

    within: ClassVar[dict[str, list[Seat]]] = {}

    def __init__(self, address: Plain) -> None:
        self._seats = self.within[address["token"]]

    async def ask(self, request: Plain) -> Plain:
        """See `Link.ask`."""
        return await _delivered(self._seats, request, "")

    async def close(self) -> None:
        """See `Link.close`."""


class PooledRuntime(ABC):
    """What every runtime of ours does the same way; an adapter only says what a seat is."""

    def __init__(self) -> None:
        self._pools: dict[str, list[Seat]] = {}
        self._asks = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._closed = False

    @abstractmethod
    def _seat(self, staffing: Staffing, index: int) -> Seat:
        """An empty seat."""

    async def _released(self) -> None:  # noqa: B027 - an adapter that holds nothing has nothing to give back
        """Give back what the adapter itself holds; called once, after all seats are closed."""

    async def spawn(self, staffing: Staffing) -> None:
        """See `Runtime.spawn`."""
        if self._closed:
            raise Drained(staffing.pool)
        if staffing.pool in self._pools:
            raise ValueError(f"pool '{staffing.pool}' is already hired")
        if staffing.size < 1:
            raise ValueError(f"pool '{staffing.pool}': size must be 1 or more, not {staffing.size}")
        seats = [self._seat(staffing, index) for index in range(staffing.size)]
        self._pools[staffing.pool] = seats
        filled = await asyncio.gather(*(seat.fill() for seat in seats), return_exceptions=True)
        faults = [fault for fault in filled if isinstance(fault, BaseException)]
        if faults:
            del self._pools[staffing.pool]
            await asyncio.gather(*(seat.close() for seat in seats), return_exceptions=True)
            raise faults[0]

    async def ask(self, pool: str, request: Plain, *, key: str = "") -> Plain:
        """See `Runtime.ask`."""
        if self._closed:
            raise Drained(pool)
        seats = self._seats(pool)
        self._asks += 1
        self._quiet.clear()
        try:
            return await _delivered(seats, request, key)
        finally:
            self._asks -= 1
            if not self._asks:
                self._quiet.set()

    def reach(self, pool: str) -> Plain:
        """See `Runtime.reach`; here of the same process."""
        token = f"{id(self)}/{pool}"
        SeatLink.within[token] = self._seats(pool)
        return {"link": f"{__name__}:{SeatLink.__name__}", "token": token}

    def kill(self, pool: str, index: int) -> None:
        """Let a worker die without warning: its memory is gone, its requests are not answered. For fault tests."""
        self._seats(pool)[index].kill()

    async def drain(self, *, grace: float | None = None) -> None:
        """See `Runtime.drain`."""
        self._closed = True
        try:
            await asyncio.wait_for(self._quiet.wait(), grace)
        except TimeoutError:
            for seats in self._pools.values():
                for seat in seats:
                    seat.abandon()
            await self._quiet.wait()
        everybody, self._pools = self._pools, {}
        journal = everybody.pop(JOURNAL, [])
        try:
            faults = await _closed([seat for seats in everybody.values() for seat in seats]) + await _closed(journal)
        finally:
            for pool in (*everybody, JOURNAL):
                SeatLink.within.pop(f"{id(self)}/{pool}", None)
            await self._released()
        if faults:
            raise faults[0]

    def _seats(self, pool: str) -> list[Seat]:
        seats = self._pools.get(pool)
        if seats is None:
            raise NoSuchPool(pool, list(self._pools))
        return seats


async def _delivered(seats: list[Seat], request: Plain, key: str) -> Plain:
    """The answer; a stateless request is delivered again when its worker dies."""
    staffing = seats[0].staffing
    for _ in range(DELIVERIES - 1 if staffing.stateless else 0):
        try:
            return await choose(seats, key, elsewhere=True).answer(request)
        except WorkerLost:
            continue
    return await choose(seats, key, elsewhere=staffing.stateless).answer(request)


async def _closed(seats: list[Seat]) -> list[AskFailed]:
    """Close the shells; what could not be closed properly is returned, so that the others close all the same."""
    ends = await asyncio.gather(*(seat.close() for seat in seats), return_exceptions=True)
    return [end for end in ends if isinstance(end, AskFailed)]
