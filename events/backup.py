"""Backups: a consistent copy of a log, taken while it is being written to, verified before it bears its name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from events.errors import CorruptLog, LogError, StoreUnavailable
from events.event import Row
from events.log import EventLog, Head
from events.sqlite import SqliteLog
from events.sqlite_file import sync_directory
from events.verification import Verifiable, verify

_PAGE: Final = 5000


class FileExists(StoreUnavailable):
    """Raised when the file that was to be made is there already; it was left as it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"'{path}' exists already and was left as it is: name another file, or remove it first")


@runtime_checkable
class Adopting(Protocol):
    """A log that can take over rows of a copy of itself; every store of ours can."""

    def adopt(self, rows: Sequence[Row]) -> None:
        """Take rows over as they are."""
        ...


def backup(log: EventLog, to: Path) -> Head:
    """Copy a log, of whichever store, into a SQLite file.

    Args:
        log: what to copy; it may be written to meanwhile. The copy holds it as of one moment.
        to: the file to be made. It appears whole and verified, or not at all.

    Returns:
        The head of the copy.

    Raises:
        FileExists: there is such a file.
        CorruptLog: the log does not verify; no copy was made.
        StoreUnavailable: the log cannot be read or the copy not be written.
    """
    refuse_if_there(to)
    draft = to.with_name(f"{to.name}-draft")
    _remove(draft)
    try:
        if isinstance(log, SqliteLog):
            log.copy_to(draft)
        with SqliteLog(draft, time.time_ns) as copy:
            if not isinstance(log, SqliteLog):
                _copy_rows(log, copy)
            verdict = verify(copy)
            head = copy.head()
        if not verdict.ok:
            raise CorruptLog(f"no backup was made, because the log does not verify: {verdict.problem}")
        draft.with_name(f"{draft.name}-head").replace(to.with_name(f"{to.name}-head"))
        draft.replace(to)
        sync_directory(to.parent)
    finally:
        _remove(draft)
    return head


def refuse_if_there(path: Path) -> None:
    """See that a file can be made.

    Raises:
        FileExists: it is there.
        StoreUnavailable: its directory is not.
    """
    if path.exists():
        raise FileExists(path)
    if not path.parent.is_dir():
        raise StoreUnavailable(f"'{path}' cannot be made: there is no directory '{path.parent}'; make it first")


def _copy_rows(log: EventLog, copy: SqliteLog) -> None:
    if not isinstance(log, Verifiable):
        raise LogError(f"{type(log).__name__} does not show its rows and cannot be copied")
    rows = log.rows(upto=log.head().position)
    while page := list(islice(rows, _PAGE)):
        copy.adopt(page)


def _remove(draft: Path) -> None:
    for suffix in ("", "-head", "-writer", "-wal", "-shm", "-new"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
