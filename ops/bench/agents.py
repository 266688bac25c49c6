"""Many agents that wait for their models through the runtimes, beside bare asyncio; and what frames buy."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from actors.runtime.cluster import RayRuntime
from actors.runtime.frames import Limits
from actors.runtime.local import LocalRuntime
from actors.runtime.port import Plain, Runtime, Staffing
from ops.bench.rounds import Row, Work, compare

BARE = "asyncio, bare"
UNFRAMED = "a Ray call for each request"
TURNS = 5
WORKERS = 2
_POOL = "agents"
_UNFRAMED = Limits(count=1, linger=0.0, longest=0.0, unacked=1024)
"""Every request travels alone and at once."""

Wait = Callable[[str, float], Awaitable[object]]
Seconds = Callable[[int, int], float]
"""Of an agent's wait in a turn: the same for ours and the peer in every round."""


class Sleeper:
    """A shell in a model's place: it answers after as many seconds as the request says."""

    def __init__(self, config: Plain) -> None:
        del config

    async def answer(self, request: Plain) -> Plain:
        """Wait."""
        if request["seconds"]:
            await asyncio.sleep(request["seconds"])
        return {"waited": request["seconds"]}


@dataclass(frozen=True)
class Asked:
    """A runtime with its pool of sleepers, on the loop that all rounds share."""

    runner: asyncio.Runner
    runtime: Runtime

    async def wait(self, key: str, seconds: float) -> None:
        """Ask a sleeper."""
        await self.runtime.ask(_POOL, {"seconds": seconds}, key=key)


def compare_agents(rounds: int, agents: int, wait: float = 1.0) -> list[Row]:
    """Waiting agents and empty requests, through the runtimes and beside them.

    Args:
        rounds: of each comparison; a round of uneven waits lasts some ten seconds for ours and for the peer.
        agents: that wait at the same time.
        wait: seconds of a wait on the average.
    """

    def even(agent: int, turn: int) -> float:
        del agent, turn
        return wait

    def uneven(agent: int, turn: int) -> float:
        return wait * random.Random(agent * TURNS + turn).lognormvariate(-0.125, 0.5)

    with asyncio.Runner() as runner, _pool(runner, LocalRuntime()) as local, _pool(runner, RayRuntime()) as framed:
        with _pool(runner, RayRuntime(limits=_UNFRAMED)) as single:
            calls = [
                (
                    f"{agents:,} empty requests at once",
                    lambda: _burst(framed, agents),
                    lambda: _burst(single, agents),
                    4.0,
                ),
                (
                    "empty requests in turn",
                    lambda: _in_turn(framed, agents // 4),
                    lambda: _in_turn(single, agents // 4),
                    0.7,
                ),
            ]
            rows = [
                compare(work, ours, peer, peer_name=UNFRAMED, unit="requests/s", aim=aim, rounds=rounds)
                for work, ours, peer, aim in calls
            ]
        waits: list[tuple[str, Asked, int, Seconds, float]] = [
            ("one wait each, all of one length, on Ray", framed, 1, even, 0.95),
            (f"{TURNS} uneven waits each, on Ray", framed, TURNS, uneven, 0.95),
            (f"{TURNS} uneven waits each, in one process", local, TURNS, uneven, 0.97),
        ]
        for work, asked, turns, seconds, aim in waits:
            ours, peer = (
                _play(runner, asked.wait, agents, turns, seconds),
                _play(runner, _slept, agents, turns, seconds),
            )
            rows.append(
                compare(
                    f"{agents:,} agents, {work}", ours, peer, peer_name=BARE, unit="waits/s", aim=aim, rounds=rounds
                )
            )
    return rows


@contextmanager
def _pool(runner: asyncio.Runner, runtime: Runtime) -> Iterator[Asked]:
    runner.run(runtime.spawn(Staffing(_POOL, f"{__name__}:Sleeper", size=WORKERS)))
    try:
        yield Asked(runner, runtime)
    finally:
        runner.run(runtime.drain())


def _burst(asked: Asked, requests: int) -> int:
    async def ask() -> int:
        await asyncio.gather(*(asked.wait("", 0.0) for _ in range(requests)))
        return requests

    return asked.runner.run(ask())


def _in_turn(asked: Asked, requests: int) -> int:
    async def ask() -> int:
        for _ in range(requests):
            await asked.wait("", 0.0)
        return requests

    return asked.runner.run(ask())


def _play(runner: asyncio.Runner, wait: Wait, agents: int, turns: int, seconds: Seconds) -> Work:
    async def play(agent: int) -> None:
        for turn in range(turns):
            await wait(f"episode-{agent}", seconds(agent, turn))

    async def everybody() -> int:
        await asyncio.gather(*(play(agent) for agent in range(agents)))
        return agents * turns

    return lambda: runner.run(everybody())


async def _slept(key: str, seconds: float) -> None:
    del key
    await asyncio.sleep(seconds)
