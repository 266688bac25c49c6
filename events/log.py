"""The EventLog port: what every store promises, and `open_log`, which finds the store for a URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from events.event import Event, RecordedEvent

NO_STREAM: Final = -1
"""Expected version of a stream that must not exist yet."""
ANY: Final = -2
"""No expectation; every event of such an append must bring its own id."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events for one stream, with the version that the stream must have before them."""

    stream: str
    events: tuple[Event, ...]
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
    very same events it is a duplicate, by others an `IdentityConflict`; if the stream is elsewhere,
    `WrongExpectedVersion`.
    """

    def append(self, stream: str, events: Sequence[Event], *, expected: int, correlation: str) -> Appended:
        """Append to one stream.

        Raises:
            WrongExpectedVersion, IdentityConflict: see the class; nothing was written.
            StoreUnavailable: the disk, the file or the database said no; nothing was written.
        """
        ...

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Append to several streams in one transaction, all or nothing. Raises as `append`."""
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
