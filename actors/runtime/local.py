"""The runtime in one process: shells are plain objects in one event loop, and Ray is never imported."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from actors.runtime import pools
from actors.runtime.port import (
    DELIVERIES,
    JOURNAL,
    AskFailed,
    Drained,
    NoSuchPool,
    Plain,
    Shell,
    Staffing,
    WorkerLost,
)
from actors.runtime.shells import described, dismiss, summon
from events.codec import pack, unpack


@dataclass(eq=False, slots=True)
class _Worker:
    """One shell and the requests that it has in hand."""

    shell: Shell
    tasks: set[asyncio.Task[Plain]] = field(default_factory=set)
    end: type[WorkerLost | Drained] | None = None

    def stop(self, end: type[WorkerLost | Drained]) -> None:
        """Drop everything in hand; the askers hear `end`."""
        self.end = end
        for task in self.tasks:
            task.cancel()


@dataclass(eq=False, slots=True)
class _Seat:
    """A place in a pool; empty after its worker died and until the next request."""

    staffing: Staffing
    index: int
    worker: _Worker | None = None

    @property
    def up(self) -> bool:
        return self.worker is not None

    @property
    def busy(self) -> int:
        return len(self.worker.tasks) if self.worker else 0

    def manned(self) -> _Worker:
        """The worker here, made fresh if there is none."""
        if self.worker is None:
            try:
                self.worker = _Worker(summon(self.staffing.shell, self.staffing.config))
            except Exception as error:
                raise AskFailed(self.staffing.pool, *described(error)) from error
        return self.worker

    async def answer(self, request: Plain) -> Plain:
        """Let the worker here answer, and say in the port's words what went wrong if it does."""
        worker = self.manned()
        task = asyncio.ensure_future(worker.shell.answer(request))
        worker.tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            asker = asyncio.current_task()
            if worker.end is None or (asker is not None and asker.cancelling()):
                raise
            if worker.end is Drained:
                raise Drained(self.staffing.pool) from None
            raise WorkerLost(self.staffing.pool, self.index) from None
        except Exception as error:
            raise AskFailed(self.staffing.pool, *described(error)) from error
        finally:
            worker.tasks.discard(task)


class LocalRuntime:
    """Every pool in this process and this event loop: for tests, debugging and small runs.

    Args:
        check: send every request and answer through msgpack, so that what would not cross a process boundary does
            not cross here either, and asker and shell never share a mutable value.
    """

    def __init__(self, *, check: bool = False) -> None:
        self._check = check
        self._pools: dict[str, list[_Seat]] = {}
        self._asks = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._closed = False

    async def spawn(self, staffing: Staffing) -> None:
        """See `Runtime.spawn`."""
        if self._closed:
            raise Drained(staffing.pool)
        pools.checked(staffing, list(self._pools))
        seats = [_Seat(staffing, index) for index in range(staffing.size)]
        for seat in seats:
            seat.manned()
        self._pools[staffing.pool] = seats

    async def ask(self, pool: str, request: Plain, *, key: str = "") -> Plain:
        """See `Runtime.ask`."""
        if self._closed:
            raise Drained(pool)
        seats = self._seats(pool)
        request = self._crossed(request)
        self._asks += 1
        self._quiet.clear()
        try:
            return await self._delivered(seats, request, key)
        finally:
            self._asks -= 1
            if not self._asks:
                self._quiet.set()

    def kill(self, pool: str, index: int) -> None:
        """Let a worker die as a killed process would: its memory is gone, its requests are not answered."""
        seat = self._seats(pool)[index]
        if seat.worker is not None:
            worker, seat.worker = seat.worker, None
            worker.stop(WorkerLost)

    async def drain(self, *, grace: float | None = None) -> None:
        """See `Runtime.drain`."""
        self._closed = True
        try:
            await asyncio.wait_for(self._quiet.wait(), grace)
        except TimeoutError:
            self._abandon()
            await self._quiet.wait()
        everybody, self._pools = self._pools, {}
        journal = everybody.pop(JOURNAL, [])
        faults = [fault for seats in everybody.values() for fault in await _closed(seats)] + await _closed(journal)
        if faults:
            raise faults[0]

    def _seats(self, pool: str) -> list[_Seat]:
        seats = self._pools.get(pool)
        if seats is None:
            raise NoSuchPool(pool, list(self._pools))
        return seats

    def _crossed(self, value: Plain) -> Plain:
        if not self._check:
            return value
        crossed: Plain = unpack(pack(value))
        return crossed

    async def _delivered(self, seats: list[_Seat], request: Plain, key: str) -> Plain:
        """The answer; a stateless request is delivered again when its worker dies."""
        staffing = seats[0].staffing
        for delivery in range(1, DELIVERIES + 1):
            seat = pools.choose(seats, key, elsewhere=staffing.stateless)
            try:
                answer = await seat.answer(request)
            except WorkerLost:
                if not staffing.stateless or delivery == DELIVERIES:
                    raise
                continue
            try:
                return self._crossed(answer)
            except (TypeError, ValueError, OverflowError) as error:
                raise AskFailed(staffing.pool, *described(error)) from error
        raise AssertionError("unreachable: the last delivery returns or raises")

    def _abandon(self) -> None:
        for seats in self._pools.values():
            for seat in seats:
                if seat.worker is not None:
                    seat.worker.stop(Drained)


async def _closed(seats: list[_Seat]) -> list[AskFailed]:
    """Close the shells of a pool; what could not be closed properly is returned, not raised."""
    faults = []
    for seat in seats:
        if seat.worker is not None:
            try:
                await dismiss(seat.worker.shell)
            except Exception as error:  # noqa: BLE001 - one bad shell must not keep the others from closing
                faults.append(AskFailed(seat.staffing.pool, *described(error)))
    return faults
