"""The log against a bare SQLite table with the same columns and indexes: what do order, chain and checks cost?"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from events import facts
from events.event import Event
from events.log import NO_STREAM, EventLog, open_log
from events.verification import verify
from ops.bench.log_append import compare_appends
from ops.bench.log_growth import compare_growth
from ops.bench.log_postgres import compare_postgres
from ops.bench.log_producers import compare_producers
from ops.bench.rounds import Row, Work, compare

PEER = "sqlite3, bare table"
COMMIT = 1000
EPISODE = 25
"""Events of one episode, appended in one transaction."""
SCHEMA = """
create table events(position integer primary key, stream text not null, version integer not null, id text,
  type text not null, schema integer not null, time integer not null, correlation text not null, causation text,
  payload blob not null, hash blob not null, unique(stream, version));
create index by_correlation on events(correlation, position);
create index by_type on events(type, position);
"""
INSERT = "insert into events values (?,?,?,?,?,?,?,?,?,?,?)"


@dataclass
class Bare:
    """The peer: a table, WAL, synchronous=FULL, and nothing else."""

    connection: sqlite3.Connection
    position: Iterator[int] = field(default_factory=lambda: count(1))

    def append(self, stream: str, payload: bytes, n: int) -> None:
        """One transaction of `n` rows."""
        rows = [
            (next(self.position), stream, v, None, "ToolReturned", 1, 0, "run", None, payload, bytes(32))
            for v in range(n)
        ]
        with self.connection:
            self.connection.executemany(INSERT, rows)


def compare_logs(rounds: int, episodes: int, grow: int = 0) -> list[Row]:
    """Append, read and verify, each beside the peer.

    Args:
        rounds: of each comparison.
        episodes: of 25 events each that are appended in a round.
        grow: events up to which a log is filled to see whether its appends slow down; 0 leaves that out.
    """
    with tempfile.TemporaryDirectory(prefix="journeyman-bench-") as folder, _both(Path(folder)) as (log, bare):
        fact = facts.ToolReturned(turn=1, call={"name": "measure"}, result={"findings": [{"value": 61.0}] * 3})
        names = count()

        def ours(size: int) -> Work:
            return lambda: _append_ours(log, fact, names, episodes * EPISODE // size, size)

        def theirs(size: int) -> Work:
            return lambda: _append_bare(bare, fact, names, episodes * EPISODE // size, size)

        works = [
            ("append, one event a commit", ours(1), theirs(1), 0.4),
            ("append, one episode a commit", ours(EPISODE), theirs(EPISODE), 0.5),
            ("read everything", lambda: _read_ours(log), lambda: _read_bare(bare), 0.3),
            ("verify the chain", lambda: verify(log).events, lambda: _read_bare(bare), 0.2),
        ]
        rows = [
            compare(work, a, b, peer_name=PEER, unit="events/s", aim=aim, rounds=rounds) for work, a, b, aim in works
        ]
    return rows + _beside_peers(rounds, episodes * EPISODE, grow)


def _beside_peers(rounds: int, events: int, grow: int) -> list[Row]:
    """Batches, sixteen producers, typed replay, PostgreSQL; the library's rows only where it is installed."""
    with tempfile.TemporaryDirectory(prefix="journeyman-bench-") as name:
        folder = Path(name)
        rows = compare_appends(folder, rounds, 5 * events)
        rows += compare_producers(folder, min(rounds, 3), seconds=max(0.3, events / 1000))
        if find_spec("eventsourcing") is not None:
            from ops.bench.log_replay import compare_replays  # noqa: PLC0415 - a peer that need not be installed

            rows += compare_replays(folder, rounds, grow or max(COMMIT, 20 * events))
        rows += compare_postgres(rounds, 5 * events, appends=max(20, events // 10))
        return [*rows, compare_growth(folder, grow)] if grow else rows


@contextmanager
def _both(folder: Path) -> Iterator[tuple[EventLog, Bare]]:
    connection = sqlite3.connect(folder / "bare.db")
    connection.executescript("pragma journal_mode=wal; pragma synchronous=full;" + SCHEMA)
    try:
        with open_log(f"sqlite:///{folder}/ours.db") as log:
            yield log, Bare(connection)
    finally:
        connection.close()


def _append_ours(log: EventLog, fact: facts.ToolReturned, names: Iterator[int], commits: int, size: int) -> int:
    for _ in range(commits):
        log.append(f"episode/bench/{next(names)}", [Event(fact)] * size, expected=NO_STREAM, correlation="run")
    return commits * size


def _append_bare(bare: Bare, fact: facts.ToolReturned, names: Iterator[int], commits: int, size: int) -> int:
    for _ in range(commits):
        bare.append(f"episode/bench/{next(names)}", Event(fact).packed().payload, size)
    return commits * size


def _read_ours(log: EventLog) -> int:
    return sum(1 for _ in log.read_all())


def _read_bare(bare: Bare) -> int:
    return sum(1 for _ in bare.connection.execute("select * from events order by position"))
