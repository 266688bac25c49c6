"""Rows of a SQLite log: the queries of every log in tables, put to a SQLite connection."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from events.event import Row
from events.sqlite_file import speaking
from events.table_rows import COLUMNS, TableRows

_AT_ONCE: Final = 64
"""Rows of one statement where there are many: a statement costs as much as two of its rows."""
_NAMELESS: Final = COLUMNS.replace("id, ", "")
"""Without the column that hardly an event fills: even a None costs as much as three numbers to hand over."""
_INSERT: Final = f"INSERT INTO events ({COLUMNS}) VALUES ({', '.join('?' * 11)})"


def _many(rows: int) -> str:
    return f"INSERT INTO events ({_NAMELESS}) VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'] * rows)}"


_INSERT_NAMELESS: Final = _many(1)
_INSERT_MANY: Final = _many(_AT_ONCE)


class SqliteRows(TableRows):
    """Reading and inserting through one connection that threads share in turns."""

    def __init__(self, connection: sqlite3.Connection, path: Path, turn: threading.RLock) -> None:
        super().__init__(f"log '{path}'")
        self._connection, self._path, self._turn = connection, path, turn

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """As in `TableRows`."""
        with self._turn, speaking(self._path, "read"):
            return self._connection.execute(sql, values).fetchone()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """As in `TableRows`."""
        with self._turn, speaking(self._path, "read"):
            return self._connection.execute(sql, values).fetchall()

    def enter(self, table: str, name: str, position: int) -> int:
        """As in `TableRows`."""
        return int(self._connection.execute(*self.entry(table, name, position)).lastrowid or 0)

    def insert(self, rows: Sequence[Row]) -> None:
        """As in `TableRows`."""
        streams, types, runs = self.numbers(rows)
        values: list[Any] = []
        for p, s, v, i, t, c, w, r, a, b, h in rows:
            # sqlite3 looks for adapters of bytes, each time in vain; it takes a bytearray as it is.
            value = (p, streams[s], v, types[t], c, w, runs[r], a, bytearray(b), bytearray(h))
            if i is None:
                values += value
            else:
                self._connection.execute(_INSERT, (*value[:3], i, *value[3:]))
        whole = len(values) - len(values) % (10 * _AT_ONCE)
        for at in range(0, whole, 10 * _AT_ONCE):
            self._connection.execute(_INSERT_MANY, values[at : at + 10 * _AT_ONCE])
        for at in range(whole, len(values), 10):
            self._connection.execute(_INSERT_NAMELESS, values[at : at + 10])
