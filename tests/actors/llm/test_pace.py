"""A process keeps to its part of a provider's limits, gives way when it is refused, and comes back."""

from __future__ import annotations

import asyncio

import pytest

from actors.llm.options import Options
from actors.llm.pace import Gate, gate


async def test_no_more_than_the_limit_are_in_flight_and_all_get_in() -> None:
    way, seen, most = Gate(4), 0, 0

    async def call() -> None:
        nonlocal seen, most
        async with way.slot():
            most = max(most, way.in_flight)
            await asyncio.sleep(0)
            seen += 1

    await asyncio.gather(*(call() for _ in range(50)))
    assert (seen, most, way.in_flight) == (50, 4, 0)


async def test_refusals_take_a_third_away_once_for_all_that_were_under_way_and_successes_give_it_back() -> None:
    way = Gate(90)
    for _ in range(30):
        way.refused()
    assert way.limit == pytest.approx(60)
    for _ in range(5000):
        way.went_well()
    assert way.limit == 90


async def test_it_never_closes_for_good() -> None:
    way = Gate(1)
    way.refused()
    async with asyncio.timeout(1), way.slot():
        assert way.in_flight == 1


async def test_what_a_provider_asks_to_wait_holds_everybody() -> None:
    way, loop = Gate(8), asyncio.get_running_loop()
    begun = loop.time()
    way.refused(0.2)
    async with way.slot():
        assert loop.time() - begun >= 0.2


async def test_requests_a_minute_are_spaced() -> None:
    way, loop = Gate(100, requests=1200), asyncio.get_running_loop()
    begun = loop.time()

    async def call() -> None:
        async with way.slot():
            pass

    await asyncio.gather(*(call() for _ in range(5)))
    assert loop.time() - begun >= 4 * 0.05


async def test_who_gives_up_waiting_takes_no_place_with_him() -> None:
    way = Gate(1)
    async with way.slot():
        waiting = asyncio.create_task(_enter(way))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), way.slot():
        assert way.in_flight == 1


async def test_all_roles_of_a_process_share_one_gate_and_each_process_has_its_part() -> None:
    way = gate("anthropic", Options(in_flight=100, processes=4))
    assert way is gate("anthropic", Options(in_flight=100, processes=4))
    assert way.most == 25


async def _enter(way: Gate) -> None:
    async with way.slot():
        pass
