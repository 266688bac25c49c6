"""The EventLog port: what every store promises, and `open_log`, which finds the store for a URL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Protocol, Self

from events.errors import LogError, StoreUnavailable, UnknownStore
from events.event import Proposal, RecordedEvent

NO_STREAM: Final = -1
"""Expected version of a stream that must not exist yet."""
ANY: Final = -2
"""No expectation; every event of such an append must bring its own id."""
MAX_PAYLOAD: Final = 16 * 2**20
"""Largest payload that a store takes unless it is opened with another limit, in bytes."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events for one stream, with the version that the stream must have before them."""

    stream: str
    events: tuple[Proposal, ...]
    expected: int
    correlation: str


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a batch stands in the log, now or since an earlier delivery of the same events.

    Attributes:
        first: global position of its first event.
        last: global position of its last event.
        version: stream version after it.
        duplicate: True if all of it had been recorded before; nothing was written this time.
    """

    first: int
    last: int
    version: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: last position (0: empty) and the chain's value there."""

    position: int
    hash: bytes


class EventLog(Protocol):
    """An append-only log of streams under one global order.

    Appends are all or nothing. Delivering the same events again is a success that says `duplicate`.
    A batch with `expected=n` puts its events at versions n+1, n+2, …; if those versions are already taken by the
    very same events it is a duplicate, by others `VersionTaken`, which is an `IdentityConflict` and a
    `WrongExpectedVersion`; if the stream is elsewhere, `WrongExpectedVersion`.
    """

    def append(self, stream: str, events: Sequence[Proposal], *, expected: int, correlation: str) -> Appended:
        """Append to one stream.

        Raises:
            WrongExpectedVersion, IdentityConflict: see the class; nothing was written.
            UnfitEvent: a name or payload that no store takes, or ANY without an id; nothing was written.
            StoreUnavailable: the disk, the file or the database said no; nothing was written.
        """
        ...

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Append to several streams in one transaction, all or nothing. Raises as `append`."""
        ...

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        """Requests of several writers in one commit: each is taken whole or refused by itself.

        Returns:
            For each request what `append_many` would have returned or raised, in order.

        Raises:
            StoreUnavailable: nothing of any request was written.
        """
        ...

    def read_stream(self, stream: str, *, after: int = -1, upto: int | None = None) -> Iterator[RecordedEvent]:
        """Events of one stream with version > `after` (and global position <= `upto`), in order; none if unknown."""
        ...

    def read_all(
        self,
        after: int = 0,
        *,
        types: Iterable[str] = (),
        categories: Iterable[str] = (),
        correlation: str | None = None,
        upto: int | None = None,
    ) -> Iterator[RecordedEvent]:
        """Events with position > `after` (and <= `upto`) in global order, filtered in the store; empty filter: all."""
        ...

    def version(self, stream: str) -> int:
        """The stream's last version, or NO_STREAM."""
        ...

    def head(self) -> Head:
        """The end of the log."""
        ...

    def close(self) -> None:
        """Give back files and connections. Closing twice is harmless."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


STORES: Final = {
    "memory": "events.memory:open_memory",
    "sqlite": "events.sqlite:open_sqlite",
    "postgresql": "events.postgres:open_postgres",
    "postgres": "events.postgres:open_postgres",
}
"""Scheme of a URL -> the function that opens a log there, `module:function`; loaded when it is asked for."""


def open_log(
    url: str,
    *,
    read_only: bool = False,
    clock: Callable[[], int] = time.time_ns,
    max_payload: int = MAX_PAYLOAD,
) -> EventLog:
    """Open the log at a URL; a writer makes it if it is not there.

    Args:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user@host/database`, `memory://` (a log
            that nobody else sees) or `memory://NAME` (one that everybody in this process shares).
        read_only: never write; any number of readers may be open beside the one writer of a file.
        clock: nanoseconds since 1970, for the time that the store gives to events.
        max_payload: largest payload of one event that is taken, in bytes.

    Raises:
        UnknownStore: the URL names no store.
        StoreUnavailable: it is missing, cannot be read or written, or another writer holds it.
        CorruptLog: it is not a log of ours (`ForeignFile`), or is damaged; it was left as it is.
    """
    scheme, found, rest = url.partition("://")
    if not found or scheme not in STORES:
        raise UnknownStore(
            f"'{url}' names no store: write memory://, sqlite:///relative.db, sqlite:////absolute.db or postgresql://…"
            + ("" if found else f"; did you mean sqlite:///{url}?")
        )
    module, _, name = STORES[scheme].partition(":")
    try:
        opened: Callable[..., EventLog] = getattr(import_module(module), name)
    except ImportError as error:
        raise StoreUnavailable(
            f"a log at {scheme}:// needs {error.name}: pip install 'journeyman[postgres]'"
        ) from error
    return opened(url, rest, clock, read_only=read_only, max_payload=max_payload)
