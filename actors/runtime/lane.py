"""The asker's side of the frames: requests for one worker go out together, answers find their askers.

At most so many frames are under way unacknowledged; what comes meanwhile waits and makes the next frames fuller. All
waiting is on events: nothing polls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Protocol

from actors.runtime.frames import Ask, Limits, Outbox, asks_frame, read_answers

Outcome = tuple[bool, bytes]
"""Whether the shell answered or raised, and the packed answer, or the error's type and text."""


class WireBroken(Exception):  # noqa: N818 - errors read as facts
    """Raised when the worker at the other end is dead or out of reach; nobody knows what it still did."""


class Wire(Protocol):
    """The way to one worker. Every method raises `WireBroken` when the worker is dead or out of reach."""

    async def deliver(self, frame: bytes) -> bytes:
        """See `Desk.deliver`."""
        ...

    async def collect(self) -> bytes:
        """See `Desk.collect`."""
        ...

    async def rest(self) -> None:
        """Nothing, for some seconds: whoever waits for it hears at once when the worker dies."""
        ...

    async def close(self) -> bytes:
        """Let the shell finish; returns nothing, or the packed type and text of what went wrong."""
        ...

    def free(self) -> None:
        """Make sure that the worker is gone, dead or alive."""
        ...

    def kill(self) -> None:
        """Let the worker die without warning; for fault tests."""
        ...


class Lane:
    """The requests for one worker: waiting, under way, and in its hands.

    Args:
        wire: the way to the worker.
        limits: how frames are cut and how many may be unacknowledged.
        lost: called once, with the reason, when the wire breaks; every request in hand has failed by then.
    """

    def __init__(self, wire: Wire, limits: Limits, lost: Callable[[str], None]) -> None:
        self.wire = wire
        self._limits, self._lost = limits, lost
        self._numbers = count()
        self._hopes: dict[int, asyncio.Future[Outcome]] = {}
        self._outbox: Outbox[Ask] = Outbox(limits)
        self._drops: list[int] = []
        self._late: set[int] = set()
        self._unacked = 0
        self._timer: asyncio.Handle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._collecting = False
        self._over: Exception | None = None

    @property
    def busy(self) -> int:
        """Requests without an answer."""
        return len(self._hopes)

    async def ask(self, body: bytes) -> Outcome:
        """Send one packed request with the next frame, and wait for its answer.

        Raises:
            WireBroken: the worker died with this request in hand.
        """
        if self._over is not None:
            raise self._over
        number = next(self._numbers)
        hope = self._hopes[number] = asyncio.get_running_loop().create_future()
        self._outbox.put((number, body))
        self._schedule()
        try:
            outcome: Outcome = await hope
        except asyncio.CancelledError:
            self._forget(number)
            raise
        return outcome

    def end(self, reason: Exception) -> None:
        """Fail every request in hand, and take no more."""
        if self._over is None:
            self._over = reason
            for hope in self._hopes.values():
                if not hope.done():
                    hope.set_exception(reason)
            self._hopes.clear()
            self._late.clear()

    def _forget(self, number: int) -> None:
        """Nobody waits for this request any more: take it back, or tell the worker to stop working on it."""
        self._hopes.pop(number, None)
        self._late.discard(number)
        if self._over is None and not self._outbox.remove(number):
            self._drops.append(number)
            self._schedule()

    def _schedule(self) -> None:
        """Send at once if the worker is idle or a frame is full; else give others a moment to come along.

        While too many frames are unacknowledged nothing is done: the next acknowledgement asks again.
        """
        if self._unacked >= self._limits.unacked:
            return
        if self._outbox.full:
            self._send()
        elif self._timer is None and (self._outbox or self._drops):
            loop = asyncio.get_running_loop()
            pause = self._limits.pause(len(self._hopes))
            self._timer = loop.call_later(pause, self._due) if self._unacked else loop.call_soon(self._due)

    def _due(self) -> None:
        self._timer = None
        self._send()

    def _send(self) -> None:
        """Send frames until nothing waits or the worker owes too many acknowledgements."""
        while (self._outbox or self._drops) and self._unacked < self._limits.unacked and self._over is None:
            asks, drops = self._outbox.cut(), self._drops
            self._drops = []
            self._unacked += 1
            self._start(self._deliver(asks, drops))

    async def _deliver(self, asks: list[Ask], drops: list[int]) -> None:
        try:
            answers = await self.wire.deliver(asks_frame(asks, drops))
        except WireBroken as error:
            self.broken(error)
            return
        finally:
            self._unacked -= 1
        self._settle(answers)
        self._late.update(number for number, _ in asks if number in self._hopes)
        if self._late and not self._collecting:
            self._collecting = True
            self._start(self._collect())
        self._schedule()

    async def _collect(self) -> None:
        """Fetch late answers as long as any are owed."""
        try:
            while self._late:
                self._settle(await self.wire.collect())
        except WireBroken as error:
            self.broken(error)
        finally:
            self._collecting = False

    def _settle(self, frame: bytes) -> None:
        for number, good, body in read_answers(frame):
            self._late.discard(number)
            hope = self._hopes.pop(number, None)
            if hope is not None and not hope.done():
                hope.set_result((good, body))

    def broken(self, error: WireBroken) -> None:
        """The worker is dead: fail every request in hand, and say so once."""
        if self._over is None:
            self.end(error)
            self._lost(str(error))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
