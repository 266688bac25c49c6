"""The health of a log's SQLite file: what can be wrong with it even where every event still reads well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from events.anchor import read_anchor, seal_of
from events.snapshot import Snapshot, intact
from events.sqlite_places import PlacedRows, disagreements
from events.sqlite_rows import SqliteRows


def blemishes(path: Path, rows: SqliteRows) -> Iterator[str]:
    """Damage to pages, indexes, dictionaries, snapshots, the note of the head, and to bytes that nobody uses."""
    for (said,) in rows.all("PRAGMA integrity_check(5)"):
        if said != "ok":
            yield f"SQLite finds the file damaged: {' '.join(str(said).split())}"
    if isinstance(rows, PlacedRows):
        yield from disagreements(rows)
    for name, position, value, state, digest in rows.all("SELECT name, position, hash, state, digest FROM snapshots"):
        if not intact(Snapshot(name, position, value, state), digest):
            yield f"the snapshot '{name}' was changed"
    beside = read_anchor(path)
    if beside is not None and beside.damaged:
        yield f"the note of the head in '{path.name}-head' cannot be read"
    if beside is not None and beside.seal is not None and not _waiting(path) and seal_of(path) != beside.seal:
        yield (
            "the file is not what it was when it was last closed: bytes outside the events were changed, or another "
            "program has written to it"
        )


def _waiting(path: Path) -> bool:
    """Whether committed pages wait in the write-ahead log to be merged into the file."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0
