"""A fold is pure: the same log gives the same state, with a snapshot or without, up to any position."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.event import RecordedEvent
from events.log import EventLog, open_log
from events.projection import fold, fold_from_snapshot, hash_at
from events.snapshot import Snapshot, Snapshots
from events.sqlite import SqliteLog
from tests.contracts.eventlog import append, paused, resumed


class Reasons:
    """All reasons of pauses, in order; counts how often it was asked to evolve."""

    name, version, types = "reasons", 1, ("RunPaused",)

    def __init__(self) -> None:
        self.evolved = 0

    def initial(self) -> tuple[str, ...]:
        return ()

    def evolve(self, state: tuple[str, ...], recorded: RecordedEvent) -> tuple[str, ...]:
        self.evolved += 1
        return (*state, recorded.fact().reason)  # type: ignore[attr-defined]

    def to_plain(self, state: tuple[str, ...]) -> Any:
        return list(state)

    def from_plain(self, plain: Any) -> tuple[str, ...]:
        return tuple(plain)


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'x.db'}"
    with open_log(url) as log:
        for number in range(6):
            append(log, "run/1", paused(str(number)), resumed(), expected=2 * number - 1, run=f"r{number % 2}")
        yield log


def test_a_fold_sees_only_its_types_in_order(log: EventLog) -> None:
    folded = fold(log, Reasons())
    assert (folded.state, folded.position, folded.events) == (tuple("012345"), 12, 6)


def test_a_fold_as_of_a_position_is_the_fold_of_the_log_as_it_was(log: EventLog) -> None:
    assert fold(log, Reasons(), upto=5).state == tuple("012")
    assert fold(log, Reasons(), upto=99).position == 12
    assert fold(log, Reasons(), correlation="r1").state == tuple("135")


def test_a_snapshot_spares_the_work_and_changes_nothing(log: EventLog) -> None:
    fold_from_snapshot(log, Reasons(), snapshot_after=1)
    append(log, "run/1", paused("6"), expected=11)
    again = Reasons()
    folded = fold_from_snapshot(log, again, snapshot_after=10)
    assert folded.state == fold(log, Reasons()).state
    assert (again.evolved, folded.events) == (1, 1)


def test_a_snapshot_from_after_the_position_asked_for_is_passed_over_and_kept(log: EventLog) -> None:
    fold_from_snapshot(log, Reasons(), snapshot_after=1)
    assert fold_from_snapshot(log, Reasons(), upto=3, snapshot_after=1).state == tuple("01")
    assert isinstance(log, Snapshots)
    kept = log.snapshot("reasons#1")
    assert kept is not None
    assert kept.position == 12


def test_a_snapshot_of_another_history_is_passed_over(log: EventLog) -> None:
    assert isinstance(log, Snapshots)
    log.keep_snapshot(Snapshot("reasons#1", 4, b"another", b"\x91\xa3lie"))
    assert fold_from_snapshot(log, Reasons()).state == tuple("012345")


def test_snapshots_of_one_run_and_of_all_do_not_meet(log: EventLog) -> None:
    assert fold_from_snapshot(log, Reasons(), correlation="r1", snapshot_after=1).state == tuple("135")
    assert fold_from_snapshot(log, Reasons(), snapshot_after=1).state == tuple("012345")
    assert fold_from_snapshot(log, Reasons(), correlation="r1", snapshot_after=1).state == tuple("135")


def test_a_damaged_snapshot_is_passed_over(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path / 'x.db'}") as log:
        append(log, "run/1", paused("0"))
        fold_from_snapshot(log, Reasons(), snapshot_after=1)
        assert isinstance(log, SqliteLog)
        log._connection.execute("UPDATE snapshots SET state = x'91a36c6965'")
        assert fold_from_snapshot(log, Reasons()).state == ("0",)


def test_a_reader_uses_snapshots_but_keeps_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with open_log(url) as log:
        append(log, "run/1", paused("0"))
        fold_from_snapshot(log, Reasons(), snapshot_after=1)
        append(log, "run/1", paused("1"), expected=0)
    with open_log(url, read_only=True) as log:
        for _ in range(2):
            reasons = Reasons()
            assert fold_from_snapshot(log, reasons, snapshot_after=1).state == ("0", "1")
            assert reasons.evolved == 1


def test_the_chain_at_no_position_is_empty(log: EventLog) -> None:
    assert hash_at(log, 0) == b""
    assert hash_at(log, 13) == b""
