"""Many threads append through one writer: each hears about its own request, everything is durable, nobody starves."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from events.errors import LogError, StoreUnavailable, WrongExpectedVersion
from events.group_commit import GroupWriter
from events.log import Appended, Batch, open_log
from events.sqlite import SqliteLog
from events.verification import verify
from tests.contracts.eventlog import paused


def batch(stream: str, number: int) -> Batch:
    return Batch(stream, (paused(str(number)),), number - 1, "r1")


class Gate:
    """A log whose first commit waits until it is told to go on, and which counts its commits."""

    def __init__(self, log: SqliteLog) -> None:
        self.log, self.sizes = log, list[int]()
        self.inside, self.go_on = threading.Event(), threading.Event()

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        self.inside.set()
        self.go_on.wait(timeout=20)
        self.sizes.append(len(requests))
        return self.log.append_group(requests)


def test_what_gathers_while_one_commit_is_under_way_shares_the_next(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path / 'x.db'}") as log:
        assert isinstance(log, SqliteLog)
        gate = Gate(log)
        with GroupWriter(gate) as writer:
            answers: list[Future[list[Appended]]] = [writer.submit([batch("run/0", 0)])]
            gate.inside.wait(timeout=20)
            answers += [writer.submit([batch(f"run/{n}", 0)]) for n in range(1, 20)]
            wrong = writer.submit([batch("run/0", 7)])
            gate.go_on.set()
            assert [answer.result()[0].first for answer in answers] == list(range(1, 21))
            with pytest.raises(WrongExpectedVersion):
                wrong.result()
        assert gate.sizes == [1, 20]
        assert verify(log).events == 20


def test_threads_that_append_at_once_all_find_their_events(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path / 'x.db'}") as log:
        assert isinstance(log, SqliteLog)
        with GroupWriter(log) as writer:

            def produce(name: int) -> None:
                for number in range(25):
                    writer.append(f"run/{name}", [paused(str(number))], expected=number - 1, correlation="r1")

            threads = [threading.Thread(target=produce, args=(name,)) for name in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert [log.version(f"run/{name}") for name in range(8)] == [24] * 8
        assert verify(log).ok


def test_a_failure_of_the_store_is_heard_by_everybody_and_the_writer_goes_on(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path / 'x.db'}", read_only=False) as log:
        assert isinstance(log, SqliteLog)
        with GroupWriter(log) as writer, pytest.MonkeyPatch.context() as patch:

            def fail(_: object) -> None:
                raise StoreUnavailable("the disk is full")

            patch.setattr(log, "append_group", fail)
            with pytest.raises(StoreUnavailable, match="full"):
                writer.append_many([batch("run/1", 0)])
            patch.undo()
            assert writer.append_many([batch("run/1", 0)])[0].first == 1


def test_a_closed_writer_has_written_what_it_took_and_takes_no_more(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path / 'x.db'}") as log:
        assert isinstance(log, SqliteLog)
        writer = GroupWriter(log)
        answers = [writer.submit([batch(f"run/{n}", 0)]) for n in range(10)]
        writer.close()
        writer.close()
        assert all(answer.done() for answer in answers)
        with pytest.raises(StoreUnavailable, match="closed"):
            writer.submit([])
