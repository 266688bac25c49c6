"""Frames lose nothing, keep their limits, and a runtime that talks in frames keeps the port's promises without Ray."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime import desk
from actors.runtime.afar import Bureau
from actors.runtime.frames import (
    Answer,
    Ask,
    Limits,
    Outbox,
    answers_frame,
    asks_frame,
    read_answers,
    read_asks,
)
from actors.runtime.lane import WireBroken
from actors.runtime.pools import PooledRuntime, Seat
from actors.runtime.port import AskFailed, Staffing, WorkerLost
from events.codec import pack, unpack
from tests.contracts.runtime import BENCH, RuntimeContract

BODIES = st.lists(st.binary(max_size=200))


@given(BODIES, st.lists(st.integers(0, 2**40)))
def test_a_frame_of_requests_reads_back_as_it_was_packed(bodies: list[bytes], drops: list[int]) -> None:
    """Every byte of every request arrives under its number."""
    asks: list[Ask] = list(enumerate(bodies))
    assert read_asks(asks_frame(asks, drops)) == (asks, drops)


@given(st.lists(st.tuples(st.integers(0, 2**40), st.booleans(), st.binary(max_size=200))))
def test_a_frame_of_answers_reads_back_as_it_was_packed(answers: list[Answer]) -> None:
    """Every answer arrives under the number of its request."""
    assert read_answers(answers_frame(answers)) == answers


@given(BODIES, st.integers(1, 7), st.integers(1, 500))
def test_cutting_keeps_order_loses_nothing_and_stays_within_the_limits(
    bodies: list[bytes], count: int, size: int
) -> None:
    """A frame holds at most `count` messages, and more than `size` bytes only if it holds one."""
    outbox: Outbox[Ask] = Outbox(Limits(count=count, size=size))
    for ask in enumerate(bodies):
        outbox.put(ask)
    frames = []
    while outbox:
        frames.append(outbox.cut())
    assert [ask for frame in frames for ask in frame] == list(enumerate(bodies))
    for frame in frames:
        assert 0 < len(frame) <= count
        assert len(frame) == 1 or sum(len(body) for _, body in frame) <= size
    assert not outbox.full


@given(st.sets(st.integers(0, 20)))
def test_what_is_taken_back_does_not_travel(removed: set[int]) -> None:
    """A request that nobody waits for any more leaves no trace in the outbox."""
    outbox: Outbox[Ask] = Outbox(Limits())
    for number in range(10):
        outbox.put((number, b"x" * number))
    assert {number for number in removed if outbox.remove(number)} == removed & set(range(10))
    assert {number for number, _ in outbox.cut()} == set(range(10)) - removed
    assert not outbox


class Line:
    """A wire to a desk in this process, which can be cut, and which counts what travels."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.under_way = 0
        self.most_under_way = 0
        self._office: desk.Office | None = None
        self._cut: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def open(self, staffing: Staffing, limits: Limits) -> None:
        asked = {"shell": staffing.shell, "config": staffing.config, "limits": limits.plain()}
        self._office, said = desk.opened(pack(asked))
        if self._office is None:
            raise AskFailed(staffing.pool, *unpack(said)["fault"])

    async def deliver(self, frame: bytes) -> bytes:
        self.sizes.append(len(read_asks(frame)[0]))
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            return await self._carried(self._office.desk().deliver(frame))
        finally:
            self.under_way -= 1

    async def collect(self) -> bytes:
        return await self._carried(self._office.desk().collect())

    async def close(self) -> bytes:
        return await self._carried(self._office.close())

    def free(self) -> None:
        self.kill()

    def kill(self) -> None:
        if not self._cut.done():
            self._cut.set_result(None)

    async def _carried(self, work: Any) -> bytes:
        task = asyncio.ensure_future(work)
        await asyncio.wait([task, self._cut], return_when=asyncio.FIRST_COMPLETED)
        if self._cut.done():
            task.cancel()
            raise WireBroken("the line is cut")
        return await task


class FramedRuntime(PooledRuntime):
    """The runtime of lanes and desks as Ray has it, with lines of this process in Ray's place."""

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__()
        self.limits = limits or Limits()
        self.lines: list[Line] = []

    def _seat(self, staffing: Staffing, index: int) -> Seat:
        return Bureau(staffing, index, self._hired, self.limits)

    async def _hired(self, staffing: Staffing) -> Line:
        line = Line()
        line.open(staffing, self.limits)
        self.lines.append(line)
        return line


@pytest.fixture
async def runtime() -> AsyncIterator[FramedRuntime]:
    """A fresh runtime of frames."""
    framed = FramedRuntime()
    yield framed
    await framed.drain(grace=0)


@pytest.fixture
def hire(runtime: FramedRuntime) -> Any:
    """Spawns pools of benches on it."""

    async def hired(pool: str, *, size: int = 1, stateless: bool = False, exact: bool = False, **config: Any) -> str:
        del exact
        await runtime.spawn(Staffing(pool, BENCH, config, size=size, stateless=stateless))
        return pool

    return hired


class TestFramedRuntime(RuntimeContract):
    """The contract, through frames."""


async def test_requests_that_are_ready_together_travel_together(runtime: FramedRuntime, hire: Any) -> None:
    """A thousand requests of one moment are four frames, not a thousand calls."""
    pool = await hire("together")
    await asyncio.gather(*(runtime.ask(pool, {"do": "echo", "value": n}) for n in range(1000)))
    assert runtime.lines[0].sizes == [256, 256, 256, 232]


async def test_a_worker_that_hangs_is_killed_and_its_asker_hears_of_it(hire: Any) -> None:
    """It holds a request and gives no sign of life: whoever waits for it, or sits behind it, is not kept for ever."""
    del hire
    runtime = FramedRuntime(Limits(pulse=0.02, hang=0.05))
    await runtime.spawn(Staffing("hung", BENCH))
    asked = asyncio.create_task(runtime.ask("hung", {"do": "wait"}))
    await runtime.ask("hung", {"do": "crowd", "size": 1})
    never: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    runtime.lines[0].deliver = lambda frame: runtime.lines[0]._carried(never)  # noqa: ARG005 - the wire's signature
    with pytest.raises(WorkerLost):
        await asked
    assert await runtime.ask("hung", {"do": "count"}) != {}
    assert len(runtime.lines) == 2
    await runtime.drain(grace=0)


async def test_unacknowledged_frames_are_bounded_and_what_waits_makes_fuller_frames() -> None:
    """A worker that has no room does not acknowledge; the sender stops, and goes on when there is room again."""
    runtime = FramedRuntime(Limits(count=10, unacked=3, in_hand=20))
    await runtime.spawn(Staffing("bounded", BENCH))
    asks = [asyncio.create_task(runtime.ask("bounded", {"do": "wait", "number": n})) for n in range(20)]
    await asyncio.sleep(0)
    more = [asyncio.create_task(runtime.ask("bounded", {"do": "echo", "value": n})) for n in range(100)]
    line = runtime.lines[0]
    while line.under_way < 3:  # noqa: ASYNC110 - gives way to the sender, and waits for no clock
        await asyncio.sleep(0)
    for ask in asks:
        ask.cancel()
    await asyncio.wait(asks)
    assert [answer["echo"] for answer in await asyncio.gather(*more)] == list(range(100))
    assert line.most_under_way == 3
    await runtime.drain()
