"""Rows of a log that is kept in tables: how events are found in them, page by page, whichever database holds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from events.chain import GENESIS
from events.errors import CorruptLog
from events.event import Row
from events.log import NO_STREAM, Head

PAGE: Final = 1000
"""Rows of one query."""
_REMEMBERED: Final = 100_000
COLUMNS: Final = "position, stream, version, id, type, schema, time, correlation, causation, payload, hash"


class TableRows(ABC):
    """Reading, without transactions: those are the log's affair. Statements mark values with `?`.

    Each page is one short query, so a slow reader never holds the file; what is appended between two pages cannot
    disturb, because what is recorded never moves.
    """

    def __init__(self, place: str) -> None:
        """`place` names the log in messages."""
        self.place = place
        self._names = {kind: _Names(self, table) for kind, table in _TABLES.items()}
        self._versions: dict[str, int] = {}
        self._fresh: dict[str, int] = {}

    @abstractmethod
    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row of a query, or None."""

    @abstractmethod
    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""

    @abstractmethod
    def enter(self, table: str, name: str, position: int) -> int:
        """Give a name its number, inside the caller's transaction; `position` is the first event that bears it."""

    @abstractmethod
    def insert(self, rows: Sequence[Row]) -> None:
        """Lay rows into the tables, inside the caller's transaction."""

    def of_all(
        self, after: int, types: Sequence[str], categories: Sequence[str], correlation: str | None, upto: int | None
    ) -> Iterator[Row]:
        """Rows with position > after (and <= upto, and <= the head at the start), filtered, in order."""
        end = self.last_head().position if upto is None else min(upto, self.last_head().position)
        condition, values = "", list[Any]()
        if categories:
            marks = ", ".join("?" * len(categories))
            condition += f" AND EXISTS (SELECT 1 FROM streams s WHERE s.id = events.stream AND s.category IN ({marks}))"
            values += list(categories)
        if correlation is not None:
            row = self.one("SELECT id, since FROM correlations WHERE name = ?", (correlation,))
            if row is None:
                return
            condition, values, after = condition + " AND correlation = ?", [*values, row[0]], max(after, row[1] - 1)
        if types:
            known = [number for name in set(types) if (number := self._names["type"].number(name)) is not None]
            yield from self.of_types(sorted(known), condition, values, after, end) if known else ()
        else:
            yield from self._pages(condition, values, after, end)

    def of_stream(self, stream: str, after: int, upto: int | None) -> Iterator[Row]:
        """Rows of one stream with version > after and position <= upto, in order."""
        number = self._names["stream"].number(stream)
        if number is None:
            return
        while rows := self.stream_page(number, after):
            for row in rows:
                if upto is not None and row[0] > upto:
                    return
                yield row
            after = rows[-1][2]

    def last_head(self) -> Head:
        """The end of the log."""
        row = self.one("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1")
        return read_head(row, self.place) if row else Head(0, GENESIS)

    def last_version(self, stream: str) -> int:
        """As admission asks for it."""
        known = self._versions.get(stream)
        if known is not None:
            return known
        number = self._names["stream"].number(stream)
        if number is None:
            return NO_STREAM
        version = self.version_of(number)
        if not isinstance(version, int):
            raise CorruptLog(f"{self.place} is damaged: stream '{stream}' has version {version!r}")
        return version

    def forget_versions(self) -> None:
        """Somebody else has appended since: the versions of streams must be asked for again."""
        self._versions.clear()
        for names in self._names.values():
            names.settle(_REMEMBERED)

    def rows_between(self, stream: str, first: int, last: int) -> list[Row]:
        """As admission asks for it."""
        rows = []
        for row in self.of_stream(stream, first - 1, None):
            if row[2] > last:
                break
            rows.append(row)
        return rows

    def row_of(self, event_id: str) -> Row | None:
        """As admission asks for it."""
        rows = self.fetch(f"SELECT {COLUMNS} FROM events WHERE id = ?", (event_id,))
        return rows[0] if rows else None

    def numbers(self, rows: Sequence[Row]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """Numbers of streams, types and correlations, by name; new names of these rows are given theirs."""
        self._fresh = {row[1]: row[2] for row in rows}
        streams, types, runs = (self._names[kind] for kind in ("stream", "type", "correlation"))
        for row in rows:
            if row[1] not in streams.numbers:
                streams.enter(row[1], row[0])
            if row[4] not in types.numbers:
                types.enter(row[4], row[0])
            if row[7] not in runs.numbers:
                runs.enter(row[7], row[0])
        return streams.numbers, types.numbers, runs.numbers

    def remember(self) -> None:
        """The transaction was committed: what it added may be taken for known."""
        if len(self._versions) > _REMEMBERED:
            self._versions.clear()
        self._versions.update(self._fresh)
        for names in self._names.values():
            names.settle(_REMEMBERED)

    def forget(self) -> None:
        """The transaction failed: nothing of what it added may be taken for known."""
        self._versions.clear()
        for names in self._names.values():
            names.clear()

    def entry(self, table: str, name: str, position: int) -> tuple[str, tuple[Any, ...]]:
        """The statement that enters a name, and its values."""
        columns, values = {
            "streams": ("name, category", (name, name.partition("/")[0])),
            "event_types": ("name", (name,)),
            "correlations": ("name, since", (name, position)),
        }[table]
        return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})", values

    def stream_page(self, stream: int, after: int) -> list[Row]:
        """The next rows of a stream, by its number, with version > after."""
        sql = f"SELECT {COLUMNS} FROM events WHERE stream = ? AND version > ? ORDER BY version LIMIT {PAGE}"
        return self.fetch(sql, (stream, after))

    def version_of(self, stream: int) -> int:
        """The last version of a stream, by its number."""
        row = self.one("SELECT max(version) FROM events WHERE stream = ?", (stream,))
        version: int = NO_STREAM if row is None or row[0] is None else row[0]
        return version

    def of_types(
        self, kinds: Sequence[int], condition: str, values: Sequence[Any], after: int, end: int
    ) -> Iterator[Row]:
        """Rows of these types, by their numbers, with position > after and <= end, under a further condition."""
        one = f"SELECT {COLUMNS} FROM events WHERE position > ? AND position <= ?{condition} AND type = ?"
        sql = " UNION ALL ".join([one] * len(kinds)) + f" ORDER BY position LIMIT {PAGE}"
        yield from self._through(sql, lambda at: [v for kind in kinds for v in (at, end, *values, kind)], after, end)

    def _pages(self, condition: str, values: Sequence[Any], after: int, end: int) -> Iterator[Row]:
        sql = f"SELECT {COLUMNS} FROM events WHERE position > ? AND position <= ?{condition} ORDER BY position"
        yield from self._through(f"{sql} LIMIT {PAGE}", lambda at: [at, end, *values], after, end)

    def _through(self, sql: str, values: Callable[[int], list[Any]], after: int, end: int) -> Iterator[Row]:
        """Page after page of a query; its values depend on the position that the last page ended with."""
        while after < end:
            rows = self.fetch(sql, values(after))
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    def fetch(self, sql: str, values: Sequence[Any]) -> list[Row]:
        """The rows of a query for `COLUMNS`, numbers told as names."""
        rows = self.all(sql, values)
        streams, types, runs = (self._names[kind].by_number for kind in ("stream", "type", "correlation"))
        return [(p, streams[s], v, i, types[t], c, w, runs[r], a, b, h) for p, s, v, i, t, c, w, r, a, b, h in rows]


_TABLES: Final = {"stream": "streams", "type": "event_types", "correlation": "correlations"}


def read_head(row: Sequence[Any], place: str) -> Head:
    """A head from position and hash as stored; a damaged file may hold anything in their place."""
    position, value = row
    if not isinstance(position, int) or not isinstance(value, bytes):
        raise CorruptLog(f"{place} is damaged: its end is noted as {position!r}, {value!r}")
    return Head(position, value)


class _Names:
    """One of the dictionary tables: long names once, short numbers in the events."""

    def __init__(self, rows: TableRows, table: str) -> None:
        self._rows, self._table = rows, table
        self.numbers: dict[str, int] = {}
        self._absent: set[str] = set()
        self.by_number = _ByNumber(rows, table)

    def number(self, name: str) -> int | None:
        """The name's number, if it has one."""
        known = self.numbers.get(name)
        if known is not None:
            return known
        row = self._rows.one(f"SELECT id FROM {self._table} WHERE name = ?", (name,))
        if row is None:
            self._absent.add(name)
            return None
        self.numbers[name] = row[0]
        return int(row[0])

    def enter(self, name: str, position: int) -> None:
        """Give the name a number if it has none; a name that this very append has missed is not looked up again."""
        if name in self._absent or self.number(name) is None:
            self.numbers[name] = self._rows.enter(self._table, name, position)

    def settle(self, most: int) -> None:
        """Others may enter names from now on; keep memory in bounds."""
        self._absent.clear()
        if len(self.numbers) > most:
            self.numbers.clear()
        if len(self.by_number) > most:
            self.by_number.clear()

    def clear(self) -> None:
        """Take nothing for known."""
        self._absent.clear()
        self.numbers.clear()
        self.by_number.clear()


class _ByNumber(dict[int, str]):
    """Names by their numbers; what is missing is read with its neighbours, which are wanted next."""

    def __init__(self, rows: TableRows, table: str) -> None:
        super().__init__()
        self._rows, self._table = rows, table

    def __missing__(self, number: int) -> str:
        if isinstance(number, int):
            around = (number - 500, number + 500)
            self.update(self._rows.all(f"SELECT id, name FROM {self._table} WHERE id BETWEEN ? AND ?", around))
        if number not in self:
            raise CorruptLog(f"an event refers to number {number!r} in table '{self._table}', which has no such row")
        return self[number]
