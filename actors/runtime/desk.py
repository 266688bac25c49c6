"""The worker's side of the frames: takes requests in, lets the shell work on all of them at once, sends answers out.

A frame of requests is acknowledged by a frame of answers: those that were ready within a moment. Whatever takes longer
(a model thinking, a print running) is collected later, so a slow request holds back neither its neighbours in the
frame nor the frames after it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from functools import partial

from actors.runtime.frames import Answer, Limits, Outbox, answers_frame, read_asks
from actors.runtime.port import Plain, Shell
from actors.runtime.shells import described, dismiss, summon
from events.codec import pack, unpack

_PARKED, _ABSENT = 20.0, 120.0
"""Seconds that a call waits for late answers until it comes back empty; and after which a silent asker is forgotten."""


def opened(asked: bytes) -> tuple[Office | None, bytes]:
    """Make a shell and its office; also returns the packed place where it lives, or the fault that prevented it.

    Args:
        asked: packed `{"shell", "config", "limits"}`.
    """
    wanted: Plain = unpack(asked)
    try:
        shell = summon(wanted["shell"], wanted["config"])
    except Exception as error:  # noqa: BLE001 - whatever a constructor raises is told to its owner
        return None, pack({"fault": described(error)})
    return Office(shell, Limits(**wanted["limits"])), pack({"pid": os.getpid(), "host": socket.gethostname()})


class Office:
    """One shell, and a desk for each of those who ask it: the conductor, and workers that have a link to it.

    Args:
        shell: who answers.
        limits: of each desk.
    """

    def __init__(self, shell: Shell, limits: Limits) -> None:
        self._shell, self._limits = shell, limits
        self._desks: dict[str, Desk] = {}

    def desk(self, client: str = "") -> Desk:
        """The desk of one asker; desks of askers that are long gone are cleared away."""
        if client not in self._desks:
            gone = [name for name, desk in self._desks.items() if desk.deserted]
            for name in gone:
                del self._desks[name]
            self._desks[client] = Desk(self._shell, self._limits)
        return self._desks[client]

    async def close(self) -> bytes:
        """Let the shell finish; returns nothing, or the packed type and text of what went wrong."""
        try:
            await dismiss(self._shell)
        except Exception as error:  # noqa: BLE001 - whatever a shell raises is told to its owner
            return pack(described(error))
        return b""


class Desk:
    """One shell at work.

    Args:
        shell: who answers.
        limits: how answers are cut into frames, and how many requests are worked on at a time.
    """

    def __init__(self, shell: Shell, limits: Limits) -> None:
        self._shell, self._limits = shell, limits
        self._tasks: dict[int, asyncio.Task[Answer]] = {}
        self._dropped: set[int] = set()
        self._late: Outbox[Answer] = Outbox(limits)
        self._some_late = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._heard = time.monotonic()

    @property
    def deserted(self) -> bool:
        """Whether nothing is being worked on here and nobody has come for long."""
        return not self._tasks and time.monotonic() - self._heard > _ABSENT

    async def deliver(self, frame: bytes) -> bytes:
        """Take a frame of requests; returns a frame of those answers that are ready within a moment.

        Waits first while too many requests are in hand: so a sender who counts unacknowledged frames slows down.
        """
        self._heard = time.monotonic()
        asks, drops = read_asks(frame)
        for number in drops:
            self._drop(number)
        if not asks:
            return answers_frame([])
        await self._room.wait()
        basket = _Basket(len(asks), self._limits.size)
        for number, body in asks:
            task = self._tasks[number] = asyncio.create_task(self._answer(number, body))
            task.add_done_callback(partial(self._done, number, basket))
        if len(self._tasks) >= self._limits.in_hand:
            self._room.clear()
        return answers_frame(await basket.filled(self._limits.patience))

    async def collect(self) -> bytes:
        """The next frame of late answers; waits until there is one, or for so long that the call comes back empty."""
        self._heard = time.monotonic()
        while not self._late:
            self._some_late.clear()
            try:
                await asyncio.wait_for(self._some_late.wait(), _PARKED)
            except TimeoutError:
                return answers_frame([])
            if self._tasks and not self._late.full:
                await asyncio.sleep(self._limits.pause(len(self._tasks)))
        return answers_frame(self._late.cut())

    def _drop(self, number: int) -> None:
        task = self._tasks.get(number)
        if task is not None:
            self._dropped.add(number)
            task.cancel()

    def _done(self, number: int, basket: _Basket, task: asyncio.Task[Answer]) -> None:
        """Put an answer into the basket of its frame or, when that has gone, to the late ones."""
        del self._tasks[number]
        if len(self._tasks) < self._limits.in_hand:
            self._room.set()
        if number in self._dropped or task.cancelled():
            self._dropped.discard(number)
            basket.skip()
        elif not basket.put(task.result()):
            self._late.put(task.result())
            self._some_late.set()

    async def _answer(self, number: int, body: bytes) -> Answer:
        try:
            request: Plain = unpack(body)
            return number, True, pack(await self._shell.answer(request))
        except asyncio.CancelledError as error:  # of the shell's own making, or dropped: then nobody reads this
            return number, False, pack(described(error))
        except Exception as error:  # noqa: BLE001 - whatever a shell raises is an answer to its asker
            return number, False, pack(described(error))


class _Basket:
    """The answers of one frame of requests, until it goes back; closed, it takes nothing more."""

    def __init__(self, expected: int, size: int) -> None:
        self._missing, self._size_left = expected, size
        self._answers: list[Answer] = []
        self._gone = False
        self._enough = asyncio.Event()
        if not expected:
            self._enough.set()

    def put(self, answer: Answer) -> bool:
        """Add an answer; False if the basket has gone."""
        if self._gone:
            return False
        self._answers.append(answer)
        self._size_left -= len(answer[2])
        self.skip()
        return True

    def skip(self) -> None:
        """One answer fewer to wait for."""
        self._missing -= 1
        if self._missing <= 0 or self._size_left <= 0:
            self._gone = True
            self._enough.set()

    async def filled(self, patience: float) -> list[Answer]:
        """Close the basket when all answers are in, when it is heavy enough, or after so many seconds."""
        timer = asyncio.get_running_loop().call_later(patience, self._enough.set)
        try:
            await self._enough.wait()
        finally:
            timer.cancel()
            self._gone = True
        return self._answers
