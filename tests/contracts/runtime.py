"""What every runtime promises, run against each of them; and the shells that the promises are tried with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol

import pytest

from actors.runtime.pools import home
from actors.runtime.port import AskFailed, Drained, NoSuchPool, Plain, Runtime, Staffing, WorkerLost

BENCH = "tests.contracts.runtime:Bench"


class Killable(Runtime, Protocol):
    """A runtime whose workers a test may kill."""

    def kill(self, pool: str, index: int) -> None: ...


class Bench:
    """A shell that does what the test says: counts, waits at a gate that the test opens, raises, breaks the rules."""

    def __init__(self, config: Plain) -> None:
        if "refuse" in config:
            raise OSError(config["refuse"])
        self._config = config
        self._count = 0
        self._waiting = 0
        self._open = asyncio.Event()
        self._arrived = asyncio.Condition()

    async def answer(self, request: Plain) -> Plain:
        method = getattr(self, f"do_{request['do']}")
        answer: Plain = await method(request)
        return answer

    async def do_echo(self, request: Plain) -> Plain:
        return {"echo": request["value"]}

    async def do_count(self, request: Plain) -> Plain:  # noqa: ARG002 - every act takes the request
        self._count += 1
        return {"count": self._count, "worker": id(self)}

    async def do_fail(self, request: Plain) -> Plain:
        raise ValueError(request["text"])

    async def do_object(self, request: Plain) -> Plain:  # noqa: ARG002 - every act takes the request
        return {"object": object()}

    async def do_wait(self, request: Plain) -> Plain:
        """Wait at the gate; a mark on disk, if given, lets only the first delivery wait."""
        if "mark" in request and marked(request["mark"]):
            return {"waited": False, "number": request.get("number")}
        async with self._arrived:
            self._waiting += 1
            self._arrived.notify_all()
        try:
            await self._open.wait()
        finally:
            self._waiting -= 1
        return {"waited": True, "number": request.get("number")}

    async def do_crowd(self, request: Plain) -> Plain:
        """Answer when exactly so many requests wait at the gate."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self._waiting >= request["size"])
        return {"waiting": self._waiting}

    async def do_open(self, request: Plain) -> Plain:  # noqa: ARG002 - every act takes the request
        self._open.set()
        return {}

    async def close(self) -> None:
        if "close_fails" in self._config:
            raise OSError(self._config["close_fails"])
        if "ledger" in self._config:
            noted(self._config["ledger"], f"{self._config['name']} closed")


def marked(path: str) -> bool:
    """Whether the mark was there already; it is now."""
    there = Path(path).exists()
    Path(path).touch()
    return there


def noted(ledger: str, line: str) -> None:
    """Append a line; short appends of several processes do not mix."""
    with Path(ledger).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


async def waiting(runtime: Runtime, pool: str, size: int, **keyed: str) -> None:
    """Return when so many requests wait at the gate of the pool's (only, or keyed) worker."""
    await runtime.ask(pool, {"do": "crowd", "size": size}, **keyed)


class RuntimeContract:
    """Inherit, and give a fixture `runtime` (fresh, drained afterwards) and a fixture `hire`.

    `hire(pool, size=…, stateless=…, **config)` spawns a pool of benches and returns its name; on an expensive runtime
    names are made unique, so that one runtime serves all tests.
    """

    async def test_an_answer_is_the_plain_value_that_the_shell_gave(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("echo")
        value = {"text": "Düse ✓", "list": [1, 2.5, None, True], "bytes": b"\x00\xff", "nested": {"a": {"b": []}}}
        assert await runtime.ask(pool, {"do": "echo", "value": value}) == {"echo": value}

    async def test_what_is_not_plain_is_refused_before_it_is_sent(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("plain")
        with pytest.raises(TypeError):
            await runtime.ask(pool, {"do": "echo", "value": object()})

    async def test_an_answer_that_is_not_plain_fails_this_ask_alone(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("object")
        bad, good = await asyncio.gather(
            runtime.ask(pool, {"do": "object"}), runtime.ask(pool, {"do": "count"}), return_exceptions=True
        )
        assert isinstance(bad, AskFailed)
        assert bad.type == "TypeError"
        assert isinstance(good, dict)
        assert good["count"] == 1

    async def test_an_error_crosses_as_its_type_and_its_text(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("fail")
        with pytest.raises(AskFailed, match="the bed is cold") as caught:
            await runtime.ask(pool, {"do": "fail", "text": "the bed is cold"})
        assert (caught.value.pool, caught.value.type, caught.value.text) == (pool, "ValueError", "the bed is cold")

    async def test_a_failing_request_leaves_the_worker_and_its_memory_alone(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("survive")
        await runtime.ask(pool, {"do": "count"})
        with pytest.raises(AskFailed):
            await runtime.ask(pool, {"do": "fail", "text": "no"})
        assert (await runtime.ask(pool, {"do": "count"}))["count"] == 2

    async def test_a_shell_that_cannot_be_found_or_made_is_an_error_of_spawn(self, runtime: Killable) -> None:
        with pytest.raises(AskFailed, match=r"actors\.nowhere"):
            await runtime.spawn(Staffing("lost", "actors.nowhere:Class"))
        with pytest.raises(AskFailed, match="disk is full") as caught:
            await runtime.spawn(Staffing("unmade", BENCH, {"refuse": "the disk is full"}))
        assert caught.value.type == "OSError"

    async def test_a_pool_has_one_name_and_at_least_one_worker(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("once")
        with pytest.raises(ValueError, match="already hired"):
            await runtime.spawn(Staffing(pool, BENCH))
        with pytest.raises(ValueError, match="size must be 1 or more"):
            await runtime.spawn(Staffing(f"{pool}-none", BENCH, size=0))

    async def test_an_unknown_pool_is_named_with_those_that_exist(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("known")
        with pytest.raises(NoSuchPool, match=pool):
            await runtime.ask("unknown", {"do": "count"})

    async def test_one_key_meets_one_worker_and_keys_spread_over_all(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("sticky", size=2)
        keys = [f"episode-{number}" for number in range(16)]
        first = await asyncio.gather(*(runtime.ask(pool, {"do": "count"}, key=key) for key in keys))
        again = await asyncio.gather(*(runtime.ask(pool, {"do": "count"}, key=key) for key in reversed(keys)))
        assert [one["worker"] for one in first] == [one["worker"] for one in reversed(again)]
        assert len({one["worker"] for one in first}) == 2

    async def test_without_a_key_the_least_busy_worker_answers(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("idle", size=2)
        slow = asyncio.create_task(runtime.ask(pool, {"do": "wait"}))
        await asyncio.sleep(0)
        counts = [(await runtime.ask(pool, {"do": "count"})) for _ in range(3)]
        assert [one["count"] for one in counts] == [1, 2, 3], "all three went to the worker that does not wait"
        slow.cancel()

    async def test_a_slow_request_holds_back_neither_its_neighbours_nor_those_after_it(
        self, runtime: Killable, hire: Any
    ) -> None:
        pool = await hire("slow")
        slow = asyncio.create_task(runtime.ask(pool, {"do": "wait"}))
        together = await asyncio.gather(*(runtime.ask(pool, {"do": "count"}) for _ in range(5)))
        later = await runtime.ask(pool, {"do": "count"})
        assert [one["count"] for one in together] + [later["count"]] == [1, 2, 3, 4, 5, 6]
        assert not slow.done()
        await runtime.ask(pool, {"do": "open"})
        assert (await slow)["waited"]

    async def test_a_thousand_asks_wait_side_by_side_and_each_gets_its_own_answer(
        self, runtime: Killable, hire: Any
    ) -> None:
        pool = await hire("thousand")
        asks = [asyncio.create_task(runtime.ask(pool, {"do": "wait", "number": n})) for n in range(1000)]
        await waiting(runtime, pool, 1000)
        assert not any(ask.done() for ask in asks)
        await runtime.ask(pool, {"do": "open"})
        assert [answer["number"] for answer in await asyncio.gather(*asks)] == list(range(1000))

    async def test_a_request_larger_than_any_frame_crosses_whole(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("large")
        values = [bytes([n]) * 3_000_000 for n in range(3)]
        answers = await asyncio.gather(*(runtime.ask(pool, {"do": "echo", "value": value}) for value in values))
        assert [answer["echo"] for answer in answers] == values

    async def test_cancelling_an_ask_cancels_the_work(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("cancel")
        ask = asyncio.create_task(runtime.ask(pool, {"do": "wait"}))
        await waiting(runtime, pool, 1)
        ask.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ask
        await runtime.ask(pool, {"do": "count"})
        assert (await runtime.ask(pool, {"do": "crowd", "size": 0}))["waiting"] == 0

    async def test_a_stateless_request_is_delivered_again_when_its_worker_dies(
        self, runtime: Killable, hire: Any, tmp_path: Path
    ) -> None:
        pool = await hire("again", stateless=True)
        asks = [
            asyncio.create_task(runtime.ask(pool, {"do": "wait", "mark": str(tmp_path / str(n)), "number": n}))
            for n in range(20)
        ]
        await waiting(runtime, pool, 20)
        runtime.kill(pool, 0)
        answers = await asyncio.gather(*asks)
        assert [answer["number"] for answer in answers] == list(range(20))
        assert not any(answer["waited"] for answer in answers), "the second delivery found the mark of the first"

    async def test_a_stateful_request_is_lost_with_its_worker_and_a_fresh_one_answers_the_next(
        self, runtime: Killable, hire: Any
    ) -> None:
        pool = await hire("stateful")
        for _ in range(3):
            await runtime.ask(pool, {"do": "count"}, key="episode")
        ask = asyncio.create_task(runtime.ask(pool, {"do": "wait"}, key="episode"))
        await waiting(runtime, pool, 1, key="episode")
        runtime.kill(pool, 0)
        with pytest.raises(WorkerLost, match="begin the work anew") as caught:
            await ask
        assert (caught.value.pool, caught.value.index) == (pool, 0)
        assert (await runtime.ask(pool, {"do": "count"}, key="episode"))["count"] == 1, "the fresh one knows nothing"

    async def test_the_death_of_one_worker_leaves_the_others_alone(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("neighbour", size=2)
        counts = {key: (await runtime.ask(pool, {"do": "count"}, key=key))["worker"] for key in "abcdefgh"}
        asks = {key: asyncio.create_task(runtime.ask(pool, {"do": "wait"}, key=key)) for key in "abcdefgh"}
        mine = {key for key in asks if counts[key] == counts["a"]}
        assert 0 < len(mine) < len(asks)
        await waiting(runtime, pool, len(mine), key="a")
        index = home("a", 2)
        runtime.kill(pool, index)
        for key in mine:
            with pytest.raises(WorkerLost):
                await asks[key]
        for key in asks.keys() - mine:
            await runtime.ask(pool, {"do": "open"}, key=key)
            assert (await asks[key])["waited"]

    async def test_drain_finishes_what_is_in_flight_and_takes_nothing_more(
        self, runtime: Killable, hire: Any, tmp_path: Path
    ) -> None:
        ledger = tmp_path / "ledger"
        pool = await hire("printers", ledger=str(ledger), name="printers")
        await hire("journal", exact=True, ledger=str(ledger), name="journal")
        await hire("agents", ledger=str(ledger), name="agents")
        ask = asyncio.create_task(runtime.ask(pool, {"do": "wait"}))
        await waiting(runtime, pool, 1)
        await runtime.ask(pool, {"do": "open"})
        await runtime.drain()
        assert (await ask)["waited"]
        with pytest.raises(Drained):
            await runtime.ask(pool, {"do": "count"})
        with pytest.raises(Drained):
            await runtime.spawn(Staffing("late", BENCH))
        closed = ledger.read_text(encoding="utf-8").splitlines()
        assert sorted(closed) == ["agents closed", "journal closed", "printers closed"]
        assert closed[-1] == "journal closed", "the journal outlives everybody who may still write"
        await runtime.drain()

    async def test_drain_gives_up_after_its_grace(self, runtime: Killable, hire: Any) -> None:
        pool = await hire("endless")
        ask = asyncio.create_task(runtime.ask(pool, {"do": "wait"}))
        await waiting(runtime, pool, 1)
        await runtime.drain(grace=0.01)
        with pytest.raises(Drained):
            await ask

    async def test_a_shell_that_cannot_close_is_told_after_everything_is_freed(
        self, runtime: Killable, hire: Any, tmp_path: Path
    ) -> None:
        ledger = tmp_path / "ledger"
        await hire("broken", close_fails="the disk is full")
        await hire("sound", ledger=str(ledger), name="sound")
        with pytest.raises(AskFailed, match="the disk is full"):
            await runtime.drain()
        assert ledger.read_text(encoding="utf-8") == "sound closed\n"
