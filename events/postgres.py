"""The log in PostgreSQL, for a cluster: many writers, whose appends take turns at one row, the head."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Self, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict

from events.admission import Admission, Clock, fits
from events.errors import LogError, StoreUnavailable
from events.event import Proposal, RecordedEvent, Row, recorded
from events.log import MAX_PAYLOAD, Appended, Batch, Head
from events.postgres_rows import PostgresRows, speaking
from events.postgres_schema import migrate, refuse_if_absent
from events.snapshot import Snapshot, intact
from events.table_rows import read_head

T = TypeVar("T")

_ATTEMPTS: Final = 3
"""How often an append is tried on a new connection before its loss is reported."""


class PostgresLog:
    """An EventLog in the schema `journeyman` of a database. Threads may share it; processes open their own.

    The head is a row that every append locks first and moves last, in the same transaction: positions have no gaps
    and become visible in order, which a sequence cannot give. If the connection is lost the append is tried again on
    a new one; should the first have been committed after all, it is found there, as any event delivered twice.
    """

    def __init__(self, url: str, clock: Clock, *, read_only: bool = False, max_payload: int = MAX_PAYLOAD) -> None:
        """Connect; make or migrate the tables if need be. The URL's parameters (sslmode, …) pass through.

        Raises:
            StoreUnavailable: no server, no such database, no permission; or no log there yet, and read-only.
            CorruptLog: the tables are newer than this version, or not ours (`ForeignFile`).
        """
        self._url, self._clock, self._read_only, self._max_payload = url, clock, read_only, max_payload
        self.place = _place(url)
        self._turn = threading.RLock()
        self._closed = False
        self._seen = -1
        self._connection: psycopg.Connection[Any] | None = None
        with speaking(self.place, "opened"):
            self._connection = self._connect()
            refuse_if_absent(self._connection, self.place) if read_only else migrate(self._connection, self.place)
        self._rows = PostgresRows(self._connected, self.place, self._turn)

    def append(self, stream: str, events: Sequence[Proposal], *, expected: int, correlation: str) -> Appended:
        """As in the port."""
        return self.append_many([Batch(stream, tuple(events), expected, correlation)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """As in the port."""
        return self._round([batch.stream for batch in batches], lambda admission: admission.admit(batches))

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        """Requests of several writers in one commit: each is taken whole or refused by itself."""
        streams = [batch.stream for request in requests for batch in request]
        return self._round(streams, lambda admission: admission.admit_each(requests))

    def adopt(self, rows: Sequence[Row]) -> None:
        """Take rows over from a copy of this very log, as they are. Raises CorruptLog if they do not follow."""
        self._round([], lambda admission: admission.adopt(rows))

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
        with self._turn:
            self._rows.forget_versions()
            self._seen = -1
            return self._rows.last_version(stream)

    def head(self) -> Head:
        """As in the port."""
        return self._rows.last_head()

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Rows in order of position."""
        return self._rows.of_all(after, (), (), None, upto)

    def witnesses(self) -> list[Head]:
        """The head's own row."""
        return [read_head(row, self.place) for row in self._rows.all("SELECT position, hash FROM head")]

    def blemishes(self) -> Iterator[str]:
        """Snapshots that were changed, and names that lost their column's rule."""
        for row in self._rows.all("SELECT name, position, hash, state, digest FROM snapshots"):
            if not intact(Snapshot(*row[:4]), row[4]):
                yield f"the snapshot '{row[0]}' was changed"

    def snapshot(self, name: str) -> Snapshot | None:
        """As in `Snapshots`."""
        row = self._rows.one("SELECT name, position, hash, state, digest FROM snapshots WHERE name = ?", (name,))
        return Snapshot(*row[:4]) if row is not None and intact(Snapshot(*row[:4]), row[4]) else None

    def snapshots(self) -> list[Snapshot]:
        """As in `Snapshots`."""
        names = self._rows.all("SELECT name FROM snapshots ORDER BY name")
        return [found for (name,) in names if (found := self.snapshot(name)) is not None]

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        """As in `Snapshots`."""
        if self._read_only:
            return False
        values = (snapshot.name, snapshot.position, snapshot.hash, snapshot.state, snapshot.digest())
        with self._turn, speaking(self.place, "given a snapshot"):
            self._connected().execute(
                "INSERT INTO snapshots VALUES (%s, %s, %s, %s, %s) ON CONFLICT (name) DO UPDATE SET position = "
                "excluded.position, hash = excluded.hash, state = excluded.state, digest = excluded.digest",
                values,
            )
        return True

    def close(self) -> None:
        """As in the port."""
        with self._turn:
            self._closed = True
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _round(self, streams: Sequence[str], admit: Callable[[Admission], T]) -> T:
        """One admission under the head's lock, tried again where the connection was lost before the answer came."""
        if self._read_only:
            raise StoreUnavailable(f"{self.place} was opened read-only; open it without read_only to append")
        with self._turn:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    return self._try(streams, admit)
                except BaseException as error:
                    self._rows.forget()
                    self._seen = -1
                    lost = isinstance(error, StoreUnavailable) and self._lost()
                    if lost:
                        self._drop()
                    if not lost or attempt == _ATTEMPTS:
                        raise
            raise AssertionError("unreachable")

    def _try(self, streams: Sequence[str], admit: Callable[[Admission], T]) -> T:
        with speaking(self.place, "appended to"):
            connection = self._connected()
            with connection.transaction():
                head = read_head(self._lock_head(connection), self.place)
                if head.position != self._seen:
                    self._rows.forget_versions()
                self._rows.know_versions(name for name in streams if fits(name))
                admission = Admission(self._rows, head, self._clock(), self._max_payload)
                answer = admit(admission)
                if admission.rows:
                    self._rows.insert(admission.rows)
                    connection.execute("UPDATE head SET position = %s, hash = %s", _pair(admission.head), binary=True)
            self._rows.remember()
            self._seen = admission.head.position
            return answer

    def _lock_head(self, connection: psycopg.Connection[Any]) -> Any:
        row = connection.execute("SELECT position, hash FROM head FOR UPDATE", binary=True).fetchone()
        return row if row is not None else (None, None)

    def _lost(self) -> bool:
        return self._connection is not None and (self._connection.closed or self._connection.broken)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._closed:
            raise StoreUnavailable(f"{self.place} is closed; open it anew")
        if self._connection is None or self._lost():
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = psycopg.connect(self._url, autocommit=True, connect_timeout=10)
        connection.execute("SET search_path = journeyman")
        connection.execute("SET synchronous_commit = on")
        if self._read_only:
            connection.execute("SET default_transaction_read_only = on")
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def _pair(head: Head) -> tuple[int, bytes]:
    return head.position, head.hash


def _place(url: str) -> str:
    """The log's name for people: never the password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StoreUnavailable(f"this PostgreSQL URL cannot be read: {' '.join(str(error).split())}") from error
    server = f"{parts.get('host') or 'local socket'}:{parts.get('port') or 5432}"
    return f"log in database '{parts.get('dbname') or parts.get('user') or ''}' on {server}"


def open_postgres(
    url: str,
    rest: str,  # noqa: ARG001 - all stores are opened alike
    clock: Clock,
    *,
    read_only: bool,
    max_payload: int,
) -> PostgresLog:
    """The log at `postgresql://…`. Raises as `open_log`."""
    return PostgresLog(url, clock, read_only=read_only, max_payload=max_payload)
