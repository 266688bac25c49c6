"""Calls of a model through our adapter beside the bare SDK client, and what the prompt cache is given to read."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import Any

from actors.llm.claude.model import Claude, client_of
from actors.llm.claude.wire import parameters
from actors.llm.loopback.server import Loopback, serve
from actors.llm.options import Options
from actors.llm.port import Message, Reply, Request, Tool
from actors.roles import agent
from actors.worlds.printer.world import WORLD
from ops.bench.rounds import Row, compare

BARE = "anthropic SDK on aiohttp, bare"
MODEL = "claude-test"
KEY = "no-key-needed"
"""What the loopback provider is told; it asks for none."""
CALLS = 3
"""Calls that each of those in flight makes in a round."""
EPISODES, TURNS = 8, 6
"""Of the wave whose cache is looked at."""


class Nod:
    """A model that costs no time: it nods."""

    name = "nod"

    async def reply(self, request: Request) -> Reply:
        """Nod."""
        del request
        return Reply("Yes.", (), "end")


def compare_models(rounds: int, in_flight: int, latency: float = 1.0) -> list[Row]:
    """Throughput and processor time beside the bare client, and the share of input that the cache can serve.

    Args:
        rounds: of each comparison.
        in_flight: calls at a time.
        latency: seconds that the provider takes to answer.
    """
    with asyncio.Runner() as runner, _provider(latency) as url:
        ours, bare = _ours(url), _bare(url)

        def work(call: Callable[[], Awaitable[object]]) -> Callable[[], int]:
            return lambda: runner.run(_burst(call, in_flight))

        told = f"{in_flight:,} calls in flight, {latency:g} s each"
        row = compare(told, work(ours), work(bare), peer_name=BARE, unit="calls/s", aim=0.97, rounds=rounds)
        used = row.cpu_ratio or 0.0
        processor = Row(
            f"{told}: processor time", used, 1.0, BARE, "of its calls a CPU-second", used, 0.91, used >= 0.91, rounds,  # noqa: PLR2004
        )  # fmt: skip
        runner.run(_closed(url))
        return [row, processor, runner.run(_cache_share(rounds))]


def _request() -> Request:
    """Four kilobytes of rules and one of conversation, as the first turn of an episode is."""
    tools = (Tool("inspect", "Look at a part.", {"type": "object", "properties": {"part": {"type": "string"}}}),)
    return Request(("Rules. " * 580,), "", (Message("user", "It squeaks. " * 85),), tools, 256)


def _ours(url: str) -> Callable[[], Awaitable[object]]:
    model = Claude(MODEL, Options(base_url=url, in_flight=100_000), secret=KEY)
    request = _request()
    return lambda: model.reply(request)


def _bare(url: str) -> Callable[[], Awaitable[object]]:
    told = parameters(MODEL, _request())

    async def call() -> object:
        return await client_of(url, KEY).messages.create(**told)

    return call


async def _burst(call: Callable[[], Awaitable[object]], in_flight: int) -> int:
    async def one() -> None:
        for _ in range(CALLS):
            await call()

    await asyncio.gather(*(one() for _ in range(in_flight)))
    return in_flight * CALLS


async def _closed(url: str) -> None:
    await client_of(url, KEY).close()


async def _cache_share(rounds: int) -> Row:
    """Episodes of one wave, one after the other: cached input beside all input but each episode's own words."""
    shares = []
    for _ in range(rounds):
        runner, url = await serve(Loopback(Nod()))
        model = Claude(MODEL, Options(base_url=url), secret=KEY)
        read = possible = 0
        for index in range(EPISODES):
            read_here, possible_here = await _episode(model, index)
            read, possible = read + read_here * bool(index), possible + possible_here * bool(index)
        shares.append(read / possible)
        await model.close()
        await runner.cleanup()
    share = median(shares)
    return Row(
        "input read from cache over a wave", round(100 * share, 1), 100.0, "all but the scenario's own words",
        "% of tokens", round(share, 3), 0.97, share >= 0.97, rounds,  # noqa: PLR2004 - the aim
    )  # fmt: skip


async def _episode(model: Claude, index: int) -> tuple[int, int]:
    """Tokens read from the cache, and those that could be: all that was sent in an earlier request."""
    limits = agent.Left(WORLD.limits.turns, WORLD.limits.minutes, WORLD.limits.money)
    brief = WORLD.generate(seed=0, index=index, difficulty="mixed", held_out=False).brief
    state = agent.begin(brief, limits, rules=WORLD.rules(), skills="", tools=WORLD.tools(), seed=0, practice=True)
    read = possible = before = 0
    for turn in range(TURNS):
        reply = await model.reply(agent.decide(state))
        own = len(json.dumps(state.messages[0].text)) // 4 if not turn else 0
        read += reply.usage.tokens_cached
        possible += before or reply.usage.tokens_in - own
        before = reply.usage.tokens_in
        state = agent.nudge(agent.hear(state, replace(reply)))
    return read, possible


@contextmanager
def _provider(latency: float) -> Iterator[str]:
    """The loopback provider in a process of its own."""
    command = [sys.executable, "-m", "actors.llm.loopback", "--port", "0", "--latency", str(latency)]
    command += ["--brain", f"{__name__}:Nod"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        line: Any = process.stdout.readline() if process.stdout else ""
        yield re.sub(r".*=", "", line.strip())
    finally:
        process.terminate()
        process.wait()
