"""A writer that commits late cannot be missed by a reader; with a table numbered by a sequence it is."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

pytest.importorskip("psycopg")

import psycopg

from events.log import NO_STREAM, open_log
from events.postgres import PostgresLog
from events.subscription import Subscription
from tests.contracts.eventlog import append, paused, ticking


def test_a_table_numbered_by_a_sequence_misses_the_late_commit(postgres: str) -> None:
    """The positive control: what the counter row is for."""
    with (
        psycopg.connect(postgres) as late,
        psycopg.connect(postgres, autocommit=True) as early,
        psycopg.connect(postgres, autocommit=True) as reader,
    ):
        early.execute("CREATE TABLE naive(seq bigserial PRIMARY KEY, name text)")
        late.execute("INSERT INTO naive(name) VALUES ('late')")
        early.execute("INSERT INTO naive(name) VALUES ('early')")
        seen = reader.execute("SELECT seq, name FROM naive WHERE seq > 0 ORDER BY seq").fetchall()
        late.commit()
        seen += reader.execute("SELECT seq, name FROM naive WHERE seq > %s ORDER BY seq", (seen[-1][0],)).fetchall()
        early.execute("DROP TABLE naive")
    assert [name for _, name in seen] == ["early"]


class Dawdling(PostgresLog):
    """Holds its transaction open between the insert and the commit until it is told to go on."""

    inside: threading.Event
    go_on: threading.Event

    def _lock_head(self, connection: psycopg.Connection[tuple[object, ...]]) -> Sequence[object]:
        row: Sequence[object] = super()._lock_head(connection)
        self.inside.set()
        self.go_on.wait(timeout=20)
        return row


def test_our_reader_sees_the_late_commit_first_and_nothing_is_missed(postgres: str) -> None:
    open_log(postgres).close()
    with Dawdling(postgres, ticking().__next__) as late, open_log(postgres) as early, open_log(postgres) as reader:
        late.inside, late.go_on = threading.Event(), threading.Event()
        subscription = Subscription(reader)
        writers = [
            threading.Thread(target=append, args=(late, "run/late", paused())),
            threading.Thread(target=append, args=(early, "run/early", paused())),
        ]
        writers[0].start()
        assert late.inside.wait(timeout=20)
        writers[1].start()
        assert subscription.page() == []
        late.go_on.set()
        for writer in writers:
            writer.join(timeout=20)
        assert [event.stream for event in subscription.page()] == ["run/late", "run/early"]
        assert early.version("run/early") == NO_STREAM + 1
