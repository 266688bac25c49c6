"""Durable appends of 300-byte events beside the `eventsourcing` library's SQLite recorder and a bare table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from events.codec import pack
from events.event import PackedEvent
from events.log import NO_STREAM, EventLog, open_log
from ops.bench.rounds import Row, Work, compare

LIBRARY = "eventsourcing, SQLite recorder"
BARE = "sqlite3 executemany, one table"
DATA = {
    "turn": 7,
    "call": {"name": "measure", "what": "nozzle temperature"},
    "findings": [61.25, 203.5, 1.04],
    "text": "the thermistor reads 12 K less than the reference thermometer",
}
"""What one event says; as msgpack some 150 bytes, with stream, version, type, time, run and cause about 300."""
CAUSE = "episode/0198c2f0-3a7b-7c11-9d55-2f60c1b1a001@41"
RUN = "run-0198c2f0"
TYPES = ("ToolReturned", "ModelReplied", "EpisodeScored", "SubmissionMade")
SIZE_AIM = 0.7
SIZES = {1: 1.1, 10: 1.1, 100: 1.4, 1000: 1.4}
"""Events a commit, and the ratio to the library that is promised."""


def compare_appends(folder: Path, rounds: int, events: int) -> list[Row]:
    """Batches of 1 to 1,000, all indexes and the hash chain on; then the sizes of the files.

    Args:
        folder: where the databases are made.
        rounds: of each comparison.
        events: appended in a round where batches are large; a tenth of it one by one.
    """
    rows = []
    with (
        open_log(f"sqlite:///{folder}/append.db") as log,
        _library(folder) as (library, written),
        _bare(folder) as bare,
    ):
        for size, aim in SIZES.items():
            commits = max(1, (events if size > 1 else events // 10) // size)
            ours = appending(log, commits, size)
            if library is not None:
                rows.append(_row(size, ours, library(commits, size), LIBRARY, aim, rounds))
            rows.append(_row(size, ours, bare(commits, size), BARE, 0.5, rounds))
        if library is not None:
            rows.append(_size(folder, log, written()))
    return rows


def _row(size: int, ours: Work, peer: Work, name: str, aim: float, rounds: int) -> Row:
    return compare(f"append, {size} a commit", ours, peer, peer_name=name, unit="events/s", aim=aim, rounds=rounds)


def appending(log: EventLog, commits: int, size: int) -> Work:
    """Work of ours: so many commits of so many events, each to a new stream."""
    events = [PackedEvent(TYPES[n % 4], 1, pack(DATA), CAUSE) for n in range(size)]

    def work() -> int:
        for _ in range(commits):
            log.append(f"episode/{uuid4()}", events, expected=NO_STREAM, correlation=RUN)
        return commits * size

    return work


def appends(recorder: Any) -> Callable[[int, int], Work]:
    """Works of the library, by commits and size: appends through a recorder, of whichever database."""
    from eventsourcing.persistence import StoredEvent  # noqa: PLC0415 - a peer that need not be installed

    state = json.dumps(
        {"timestamp": "2026-01-01T00:00:00.000000+00:00", "correlation": RUN, "causation": CAUSE, **DATA}
    ).encode()

    def works(commits: int, size: int) -> Work:
        def stored(originator: UUID, number: int) -> Any:
            return StoredEvent(originator, number, TYPES[number % 4], state)

        def work() -> int:
            for _ in range(commits):
                originator = uuid4()
                recorder.insert_events([stored(originator, number) for number in range(size)])
            return commits * size

        return work

    return works


@contextmanager
def _library(folder: Path) -> Iterator[tuple[Callable[[int, int], Work] | None, Callable[[], int]]]:
    """The library's recorder, as it comes; its events carry time, run and cause in their JSON."""
    try:
        from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore  # noqa: PLC0415 - need not be there
    except ImportError:
        yield None, lambda: 0
        return
    store = SQLiteDatastore(str(folder / "library.db"))
    recorder = SQLiteApplicationRecorder(store)
    recorder.create_table()
    try:
        yield appends(recorder), lambda: recorder.max_notification_id() or 0
    finally:
        store.close()


@contextmanager
def _bare(folder: Path) -> Iterator[Callable[[int, int], Work]]:
    connection = sqlite3.connect(folder / "bare-append.db")
    connection.executescript(
        "pragma journal_mode=wal; pragma synchronous=full; create table events(position integer primary key, "
        "stream text, version integer, type text, run text, time integer, cause text, payload blob)"
    )
    position, payload = count(1), pack(DATA)

    def works(commits: int, size: int) -> Work:
        def work() -> int:
            for _ in range(commits):
                stream = f"episode/{uuid4()}"
                rows = [(next(position), stream, n, TYPES[n % 4], RUN, 0, CAUSE, payload) for n in range(size)]
                with connection:
                    connection.executemany("insert into events values (?,?,?,?,?,?,?,?)", rows)
            return commits * size

        return work

    try:
        yield works
    finally:
        connection.close()


def _size(folder: Path, log: EventLog, written: int) -> Row:
    """Bytes an event in both files; less is better, so the ratio is theirs to ours turned over."""
    ours = _bytes(folder / "append.db") / max(1, log.head().position)
    peer = _bytes(folder / "library.db") / max(1, written)
    ratio = ours / peer if peer else 0.0
    return Row(
        "file size, bytes an event (at most the aim)",
        round(ours, 1), round(peer, 1), LIBRARY, "bytes", round(ratio, 3), SIZE_AIM, 0 < ratio <= SIZE_AIM, 1,
    )  # fmt: skip


def _bytes(path: Path) -> int:
    connection = sqlite3.connect(path)
    (pages,), (size,) = (
        connection.execute("pragma page_count").fetchone(),
        connection.execute("pragma page_size").fetchone(),
    )
    connection.close()
    return int(pages) * int(size)
