"""The journal commits together what waits together, answers each by itself, and bears being asked or killed twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from actors.runtime import journal
from actors.runtime.chronicle import Chronicle
from actors.runtime.local import LocalRuntime
from actors.runtime.port import JOURNAL, AskFailed, Plain, Staffing
from actors.runtime.reading import load, pages, pages_of_stream
from events import facts
from events.event import Event
from events.log import Batch, open_log

SHELL = "actors.runtime.journal:Journal"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a fresh log may be."""
    return f"sqlite:///{tmp_path / 'journal.db'}"


@pytest.fixture
async def written(url: str) -> AsyncIterator[journal.Journal]:
    """A journal that writes to it."""
    shell = journal.Journal({"url": url})
    yield shell
    await shell.close()


@pytest.fixture
async def runtime(url: str) -> AsyncIterator[LocalRuntime]:
    """A runtime whose journal writes to it."""
    local = LocalRuntime(check=True)
    await local.spawn(Staffing(JOURNAL, SHELL, {"url": url}, stateless=True))
    yield local
    await local.drain(grace=0)


def append(stream: str, *reasons: str, expected: int = -1) -> Plain:
    """A request to append pauses."""
    events = [Event(facts.RunPaused(reason=reason)) for reason in reasons]
    return {"op": "append", "batches": [journal.batch(stream, events, expected=expected, correlation="r1")]}


def told(url: str) -> list[tuple[str, int, str]]:
    """Stream, version and reason of everything in the log."""
    with open_log(url, read_only=True) as log:
        return [(event.stream, event.version, event.fact().model_dump()["reason"]) for event in log.read_all()]


class Gated:
    """A log that counts the requests of each commit, and waits with the first until the gate is opened."""

    def __init__(self, log: Any, *, opened: bool = True) -> None:
        self._log, self.sizes = log, list[int]()
        self.entered, self.gate = threading.Event(), threading.Event()
        if opened:
            self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> Any:
        self.sizes.append(len(requests))
        self.entered.set()
        assert self.gate.wait(10)
        return self._log.append_group(requests)


async def test_what_waits_together_is_one_commit_and_each_hears_its_own_place(written: journal.Journal) -> None:
    written._log = log = Gated(written._log)  # type: ignore[assignment]
    answers = await asyncio.gather(*(written.answer(append(f"run/{n}", "a", "b")) for n in range(50)))
    assert log.sizes == [50]
    assert [answer["appended"][0]["last"] for answer in answers] == [2 * n + 2 for n in range(50)]


async def test_what_comes_while_a_commit_is_on_its_way_to_the_disk_shares_the_next_one(
    written: journal.Journal,
) -> None:
    written._log = log = Gated(written._log, opened=False)  # type: ignore[assignment]
    first = asyncio.create_task(written.answer(append("run/first", "a")))
    await asyncio.to_thread(log.entered.wait, 10)
    others = [asyncio.create_task(written.answer(append(f"run/{n}", "a"))) for n in range(7)]
    await asyncio.sleep(0)
    log.gate.set()
    await asyncio.gather(first, *others)
    assert log.sizes == [1, 7]


async def test_a_bad_request_is_refused_alone_and_whole(written: journal.Journal, url: str) -> None:
    """Writers who happen to share a commit with one who is mistaken do not suffer for it."""
    mistaken = {
        "op": "append",
        "batches": append("run/2", "x")["batches"] + append("run/3", "x", expected=4)["batches"],
    }
    good, bad, other = await asyncio.gather(
        *(written.answer(request) for request in (append("run/1", "a"), mistaken, append("run/4", "b"))),
        return_exceptions=True,
    )
    assert isinstance(bad, Exception)
    assert type(bad).__name__ == "WrongExpectedVersion"
    assert isinstance(good, dict)
    assert isinstance(other, dict)
    assert told(url) == [("run/1", 0, "a"), ("run/4", 0, "b")]


async def test_the_same_request_twice_is_one_copy_and_a_success_both_times(written: journal.Journal, url: str) -> None:
    """Whether the second delivery comes in the same commit or later."""
    request = append("run/1", "a", "b")
    first, beside = await asyncio.gather(written.answer(request), written.answer(request))
    later = await written.answer(request)
    assert [answer["appended"][0]["duplicate"] for answer in (first, beside, later)] == [False, True, True]
    assert first["appended"][0]["last"] == beside["appended"][0]["last"] == later["appended"][0]["last"] == 2
    assert told(url) == [("run/1", 0, "a"), ("run/1", 1, "b")]


async def test_an_asker_who_gives_up_leaves_the_others_their_answers(written: journal.Journal, url: str) -> None:
    asks = [asyncio.create_task(written.answer(append(f"run/{n}", "a"))) for n in range(3)]
    await asyncio.sleep(0)
    asks[1].cancel()
    first, second, third = await asyncio.gather(*asks, return_exceptions=True)
    assert isinstance(second, asyncio.CancelledError)
    assert isinstance(first, dict)
    assert isinstance(third, dict)
    assert {stream for stream, *_ in told(url)} == {"run/0", "run/1", "run/2"}, "what was handed in is written"


async def test_closing_commits_what_waits(url: str) -> None:
    shell = journal.Journal({"url": url})
    ask = asyncio.create_task(shell.answer(append("run/1", "a")))
    await asyncio.sleep(0)
    await shell.close()
    assert (await ask)["appended"][0]["last"] == 1
    assert told(url) == [("run/1", 0, "a")]


async def test_a_journal_says_what_it_does_not_know(written: journal.Journal) -> None:
    with pytest.raises(ValueError, match="does not know 'erase'"):
        await written.answer({"op": "erase"})


async def test_pages_are_put_together_without_a_gap(runtime: LocalRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAGE", 3)
    for n in range(7):
        await Chronicle(runtime, "run/1", "r1", version=n - 1).write(facts.RunPaused(reason=str(n)))
    await Chronicle(runtime, "run/2", "r2").write(facts.RunResumed())
    expected = [str(n) for n in range(7)]
    assert [load(event).model_dump()["reason"] async for event in pages_of_stream(runtime, "run/1")] == expected
    assert [load(event).model_dump()["reason"] async for event in pages(runtime, correlation="r1")] == expected
    assert [event["stream"] async for event in pages(runtime, types=["RunResumed"])] == ["run/2"]


async def test_a_chronicle_that_tells_its_story_again_leaves_no_second_trace(runtime: LocalRuntime, url: str) -> None:
    """What an episode does after its worker died: the same facts from the beginning, then on where it broke off."""
    story = [facts.RunPaused(reason=str(n)) for n in range(5)]
    first, again = (
        Chronicle(runtime, "run/1", "r1", cause="run/0@3"),
        Chronicle(runtime, "run/1", "r1", cause="run/0@3"),
    )
    await first.write(story[0], story[1])
    await first.write(story[2])
    for fact in story:
        await again.write(fact)
    assert (again.version, again.last) == (4, "run/1@4")
    assert told(url) == [("run/1", n, str(n)) for n in range(5)]
    with open_log(url, read_only=True) as log:
        causes = [event.causation for event in log.read_all()]
    assert causes == ["run/0@3", "run/1@0", "run/1@1", "run/1@2", "run/1@3"]


async def test_a_chronicle_that_tells_another_story_is_refused(runtime: LocalRuntime, url: str) -> None:
    """An episode that is not repeated exactly is a fault of ours, and must not be hidden."""
    await Chronicle(runtime, "run/1", "r1").write(facts.RunPaused(reason="as it was"))
    with pytest.raises(AskFailed, match="VersionTaken"):
        await Chronicle(runtime, "run/1", "r1").write(facts.RunPaused(reason="as it was not"))
    assert told(url) == [("run/1", 0, "as it was")]


async def test_streams_written_side_by_side_stand_or_fall_together(runtime: LocalRuntime, url: str) -> None:
    """A scenario's key is sealed in the same moment in which its episode begins, or neither happened."""
    key = Chronicle(runtime, "key/1", "r1")
    await Chronicle(runtime, "run/1", "r1").write(
        facts.RunPaused(reason="open"), beside=[key.batch_of(facts.RunPaused(reason="sealed"))]
    )
    with pytest.raises(AskFailed):
        await Chronicle(runtime, "run/2", "r1").write(
            facts.RunPaused(reason="open"), beside=[key.batch_of(facts.RunPaused(reason="another"))]
        )
    assert told(url) == [("run/1", 0, "open"), ("key/1", 0, "sealed")]


@pytest.mark.ray
async def test_a_journal_killed_between_commit_and_answer_is_asked_again_and_writes_nothing_twice(
    cluster: None, url: str
) -> None:
    """Its askers notice nothing: the request is delivered to the next journal, which finds it done."""
    from actors.runtime.cluster import RayRuntime  # noqa: PLC0415 - only where Ray is wanted

    del cluster
    on_ray = RayRuntime()
    await on_ray.spawn(Staffing(JOURNAL, SHELL, {"url": url, "die_after": 3}, stateless=True))
    answers = [await on_ray.ask(JOURNAL, append("run/1", str(n), expected=n - 1)) for n in range(6)]
    await on_ray.drain()
    assert [answer["appended"][0]["duplicate"] for answer in answers] == [False, False, True, False, True, False]
    assert told(url) == [("run/1", n, str(n)) for n in range(6)]
