"""Seats whose workers live elsewhere and are reached by frames; a dead worker is replaced at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from actors.runtime.frames import Limits, asks_frame
from actors.runtime.lane import Lane, Wire, WireBroken
from actors.runtime.pools import Seat
from actors.runtime.port import AskFailed, Drained, Plain, RuntimeFault, Staffing, WorkerLost
from events.codec import pack, unpack

SIGN = asks_frame([], [])
"""A frame without requests: whoever acknowledges it is alive."""
Hire = Callable[[Staffing], Awaitable[Wire]]
"""Starts a worker and its shell; raises `AskFailed` or `RuntimeUnavailable`."""


class Bureau(Seat):
    """A seat whose worker is reached through a lane.

    Args:
        staffing, index: see `Seat`.
        hire: how a worker for this seat is started.
        limits: of the frames to it.
    """

    def __init__(self, staffing: Staffing, index: int, hire: Hire, limits: Limits) -> None:
        super().__init__(staffing, index)
        self._hire, self._limits = hire, limits
        self._lane: Lane | None = None
        self._hiring: asyncio.Task[Lane] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._sitting: asyncio.Task[None] | None = None
        self._queued = 0
        self._closed = False

    @property
    def up(self) -> bool:
        """True if a living worker sits here."""
        return self._lane is not None

    @property
    def busy(self) -> int:
        """Requests that wait here or are in hand."""
        return self._queued + (self._lane.busy if self._lane else 0)

    async def fill(self) -> None:
        """Hire the worker."""
        await self._manned()

    async def answer(self, request: Plain) -> Plain:
        """Pass one request on. Raises as `Runtime.ask`."""
        body = pack(request)
        lane = await self._manned()
        try:
            good, answer = await lane.ask(body)
        except WireBroken as error:
            raise WorkerLost(self.staffing.pool, self.index, str(error)) from None
        if not good:
            raise AskFailed(self.staffing.pool, *unpack(answer))
        plain: Plain = unpack(answer)
        return plain

    def abandon(self) -> None:
        """Let every asker hear that the runtime is shutting down."""
        self._closed = True
        if self._lane is not None:
            self._lane.end(Drained(self.staffing.pool))
        if self._hiring is not None:
            self._hiring.cancel()

    async def close(self) -> None:
        """Let the shell finish and the worker go."""
        self._closed = True
        if self._hiring is not None:
            self._hiring.cancel()
        for task in (self._watching, self._sitting):
            if task is not None:
                task.cancel()
        lane, self._lane = self._lane, None
        if lane is None:
            return
        lane.end(Drained(self.staffing.pool))
        try:
            fault = await lane.wire.close()
        except WireBroken:
            fault = b""  # dead already: it has nothing in hand, and what it held in memory counts for nothing
        finally:
            lane.wire.free()
        if fault:
            raise AskFailed(self.staffing.pool, *unpack(fault))

    def kill(self) -> None:
        """Kill the worker without warning; for fault tests."""
        if self._lane is not None:
            self._lane.wire.kill()

    async def _manned(self) -> Lane:
        """The lane to a living worker; whoever comes while one is being hired waits for it."""
        if self._lane is not None:
            return self._lane
        self._queued += 1
        try:
            return await asyncio.shield(self._hired())
        except asyncio.CancelledError:
            asker = asyncio.current_task()
            if self._closed and asker is not None and not asker.cancelling():
                raise Drained(self.staffing.pool) from None
            raise
        finally:
            self._queued -= 1

    def _hired(self) -> asyncio.Task[Lane]:
        if self._hiring is None:
            self._hiring = asyncio.create_task(self._started())
            self._hiring.add_done_callback(_heard)
        return self._hiring

    async def _started(self) -> Lane:
        try:
            wire = await self._hire(self.staffing)
            self._lane = Lane(wire, self._limits, self._bereaved)
            self._watching = asyncio.create_task(self._watch(self._lane))
            if self.staffing.reached:
                self._sitting = asyncio.create_task(self._sit(self._lane))
            return self._lane
        finally:
            self._hiring = None

    async def _sit(self, lane: Lane) -> None:
        """Notice at once when a worker dies that others reach without us: nobody else would replace it."""
        while self._lane is lane:
            try:
                await lane.wire.rest()
            except WireBroken as error:
                lane.broken(error)
                return

    async def _watch(self, lane: Lane) -> None:
        """Kill a worker that has work in hand and gives no sign of life: what it does would block its neighbours."""
        while self._lane is lane:
            await asyncio.sleep(self._limits.pulse)
            if lane.busy:
                try:
                    await asyncio.wait_for(lane.wire.deliver(SIGN), self._limits.hang)
                except TimeoutError:
                    lane.wire.kill()
                    return
                except WireBroken:
                    return

    def _bereaved(self, why: str) -> None:
        """The worker is dead: see that it is really gone, and hire another at once."""
        del why
        lane, self._lane = self._lane, None
        if lane is not None:
            lane.wire.free()
        if not self._closed:
            self._hired()


def _heard(task: asyncio.Task[Lane]) -> None:
    """A failure to hire is told to whoever asks next; here it is only noted as seen."""
    if not task.cancelled():
        error = task.exception()
        if error is not None and not isinstance(error, RuntimeFault):
            raise error
