"""Rows of a PostgreSQL log: the queries of every log in tables, and what the server's errors mean."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import psycopg

from events.errors import CorruptLog, StoreUnavailable
from events.event import Row
from events.log import NO_STREAM
from events.table_rows import COLUMNS, TableRows

_KINDS: Final = ("int8", "int8", "int8", "text", "int8", "int8", "int8", "int8", "text", "bytea", "bytea")
_COPY: Final = f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
_INSERT: Final = f"INSERT INTO events ({COLUMNS}) SELECT * FROM unnest({', '.join(f'%b::{kind}[]' for kind in _KINDS)})"
_COPIED_FROM: Final = 300
"""Rows from which on COPY costs less than one INSERT of arrays."""

_REMEDIES: Final = {
    "53100": "the server's disk is full: free some space there and repeat",
    "25006": "the server or the role is read-only: append on the primary, with a role that may write",
    "42501": "the role lacks a privilege: see events/postgres_schema.py for those that a log needs",
    "53300": "the server has no connection left: raise max_connections or close some",
    "28": "the server does not accept this user or password",
    "57": "the server is shutting down or starting: repeat when it is back",
    "08": "the connection was lost: see that the server is up, and repeat",
}
_DAMAGE: Final = ("42P01", "42703", "XX001", "XX002")
"""No such table, no such column, data or index corrupted."""


@contextlib.contextmanager
def speaking(place: str, act: str) -> Iterator[None]:
    """Turn psycopg's errors into ours; `act` says what was being done.

    Raises:
        CorruptLog: if tables are missing or damaged.
        StoreUnavailable: if the outside failed; the sentence says what to do.
    """
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ("08" if isinstance(error, psycopg.OperationalError) else "")
        said = f"{place} could not be {act}: {' '.join(str(error).split())}"
        if state in _DAMAGE:
            raise CorruptLog(f"{said}; its tables are damaged: restore a backup") from error
        remedy = next((text for key, text in _REMEDIES.items() if state.startswith(key)), "nothing was written")
        raise StoreUnavailable(f"{said}; {remedy}") from error


class PostgresRows(TableRows):
    """Reading and inserting through one connection that threads share in turns."""

    def __init__(self, connection: Callable[[], psycopg.Connection[Any]], place: str, turn: threading.RLock) -> None:
        super().__init__(place)
        self._connection, self._turn = connection, turn

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """As in `TableRows`."""
        with self._turn, speaking(self.place, "read"):
            return self._ask(sql, values).fetchone()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """As in `TableRows`."""
        with self._turn, speaking(self.place, "read"):
            found: list[Any] = self._ask(sql, values).fetchall()
            return found

    def enter(self, table: str, name: str, position: int) -> int:
        """As in `TableRows`."""
        sql, values = self.entry(table, name, position)
        return int(self._ask(f"{sql} RETURNING id", values).fetchone()[0])

    def insert(self, rows: Sequence[Row]) -> None:
        """As in `TableRows`."""
        streams, types, runs = self.numbers(rows)
        numbered = [(p, streams[s], v, i, types[t], c, w, runs[r], a, b, h) for p, s, v, i, t, c, w, r, a, b, h in rows]
        with self._connection().cursor(binary=True) as cursor:
            if len(numbered) < _COPIED_FROM:
                cursor.execute(_INSERT, [list(column) for column in zip(*numbered, strict=True)])
                return
            with cursor.copy(_COPY) as copy:
                copy.set_types(_KINDS)
                for row in numbered:
                    copy.write_row(row)

    def know_versions(self, streams: Iterable[str]) -> None:
        """Ask for the versions of many streams at once, for an append that holds the head."""
        asked = [name for name in dict.fromkeys(streams) if name not in self._versions]
        if not asked:
            return
        last = "SELECT max(version) FROM events e WHERE e.stream = s.id"
        sql = f"SELECT s.name, ({last}) FROM streams s WHERE name = ANY(?)"
        self._versions.update(dict.fromkeys(asked, NO_STREAM))
        self._versions.update(
            {name: NO_STREAM if version is None else version for name, version in self.all(sql, (asked,))}
        )

    def _ask(self, sql: str, values: Sequence[Any]) -> Any:
        return self._connection().execute(sql.replace("?", "%s"), values, binary=True)
