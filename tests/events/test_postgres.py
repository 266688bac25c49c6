"""The log in PostgreSQL keeps the promises of the port, and those of a server with many writers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("psycopg")

import psycopg

from events.errors import CorruptLog, ForeignFile, StoreUnavailable, WrongExpectedVersion
from events.log import NO_STREAM, EventLog, open_log
from events.postgres import PostgresLog
from events.projection import fold_from_snapshot
from events.verification import verify
from tests.contracts.eventlog import EventLogContract, append, paused, ticking


class TestPostgresLog(EventLogContract):
    @pytest.fixture
    def log(self, postgres: str) -> Iterator[EventLog]:
        with open_log(postgres, clock=ticking().__next__) as log:
            yield log


def sql(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path = journeyman, public")
        for statement in statements:
            connection.execute(statement)


def test_many_writers_leave_no_gap_and_a_reader_misses_nothing(postgres: str) -> None:
    """Six connections race; a reader that always goes on from the last position it saw sees each event once."""
    open_log(postgres).close()
    done = threading.Event()
    seen: list[int] = []

    def write(name: int) -> None:
        with open_log(postgres) as log:
            for number in range(30):
                append(log, f"run/{name}", paused(str(number)), expected=number - 1)

    def read() -> None:
        with open_log(postgres, read_only=True) as log:
            while True:
                last = done.is_set()
                seen.extend(event.position for event in log.read_all(seen[-1] if seen else 0))
                if last:
                    return

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(name,)) for name in range(6)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert seen == list(range(1, 181))
    with open_log(postgres) as log:
        assert verify(log).ok


def test_two_writers_of_one_stream_see_each_other(postgres: str) -> None:
    with open_log(postgres) as one, open_log(postgres) as two:
        append(one, "run/1", paused("0"))
        append(two, "run/1", paused("1"), expected=0)
        with pytest.raises(WrongExpectedVersion):
            append(one, "run/1", paused("2"), expected=0)
        append(one, "run/1", paused("2"), expected=1)
        assert two.version("run/1") == 2


class Losing(PostgresLog):
    """Loses its connection around a commit."""

    lose_before = 0
    lose_after = 0

    def _try(self, streams: Any, admit: Any) -> Any:
        if self.lose_before:
            self.lose_before -= 1
            self._cut()
        answer = super()._try(streams, admit)
        if self.lose_after:
            self.lose_after -= 1
            self._cut()
            self.head()
        return answer

    def _cut(self) -> None:
        pid = self._connected().info.backend_pid
        with psycopg.connect(self._url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", (pid,))


@pytest.mark.parametrize("moment", ["lose_before", "lose_after"])
def test_a_lost_connection_ends_in_exactly_one_copy(postgres: str, moment: str) -> None:
    with Losing(postgres, ticking().__next__) as log:
        append(log, "run/1", paused("0"))
        setattr(log, moment, 2)
        append(log, "run/1", paused("1"), paused("2"), expected=0)
        assert [event.version for event in log.read_all()] == [0, 1, 2]
        assert verify(log).ok


def test_a_server_that_is_away_is_one_clear_error_without_the_password() -> None:
    with pytest.raises(StoreUnavailable, match=r"'runs' on 127\.0\.0\.1:1") as refused:
        open_log("postgresql://me:geheim@127.0.0.1:1/runs")
    assert "geheim" not in str(refused.value)


def test_a_database_without_a_log_cannot_be_read_as_one(postgres: str) -> None:
    with pytest.raises(StoreUnavailable, match="no log"):
        open_log(postgres, read_only=True)


def test_a_schema_of_somebody_else_is_left_as_it_is(postgres: str) -> None:
    sql(postgres, "CREATE SCHEMA journeyman", "CREATE TABLE journeyman.trips(x int)")
    for read_only in (True, False):
        with pytest.raises(ForeignFile, match="not ours"):
            open_log(postgres, read_only=read_only)


def test_a_layout_of_the_future_is_refused(postgres: str) -> None:
    open_log(postgres).close()
    sql(postgres, "INSERT INTO migrations VALUES (99, 'later')")
    with pytest.raises(CorruptLog, match="layout 99"):
        open_log(postgres)


def test_many_processes_may_make_the_log_at_once(postgres: str) -> None:
    failures: list[Exception] = []

    def make() -> None:
        try:
            open_log(postgres).close()
        except Exception as error:  # noqa: BLE001 - collected for the assertion
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_recorded_events_cannot_be_changed_even_by_the_owner(postgres: str) -> None:
    with open_log(postgres) as log:
        append(log, "run/1", paused())
    for attack in ("UPDATE events SET time = 0", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(psycopg.Error, match="for ever"):
            sql(postgres, attack)


@pytest.mark.parametrize(
    ("attack", "first_bad"),
    [
        ("UPDATE events SET payload = 'x' WHERE position = 3", 3),
        ("DELETE FROM events WHERE position = 2", 2),
        ("DELETE FROM events WHERE position > 3", 4),
        ("UPDATE streams SET name = 'run/2'", 1),
        ("DELETE FROM streams", 1),
    ],
)
def test_tampering_is_found_at_its_place(postgres: str, attack: str, first_bad: int) -> None:
    with open_log(postgres) as log:
        append(log, "run/1", *[paused(str(n)) for n in range(5)])
    sql(postgres, "SET session_replication_role = replica", attack)
    with open_log(postgres, read_only=True) as log:
        verdict = verify(log)
    assert (verdict.ok, verdict.first_bad) == (False, first_bad)


def test_a_role_that_may_only_read_can_read_and_is_told_why_it_cannot_write(postgres: str) -> None:
    with open_log(postgres) as log:
        append(log, "run/1", paused())
    with open_log(postgres, read_only=True) as reader:
        assert reader.head().position == 1
        with pytest.raises(StoreUnavailable, match="read-only"):
            append(reader, "run/1", paused("1"), expected=0)


def test_snapshots_are_kept_in_the_database(postgres: str) -> None:
    from tests.events.test_projection import Reasons  # noqa: PLC0415 - the projection of that suite

    with open_log(postgres) as log:
        append(log, "run/1", paused("0"))
        for expected in (1, 0):
            reasons = Reasons()
            assert fold_from_snapshot(log, reasons, snapshot_after=1).state == ("0",)
            assert reasons.evolved == expected


def test_a_large_batch_goes_in_whole(postgres: str) -> None:
    with open_log(postgres) as log:
        log.append("run/1", [paused(str(n)) for n in range(700)], expected=NO_STREAM, correlation="r1")
        assert verify(log).events == 700
