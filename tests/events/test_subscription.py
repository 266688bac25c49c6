"""A subscription catches up and goes on live; nothing twice, nothing skipped, also while others write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.event import Event
from events.facts import RunPaused
from events.log import ANY, EventLog, open_log
from events.subscription import Subscription
from tests.contracts.eventlog import append, paused, resumed


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    with open_log("memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'x.db'}") as log:
        yield log


def test_it_begins_after_its_checkpoint_and_then_has_caught_up(log: EventLog) -> None:
    append(log, "run/1", *[paused(str(n)) for n in range(5)])
    subscription = Subscription(log, after=2)
    assert [event.position for event in subscription.page()] == [3, 4, 5]
    assert subscription.page() == []
    append(log, "run/1", paused("5"), expected=4)
    assert [event.position for event in subscription.page()] == [6]


def test_the_checkpoint_moves_over_events_that_nobody_asked_for(log: EventLog) -> None:
    append(log, "run/1", paused(), resumed(), resumed())
    subscription = Subscription(log, types=("RunPaused",))
    assert [event.position for event in subscription.page()] == [1]
    assert subscription.position == 3


def test_long_logs_come_in_pages(log: EventLog) -> None:
    append(log, "run/1", *[paused(str(n)) for n in range(1200)])
    subscription = Subscription(log)
    sizes = [len(subscription.page()) for _ in range(4)]
    assert sizes == [500, 500, 200, 0]


def test_live_events_arrive_while_writers_write_each_once_and_in_order(log: EventLog) -> None:
    """Four threads write; the follower is started at once and stops when it has seen them all."""
    seen: list[int] = []
    with Subscription(log, poll_seconds=0.001) as subscription:

        def follow() -> None:
            for event in subscription:
                seen.append(event.position)
                if len(seen) == 400:
                    return

        follower = threading.Thread(target=follow)
        writers = [threading.Thread(target=write, args=(log, name)) for name in "abcd"]
        for thread in (follower, *writers):
            thread.start()
        for thread in (*writers, follower):
            thread.join(timeout=60)
    assert seen == list(range(1, 401))


def write(log: EventLog, name: str) -> None:
    for number in range(100):
        append(log, "run/all", Event(RunPaused(reason=name), id=f"{name}{number}"), expected=ANY)


def test_closing_from_another_thread_ends_the_waiting(log: EventLog) -> None:
    subscription = Subscription(log, poll_seconds=3600)
    waiting = threading.Thread(target=lambda: list(subscription))
    waiting.start()
    subscription.close()
    waiting.join(timeout=20)
    assert not waiting.is_alive()


def test_a_reader_in_another_connection_follows_the_writer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with open_log(url) as writer, open_log(url, read_only=True) as reader:
        subscription = Subscription(reader)
        for number in range(3):
            append(writer, "run/1", paused(str(number)), expected=number - 1)
            assert [event.position for event in subscription.page()] == [number + 1]
