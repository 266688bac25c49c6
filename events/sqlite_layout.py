"""The tables of a log's SQLite file, by the number of their layout, and how a file of an older layout is lifted.

Layout 1 had an index entry for each event by stream and version, and one by type: a third of the work of an append.
Layout 2 says the same with far fewer rows. A *run* is a stretch of the log that belongs to one stream; a *block* names
the events of one type among a thousand positions, and is written when these are full. What lies behind the last full
block, less than a thousand events, is looked through.
"""

from __future__ import annotations

import sqlite3
from itertools import groupby
from operator import itemgetter
from typing import Final

from events.codec import pack

LAYOUT: Final = 2
"""Number of today's layout, in `user_version`."""

BLOCK: Final = 1000
"""Positions of a block of types; the first block ends at this position."""

_TABLES: Final = (
    "CREATE TABLE properties(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE streams(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category TEXT NOT NULL) STRICT",
    "CREATE TABLE event_types(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE correlations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, since INTEGER NOT NULL) STRICT",
    """CREATE TABLE events(
  position INTEGER PRIMARY KEY CHECK(position > 0),
  stream INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK(version >= 0),
  type INTEGER NOT NULL,
  schema INTEGER NOT NULL,
  time INTEGER NOT NULL,
  correlation INTEGER NOT NULL,
  causation TEXT,
  id TEXT,
  payload BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT""",
    "CREATE UNIQUE INDEX events_id ON events(id) WHERE id IS NOT NULL",
    "CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one = 1), position INTEGER NOT NULL, hash BLOB NOT NULL) STRICT",
    """CREATE TABLE snapshots(
  name TEXT PRIMARY KEY, position INTEGER NOT NULL, hash BLOB NOT NULL, state BLOB NOT NULL, digest BLOB NOT NULL
) STRICT""",
)
_PLACES: Final = (
    """CREATE TABLE stream_runs(
  stream INTEGER NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY(stream, version)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE type_blocks(
  type INTEGER NOT NULL, upto INTEGER NOT NULL, places BLOB NOT NULL, PRIMARY KEY(type, upto)
) STRICT, WITHOUT ROWID""",
)
_FOR_EVER: Final = ("events", "streams", "event_types", "correlations", "properties")
_RUNS: Final = """INSERT INTO stream_runs
SELECT stream, min(version), min(position), count(*) FROM events GROUP BY stream, position - version"""


def layout_of(connection: sqlite3.Connection) -> int:
    """The layout's number; 0 in a file that was never laid out."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables of today's layout, within the caller's transaction."""
    for statement in (*_TABLES, *_PLACES):
        connection.execute(statement)
    _protect(connection, *_FOR_EVER, "stream_runs", "type_blocks")
    connection.execute(f"PRAGMA user_version = {LAYOUT}")


def lift(connection: sqlite3.Connection) -> None:
    """Bring a file of layout 1 to layout 2, whole or not at all. No event changes; only how events are found."""
    if layout_of(connection) == LAYOUT:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _PLACES:
            connection.execute(statement)
        connection.execute(_RUNS)
        last = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
        for upto in range(BLOCK, last + 1, BLOCK):
            connection.executemany("INSERT INTO type_blocks VALUES (?, ?, ?)", blocks(connection, upto))
        connection.execute("DROP INDEX IF EXISTS events_place")
        connection.execute("DROP INDEX IF EXISTS events_type")
        _protect(connection, "stream_runs", "type_blocks")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def blocks(connection: sqlite3.Connection, upto: int) -> list[tuple[int, int, bytes]]:
    """The rows of `type_blocks` for the thousand events that end at a position, read off the events."""
    found = connection.execute(
        "SELECT type, position FROM events WHERE position > ? AND position <= ? ORDER BY type, position",
        (upto - BLOCK, upto),
    )
    return [
        (kind, upto, places([position for _, position in rows], upto)) for kind, rows in groupby(found, itemgetter(0))
    ]


def places(positions: list[int], upto: int) -> bytes:
    """Positions within a block, as a block keeps them: msgpack of their distances from its start."""
    start = upto - BLOCK
    return pack([position - start for position in positions])


def _protect(connection: sqlite3.Connection, *tables: str) -> None:
    for table in tables:
        for act in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are for ever: what happened cannot be changed'); END"
            )
