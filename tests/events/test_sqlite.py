"""The log in a SQLite file keeps the promises of the port, and those of a file."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.errors import CorruptLog, ForeignFile, LogError, StoreUnavailable, UnfitEvent, UnknownStore
from events.log import Batch, EventLog, open_log
from events.sqlite import SqliteLog
from events.verification import verify, verify_url
from tests.contracts.eventlog import EventLogContract, append, paused, ticking


class TestSqliteLog(EventLogContract):
    @pytest.fixture
    def log(self, tmp_path: Path) -> Iterator[EventLog]:
        with open_log(f"sqlite:///{tmp_path / 'a log.db'}", clock=ticking().__next__) as log:
            yield log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def written(path: Path, events: int = 3) -> None:
    with open_log(url(path)) as log:
        for number in range(events):
            append(log, "run/1", paused(str(number)), expected=number - 1)


def test_what_was_acknowledged_is_there_after_reopening(path: Path) -> None:
    written(path)
    with open_log(url(path)) as log:
        assert log.head().position == 3
        append(log, "run/1", paused("3"), expected=2)
        assert [event.version for event in log.read_stream("run/1")] == [0, 1, 2, 3]


def test_a_relative_path_is_taken_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_log("sqlite:///runs.db").close()
    assert (tmp_path / "runs.db").exists()


@pytest.mark.parametrize(
    "bad",
    ["", "journal.db", "mysql://x/y", "sqlite://", "sqlite:///", "sqlite://x.db", "sqlite:///:memory:", "memory:x"],
)
def test_a_url_that_names_no_store_is_told_what_would(bad: str) -> None:
    with pytest.raises(UnknownStore, match="sqlite:///") as refused:
        open_log(bad)
    assert isinstance(refused.value, ValueError)


def test_a_missing_file_is_named_when_it_is_to_be_read(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"no log .*journal\.db"):
        open_log(url(path), read_only=True)
    assert list(path.parent.iterdir()) == []


def test_a_missing_directory_is_named(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"no directory .*nowhere"):
        open_log(url(path.parent / "nowhere" / "journal.db"))


def test_a_database_of_somebody_else_is_refused_and_left_as_it_is(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE invoices(x)")
    other.close()
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(ForeignFile, match="another program"):
            open_log(url(path), read_only=read_only)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["journal.db"]


def test_garbage_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"Dear diary, today nothing happened. " * 100)
    for read_only in (True, False):
        with pytest.raises(ForeignFile, match="not a SQLite file"):
            open_log(url(path), read_only=read_only)
    assert path.read_bytes() == b"Dear diary, today nothing happened. " * 100
    found = verify_url(url(path))
    assert not found.ok
    assert "not a SQLite file" in str(found.problem)


def test_a_directory_in_the_place_of_the_file_is_one_clear_error(path: Path) -> None:
    path.mkdir()
    for read_only in (True, False):
        with pytest.raises(LogError):
            open_log(url(path), read_only=read_only)


def test_an_empty_file_may_become_a_log_but_cannot_be_read_as_one(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreUnavailable, match="empty"):
        open_log(url(path), read_only=True)
    written(path)
    assert verify_url(url(path)).ok


def test_a_second_writer_is_refused_at_once_and_told_by_whom(path: Path) -> None:
    with open_log(url(path)) as log:
        with pytest.raises(StoreUnavailable, match=f"process {os.getpid()}"):
            open_log(url(path))
        append(log, "run/1", paused())
    open_log(url(path)).close()


def test_readers_come_and_go_while_a_writer_writes(path: Path) -> None:
    with open_log(url(path)) as writer:
        append(writer, "run/1", paused("0"))
        with open_log(url(path), read_only=True) as reader:
            assert reader.head().position == 1
            append(writer, "run/1", paused("1"), expected=0)
            assert [event.position for event in reader.read_all()] == [1, 2]
            assert verify(reader).ok
            with pytest.raises(StoreUnavailable, match="read-only"):
                append(reader, "run/1", paused("2"), expected=1)


def test_one_event_in_a_group_that_is_refused_does_not_touch_the_others(path: Path) -> None:
    with open_log(url(path)) as log:
        assert isinstance(log, SqliteLog)
        answers = log.append_group(
            [
                [Batch("run/1", (paused("a"),), -1, "r1")],
                [Batch("run/2", (paused("a"),), -1, "r1"), Batch("run/1", (paused("b"),), -1, "r1")],
                [Batch("run/1", (paused("c"),), 0, "r1")],
                [Batch("run/1", (paused("a"),), -1, "r1")],
            ]
        )
        assert [type(answer).__name__ for answer in answers] == ["list", "VersionTaken", "list", "list"]
        assert [event.stream for event in log.read_all()] == ["run/1", "run/1"]
        assert verify(log).ok


def test_recorded_events_cannot_be_changed_through_sql(path: Path) -> None:
    written(path)
    with sqlite3.connect(path) as other:
        for attack in ("UPDATE events SET time = 0", "DELETE FROM events", "DELETE FROM streams"):
            with pytest.raises(sqlite3.IntegrityError, match="for ever"):
                other.execute(attack)
    other.close()


def test_the_payload_is_the_widest_blob_of_the_table_events(path: Path) -> None:
    written(path)
    other = sqlite3.connect(path)
    columns = [name for _, name, kind, *_ in other.execute("PRAGMA table_info(events)") if kind == "BLOB"]
    assert sorted(columns) == ["hash", "payload"]
    other.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_can_be_read_but_not_opened_for_writing(path: Path) -> None:
    written(path)
    path.chmod(stat.S_IRUSR)
    with pytest.raises(StoreUnavailable, match="permissions"):
        open_log(url(path))
    with open_log(url(path), read_only=True) as log:
        assert log.head().position == 3


def test_a_failing_append_leaves_nothing_and_the_log_goes_on(path: Path) -> None:
    """A trigger stands in for an error in the middle of a batch; the ROLLBACK fails as SQLite has made it already."""
    written(path, 1)
    other = sqlite3.connect(path)
    other.execute(
        "CREATE TRIGGER trip BEFORE INSERT ON events WHEN NEW.version = 3 BEGIN SELECT RAISE(ROLLBACK, 'tripped'); END"
    )
    other.close()
    with open_log(url(path)) as log:
        with pytest.raises(StoreUnavailable, match="tripped"):
            append(log, "run/1", *[paused(str(n)) for n in range(1, 5)], expected=0)
        assert log.head().position == 1
        append(log, "run/1", paused("1"), paused("2"), expected=0)
        assert verify(log).ok


def test_a_layout_of_the_future_is_refused(path: Path) -> None:
    written(path)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    for read_only in (True, False):
        with pytest.raises(CorruptLog, match="layout 99"):
            open_log(url(path), read_only=read_only)


def test_the_largest_payload_is_the_one_that_was_asked_for(path: Path) -> None:
    with open_log(url(path), max_payload=100) as log:
        with pytest.raises(UnfitEvent, match="100"):
            append(log, "run/1", paused("x" * 200))
        append(log, "run/1", paused("x" * 50))
