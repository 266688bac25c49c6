"""The log in one SQLite file: durable when an append returns, one writer, any number of readers."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar

from events.admission import Admission, Clock
from events.anchor import LARGEST_SEALED, AnchorFile, read_anchor, seal_of
from events.errors import CorruptLog, LogError, StoreUnavailable, UnknownStore
from events.event import Proposal, RecordedEvent, Row, recorded
from events.log import MAX_PAYLOAD, Appended, Batch, Head
from events.snapshot import Snapshot, intact
from events.sqlite_file import connect_reader, connect_writer, create, refuse_if_absent, refuse_if_foreign, speaking
from events.sqlite_health import blemishes
from events.sqlite_layout import LAYOUT, layout_of
from events.sqlite_places import PlacedRows
from events.sqlite_rows import SqliteRows
from events.table_rows import read_head
from events.writer_lock import WriterLock

T = TypeVar("T")

_ANCHOR_EVERY = 1000
"""Events after which the head is also noted inside the file, for copies that lose the file beside it."""


class SqliteLog:
    """An EventLog in a SQLite file, in WAL with `synchronous=FULL`. Threads may share it; a forked child may not."""

    def __init__(self, path: Path, clock: Clock, *, read_only: bool = False, max_payload: int = MAX_PAYLOAD) -> None:
        """Open the file; make it if it is not there.

        Raises:
            StoreUnavailable: missing, not to be read or written, or another writer holds it.
            CorruptLog: not a log of ours (`ForeignFile`), or shorter than it was, or damaged.
        """
        self.path = path
        self._clock, self._max_payload = clock, max_payload
        self._turn = threading.RLock()
        self._lock, self._anchor = None if read_only else self._take_place(), None
        try:
            if read_only:
                refuse_if_absent(path)
                refuse_if_foreign(path)
            self._connection = connect_reader(path) if read_only else connect_writer(path)
            kind = PlacedRows if layout_of(self._connection) == LAYOUT else SqliteRows
            self._rows: SqliteRows = kind(self._connection, path, self._turn)
            self._head = self._rows.last_head()
            if self._lock is not None:
                self._refuse_if_shortened()
                self._anchor = AnchorFile(path, read_only=False)
                self._anchor.write_seal(None)
                self._note_head()
        except BaseException:
            self._release()
            raise
        self._noted_inside = self._head.position

    def append(self, stream: str, events: Sequence[Proposal], *, expected: int, correlation: str) -> Appended:
        """As in the port."""
        return self.append_many([Batch(stream, tuple(events), expected, correlation)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """As in the port."""
        return self._round(lambda admission: admission.admit(batches))

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        """Requests of several writers in one commit: each is taken whole or refused by itself.

        Returns:
            For each request what `append_many` would have returned or raised, in order.

        Raises:
            StoreUnavailable: nothing of any request was written.
        """
        return self._round(lambda admission: admission.admit_each(requests))

    def adopt(self, rows: Sequence[Row]) -> None:
        """Take rows over from a copy of this very log, as they are. Raises CorruptLog if they do not follow."""
        self._round(lambda admission: admission.adopt(rows))

    def read_stream(self, stream: str, *, after: int = -1, upto: int | None = None) -> Iterator[RecordedEvent]:
        """As in the port."""
        return map(recorded, self._rows.of_stream(stream, after, upto))

    def read_all(
        self,
        after: int = 0,
        *,
        types: Iterable[str] = (),
        categories: Iterable[str] = (),
        correlation: str | None = None,
        upto: int | None = None,
    ) -> Iterator[RecordedEvent]:
        """As in the port."""
        return map(recorded, self._rows.of_all(after, tuple(types), tuple(categories), correlation, upto))

    def version(self, stream: str) -> int:
        """As in the port."""
        return self._rows.last_version(stream)

    def head(self) -> Head:
        """As in the port."""
        return self._head if self._lock is not None else self._rows.last_head()

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Rows in order of position."""
        return self._rows.of_all(after, (), (), None, upto)

    def witnesses(self) -> list[Head]:
        """Heads that were noted outside the table of events: inside this file and beside it."""
        noted = self._rows.all("SELECT position, hash FROM head")
        beside = read_anchor(self.path)
        return [read_head(row, self._rows.place) for row in noted] + (
            [beside.head] if beside is not None and beside.head else []
        )

    def blemishes(self) -> Iterator[str]:
        """What is wrong with the file though the events may be whole."""
        yield from blemishes(self.path, self._rows)

    def snapshot(self, name: str) -> Snapshot | None:
        """As in `Snapshots`."""
        row = self._rows.one("SELECT name, position, hash, state, digest FROM snapshots WHERE name = ?", (name,))
        if row is None:
            return None
        snapshot = Snapshot(*row[:4])
        return snapshot if intact(snapshot, row[4]) else None

    def snapshots(self) -> list[Snapshot]:
        """As in `Snapshots`."""
        names = self._rows.all("SELECT name FROM snapshots ORDER BY name")
        return [found for (name,) in names if (found := self.snapshot(name)) is not None]

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        """As in `Snapshots`."""
        if self._lock is None:
            return False
        values = (snapshot.name, snapshot.position, snapshot.hash, snapshot.state, snapshot.digest())
        with self._turn, speaking(self.path, "given a snapshot"):
            self._connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)", values)
        return True

    def copy_to(self, path: Path) -> None:
        """Copy the file as of one moment, while others write; the copy must not exist yet."""
        with speaking(self.path, "copied"), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
            # Of its own, so that a long copy holds up neither readers nor the writer that share this log's connection.
            with contextlib.closing(connect_reader(self.path)) as source:
                source.backup(copy)
            copy.execute("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        """As in the port. A writer leaves one file, sealed: no log beside it that waits to be merged."""
        with self._turn:
            if self._anchor is not None and self._lock is not None and self._lock.process == os.getpid():
                with contextlib.suppress(sqlite3.Error, OSError):
                    self._seal(self._anchor)
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _take_place(self) -> WriterLock:
        if not self.path.parent.is_dir():
            raise StoreUnavailable(f"log '{self.path}': there is no directory '{self.path.parent}'; make it first")
        fresh = not self.path.exists() or self.path.stat().st_size == 0
        if not fresh:
            refuse_if_foreign(self.path)
            self._refuse_if_protected()
        lock = WriterLock(self.path)
        try:
            if fresh:
                self._refuse_if_vanished()
                create(self.path)
        except BaseException:
            lock.release()
            raise
        return lock

    def _refuse_if_protected(self) -> None:
        if not os.access(self.path, os.W_OK):
            raise StoreUnavailable(f"log '{self.path}' cannot be written to: mend its permissions or open it read-only")

    def _refuse_if_vanished(self) -> None:
        beside = read_anchor(self.path)
        if beside is not None and beside.head is not None and beside.head.position:
            raise CorruptLog(
                f"log '{self.path}' is gone or empty, but the file beside it ({self.path.name}-head) remembers "
                f"{beside.head.position} events: restore a backup, or remove that file to begin anew"
            )

    def _refuse_if_shortened(self) -> None:
        beside = read_anchor(self.path)
        if beside is None or beside.head is None:
            return
        if self._head.position < beside.head.position:
            raise CorruptLog(
                f"log '{self.path}' ends at position {self._head.position}, but events up to {beside.head.position} "
                f"were acknowledged: its end was cut off. Nothing is written to it. Restore a backup; if this is an "
                f"older copy, put here on purpose, remove '{self.path.name}-head' beside it"
            )

    def _round(self, admit: Callable[[Admission], T]) -> T:
        with self._turn:
            self._refuse_if_not_writable()
            admission = Admission(self._rows, self._head, self._clock(), self._max_payload)
            answer = admit(admission)
            if admission.rows:
                self._write(admission)
                self._head = admission.head
                self._note_head()
            return answer

    def _write(self, admission: Admission) -> None:
        with speaking(self.path, "appended to"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._rows.insert(admission.rows)
                if admission.head.position - self._noted_inside >= _ANCHOR_EVERY:
                    self._note_inside(admission.head)
                self._connection.execute("COMMIT")
            except BaseException:
                self._rows.forget()
                # The first error is the one to act on: a ROLLBACK that SQLite has made already must not hide it.
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
            self._rows.remember()

    def _note_inside(self, head: Head) -> None:
        self._connection.execute("INSERT OR REPLACE INTO head VALUES (1, ?, ?)", (head.position, head.hash))
        self._noted_inside = head.position

    def _note_head(self) -> None:
        # The commit stands: that its copy beside cannot be written now (disk full) must not unsay it.
        if self._anchor is not None:
            with contextlib.suppress(OSError):
                self._anchor.write(self._head)

    def _seal(self, anchor: AnchorFile) -> None:
        if self._head.position != self._noted_inside or self._head.position == 0:
            self._note_inside(self._head)
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        if self.path.stat().st_size <= LARGEST_SEALED:
            anchor.write_seal(seal_of(self.path))
        anchor.flush()

    def _refuse_if_not_writable(self) -> None:
        if self._lock is None:
            raise StoreUnavailable(f"log '{self.path}' was opened read-only; open it without read_only to append")
        if self._lock.process != os.getpid():
            raise StoreUnavailable(f"log '{self.path}' was opened before a fork; open it anew in this process")
        if self._anchor is None:
            raise StoreUnavailable(f"log '{self.path}' is closed")

    def _release(self) -> None:
        if (connection := getattr(self, "_connection", None)) is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None
        if self._lock is not None:
            self._lock.release()


def open_sqlite(url: str, rest: str, clock: Clock, *, read_only: bool, max_payload: int) -> SqliteLog:
    """The log at `sqlite:///relative.db` or `sqlite:////absolute.db`. Raises as `open_log`."""
    if not rest.startswith("/") or rest in ("/", "/:memory:") or "\0" in rest:
        raise UnknownStore(
            f"'{url}' names no file: three slashes and a relative path (sqlite:///runs.db), or four and an absolute "
            "one (sqlite:////var/lib/runs.db); memory:// keeps a log in memory"
        )
    return SqliteLog(Path(rest[1:]), clock, read_only=read_only, max_payload=max_payload)
