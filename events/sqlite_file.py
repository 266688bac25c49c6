"""A log's SQLite file: how it is made and opened, and what its errors mean to the person who must act."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from events.anchor import read_anchor
from events.chain import ALGORITHM
from events.errors import CorruptLog, ForeignFile, StoreUnavailable
from events.sqlite_layout import LAYOUT, lay_out, layout_of, lift

APPLICATION_ID: Final = 0x4A524E59
"""`JRNY`: marks a SQLite file as one of ours."""

_MAGIC: Final = b"SQLite format 3\0"

_REMEDIES: Final = {
    "SQLITE_FULL": "the disk or quota is full: free some space and repeat",
    "SQLITE_READONLY": "the file or its directory cannot be written to: mend its permissions or open it read-only",
    "SQLITE_PERM": "no permission: mend the file's permissions",
    "SQLITE_CANTOPEN": "the file cannot be opened: see that it, its -wal and its directory can be read and written",
    "SQLITE_IOERR": "the disk reported an error: see the system's log and free space before going on",
    "SQLITE_BUSY": "another program holds the database locked: end it and repeat",
    "SQLITE_LOCKED": "another program holds the database locked: end it and repeat",
    "SQLITE_TOOBIG": "the event is larger than SQLite takes",
    "SQLITE_NOMEM": "out of memory",
}
# Our own statements are right: a plain SQLITE_ERROR means that the tables are not what they were.
_DAMAGE: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_SCHEMA", "SQLITE_MISMATCH", "SQLITE_ERROR")


@contextlib.contextmanager
def speaking(path: Path, act: str) -> Iterator[None]:
    """Turn SQLite's errors into ours; `act` says what was being done.

    Raises:
        CorruptLog: if the file is damaged.
        StoreUnavailable: if the outside failed; the sentence says what to do.
    """
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        said = f"log '{path}' could not be {act}: {error}"
        if isinstance(error, sqlite3.ProgrammingError):
            raise StoreUnavailable(f"{said}; open it anew") from error
        remedy = next((text for key, text in _REMEDIES.items() if name.startswith(key)), None)
        if remedy is None and (name.startswith(_DAMAGE) or (isinstance(error, sqlite3.DatabaseError) and not name)):
            raise CorruptLog(f"{said}; the file is damaged: run `journeyman log verify`, restore a backup") from error
        raise StoreUnavailable(f"{said} ({name or 'SQLite'}); {remedy or 'nothing was written'}") from error
    except UnicodeDecodeError as error:
        raise CorruptLog(f"log '{path}' could not be {act}: {error}; the file is damaged") from error


def refuse_if_absent(path: Path) -> None:
    """See that there is something to read.

    Raises:
        StoreUnavailable: if the file is missing or still empty.
    """
    if not path.exists():
        raise StoreUnavailable(f"there is no log '{path}': check the path; only a writer makes a new log")
    if path.is_file() and path.stat().st_size == 0:
        raise StoreUnavailable(f"'{path}' is empty, not a log yet: check the path; only a writer makes a new log")


def refuse_if_foreign(path: Path) -> None:
    """Look at a file without touching it.

    Raises:
        ForeignFile: if it is not a log of ours.
        CorruptLog: if it was one, as the file beside it says, and its first bytes are damaged.
        StoreUnavailable: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(100)
    except OSError as error:
        raise StoreUnavailable(f"log '{path}' cannot be read: {error.strerror}") from error
    if start[:16] == _MAGIC and int.from_bytes(start[68:72], "big") == APPLICATION_ID:
        return
    beside = read_anchor(path)
    if beside is not None and beside.head is not None:
        raise CorruptLog(f"log '{path}' is damaged in its first bytes; restore a backup")
    what = "is a SQLite database of another program" if start[:16] == _MAGIC else "is not a SQLite file"
    raise ForeignFile(f"'{path}' {what}, not a log of Journeyman; it was left as it is: name another file")


def create(path: Path) -> None:
    """Make a new, empty log: whole under its name, or not at all. The caller holds the writer lock."""
    draft = path.with_name(f"{path.name}-new")
    draft.unlink(missing_ok=True)
    with speaking(path, "created"), contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN")
        lay_out(connection)
        connection.execute("INSERT INTO properties VALUES ('chain', ?)", (ALGORITHM,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    draft.replace(path)
    sync_directory(path.parent)


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on the disk when they return; a file of an older layout is lifted to today's.

    The caller holds the writer lock.
    """
    with speaking(path, "opened"):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA cache_size = -65536")
        _careful(connection, path)
        lift(connection)
        return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; on a read-only medium it takes the file as it stands."""
    name = f"file:{_quoted(path)}?mode=ro"
    waiting = path.with_name(path.name + "-wal")
    if not os.access(path.parent, os.W_OK) and not (waiting.exists() and waiting.stat().st_size):
        name += "&immutable=1"
    with speaking(path, "opened"):
        connection = sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)
        return _careful(connection, path)


def sync_directory(path: Path) -> None:
    """Bring a directory's entries onto the disk, so that a new or renamed file survives a power cut."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _careful(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    number = layout_of(connection)
    if not 1 <= number <= LAYOUT:
        connection.close()
        raise CorruptLog(
            f"log '{path}' has layout {number}, this version of Journeyman knows layouts 1 to {LAYOUT}: "
            "use a newer one, or restore a backup if the file was damaged"
        )
    return connection


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
