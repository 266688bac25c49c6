"""Rows of a SQLite log of layout 2: events of a stream are found by runs, events of a type by blocks of positions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from events.codec import unpack
from events.errors import CorruptLog
from events.event import Row
from events.log import NO_STREAM
from events.sqlite_layout import BLOCK, places
from events.sqlite_rows import SqliteRows
from events.table_rows import COLUMNS, PAGE

_SPAN: Final = 100 * BLOCK
"""Positions whose blocks are read at once."""
_E_COLUMNS: Final = ", ".join(f"e.{column}" for column in COLUMNS.split(", "))
_OF_STREAM: Final = f"""SELECT {_E_COLUMNS} FROM stream_runs r CROSS JOIN events e
ON e.position >= r.position AND e.position < r.position + r.events
WHERE r.stream = ?1 AND r.version >= coalesce(
  (SELECT max(version) FROM stream_runs WHERE stream = ?1 AND version <= ?2 + 1), 0) AND e.version > ?2
ORDER BY r.version, e.position LIMIT {PAGE}"""
_LAST_VERSION: Final = "SELECT version + events - 1 FROM stream_runs WHERE stream = ? ORDER BY version DESC LIMIT 1"
_CHOSEN: Final = f"SELECT {COLUMNS} FROM events WHERE position IN (SELECT value FROM json_each(?))"
_STREAM: Final = itemgetter(1)


class PlacedRows(SqliteRows):
    """What `SqliteRows` does, with runs and blocks kept beside the events in the same transactions."""

    _open: dict[int, list[int]] | None = None
    """Positions by type behind the last full block; None where they must be looked up."""

    def insert(self, rows: Sequence[Row]) -> None:
        """As in `TableRows`; the rows' positions follow one another."""
        behind = self._behind(rows[0][0])
        super().insert(rows)
        streams, types, _ = self.numbers(rows)
        runs = [(streams[stream], *_run(list(run))) for stream, run in groupby(rows, _STREAM)]
        self._connection.executemany("INSERT INTO stream_runs VALUES (?, ?, ?, ?)", runs)
        at = 0
        while at < len(rows):
            room = BLOCK - (rows[at][0] - 1) % BLOCK
            part = rows[at : at + room]
            for row in part:
                behind[types[row[4]]].append(row[0])
            if len(part) == room:
                upto = part[-1][0]
                full = [(kind, upto, places(positions, upto)) for kind, positions in sorted(behind.items())]
                self._connection.executemany("INSERT INTO type_blocks VALUES (?, ?, ?)", full)
                behind.clear()
            at += room

    def forget(self) -> None:
        """As in `TableRows`."""
        super().forget()
        self._open = None

    def stream_page(self, stream: int, after: int) -> list[Row]:
        """As in `TableRows`."""
        return self.fetch(_OF_STREAM, (stream, after))

    def version_of(self, stream: int) -> int:
        """As in `TableRows`."""
        row = self.one(_LAST_VERSION, (stream,))
        return NO_STREAM if row is None else row[0]

    def of_types(
        self, kinds: Sequence[int], condition: str, values: Sequence[Any], after: int, end: int
    ) -> Iterator[Row]:
        """As in `TableRows`: what full blocks name, then what lies behind them."""
        closed = end - end % BLOCK
        while after < closed:
            upto = min(closed, after - after % BLOCK + _SPAN)
            chosen = [position for position in self._named(kinds, after, upto) if position > after]
            for at in range(0, len(chosen), PAGE):
                page = json.dumps(chosen[at : at + PAGE])
                yield from self.fetch(f"{_CHOSEN}{condition} ORDER BY position", (page, *values))
            after = upto
        yield from super().of_types(kinds, condition, values, after, end)

    def _named(self, kinds: Sequence[int], after: int, upto: int) -> list[int]:
        """Positions that full blocks name, in order."""
        marks = ", ".join("?" * len(kinds))
        sql = f"SELECT upto, places FROM type_blocks WHERE type IN ({marks}) AND upto > ? AND upto <= ?"
        found = self.all(sql, (*kinds, after, upto))
        return sorted(end - BLOCK + distance for end, data in found for distance in self.distances(data, end))

    def distances(self, data: bytes, upto: int) -> list[int]:
        """What a block names, as distances from its start.

        Raises:
            CorruptLog: it is no list of such distances.
        """
        try:
            found = unpack(data)
        except (ValueError, TypeError) as error:
            raise CorruptLog(f"{self.place} is damaged: block of types up to {upto} cannot be read: {error}") from error
        if not isinstance(found, list) or not all(isinstance(distance, int) for distance in found):
            raise CorruptLog(f"{self.place} is damaged: block of types up to {upto} holds what no block can hold")
        return found

    def _behind(self, first: int) -> dict[int, list[int]]:
        """Positions by type behind the last full block, before position `first`."""
        if self._open is None:
            self._open = defaultdict(list)
            start = (first - 1) // BLOCK * BLOCK
            sql = "SELECT type, position FROM events WHERE position > ? AND position < ? ORDER BY position"
            for kind, position in self.all(sql, (start, first)):
                self._open[kind].append(position)
        return self._open


def disagreements(rows: PlacedRows) -> Iterator[str]:
    """Where runs and blocks do not say of the events what the events say themselves.

    A run whose two ends are right is right within, since versions of a stream have no gaps; runs without gaps that
    count as many events as there are leave none out.
    """
    (count,) = rows.one("SELECT count(*) FROM events")
    checks = (
        "SELECT (SELECT coalesce(sum(events), 0) FROM stream_runs) <> (SELECT count(*) FROM events)",
        """SELECT EXISTS (SELECT 1 FROM (
          SELECT version, lag(version + events, 1, 0) OVER (PARTITION BY stream ORDER BY version) AS due
          FROM stream_runs) WHERE version <> due)""",
        """SELECT EXISTS (SELECT 1 FROM stream_runs r
          LEFT JOIN events a ON a.position = r.position LEFT JOIN events b ON b.position = r.position + r.events - 1
          WHERE a.stream IS NOT r.stream OR a.version IS NOT r.version OR b.stream IS NOT r.stream
          OR b.version IS NOT r.version + r.events - 1)""",
    )
    if any(rows.one(check)[0] for check in checks):
        yield "the table of runs does not find every event of its stream: restore a backup, or import an archive"
    if any(_astray(rows, upto) for upto in range(BLOCK, count + 1, BLOCK)):
        yield "the table of blocks does not find every event of its type: restore a backup, or import an archive"
    if rows.one("SELECT EXISTS (SELECT 1 FROM type_blocks WHERE upto > ? OR upto % ?)", (count, BLOCK))[0]:
        yield "the table of blocks speaks of events that are not there: restore a backup, or import an archive"


def _astray(rows: PlacedRows, upto: int) -> bool:
    events = rows.all("SELECT type, position FROM events WHERE position > ? AND position <= ?", (upto - BLOCK, upto))
    said = rows.all("SELECT type, places FROM type_blocks WHERE type >= 0 AND upto = ?", (upto,))
    named = [(kind, upto - BLOCK + distance) for kind, data in said for distance in rows.distances(data, upto)]
    return sorted(events) != sorted(named)


def _run(rows: list[Row]) -> tuple[int, int, int]:
    return rows[0][2], rows[0][0], len(rows)
