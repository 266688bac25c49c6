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

_INSERT: Final = f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


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
        self._connection.executemany(_INSERT, self.numbered(rows))
