"""Projections: state as a pure fold over the log, from its beginning or from a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from events.codec import pack, unpack
from events.event import RecordedEvent
from events.log import EventLog, Head
from events.snapshot import Snapshot, Snapshots

S = TypeVar("S")


class Projection(Protocol[S]):
    """A pure reading of the log: the same events give the same state, whoever folds them and when.

    Attributes:
        name: names the state where it is kept; letters, digits, dots and dashes.
        version: raised whenever `evolve` or the shape of the state changes, so that older snapshots are not used.
        types: names of the events that it cares about; empty: all.
    """

    @property
    def name(self) -> str:
        """See the class."""
        ...

    @property
    def version(self) -> int:
        """See the class."""
        ...

    @property
    def types(self) -> tuple[str, ...]:
        """See the class."""
        ...

    def initial(self) -> S:
        """State before the first event."""
        ...

    def evolve(self, state: S, recorded: RecordedEvent) -> S:
        """State after the event. Reads no clock, no file, no random number."""
        ...


class LastingProjection(Projection[S], Protocol[S]):
    """A projection whose state can be kept in a snapshot."""

    def to_plain(self, state: S) -> Any:
        """The state as dict, list, str, int, float, bool, bytes and None."""
        ...

    def from_plain(self, plain: Any) -> S:
        """The state again; `from_plain(to_plain(s))` equals `s`."""
        ...


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    """What a fold came to.

    Attributes:
        state: the state.
        position: position of the log that it stands for.
        events: events that were folded now; those inside a snapshot are not counted.
    """

    state: S
    position: int
    events: int


def fold(
    log: EventLog, projection: Projection[S], *, upto: int | None = None, correlation: str | None = None
) -> Folded[S]:
    """Fold the log from its beginning.

    Args:
        log: where to read.
        projection: how to read it.
        upto: last position to take; None: the head.
        correlation: only events of this run; None: of all.
    """
    return _fold_on(log, projection, Folded(projection.initial(), 0, 0), _end(log, upto), correlation)


def fold_from_snapshot(
    log: EventLog,
    projection: LastingProjection[S],
    *,
    upto: int | None = None,
    correlation: str | None = None,
    snapshot_after: int = 1000,
) -> Folded[S]:
    """Fold on from the last snapshot that fits, and keep a new one when enough has been added.

    The result is that of `fold`, to the byte; a snapshot that is damaged, of another projection version, of
    another history or from after `upto` is passed over.

    Args:
        log: where to read; if it keeps no snapshots, or is open for reading only, the fold still works.
        projection: how to read it.
        upto: last position to take; None: the head.
        correlation: only events of this run; None: of all.
        snapshot_after: newly folded events from which on a new snapshot is kept.
    """
    end = _end(log, upto)
    if not isinstance(log, Snapshots):
        return fold(log, projection, upto=end, correlation=correlation)
    name = f"{projection.name}#{projection.version}" + (f"#{correlation}" if correlation else "")
    kept = log.snapshot(name)
    fits = kept is not None and kept.position <= end and hash_at(log, kept.position) == kept.hash
    start = Folded(projection.initial(), 0, 0)
    if kept is not None and fits:
        start = Folded(projection.from_plain(unpack(kept.state)), kept.position, 0)
    folded = _fold_on(log, projection, start, end, correlation)
    older = kept is not None and kept.position > end and hash_at(log, kept.position) == kept.hash
    if folded.events >= max(snapshot_after, 1) and not older:
        log.keep_snapshot(Snapshot(name, end, hash_at(log, end), pack(projection.to_plain(folded.state))))
    return folded


def hash_at(log: EventLog, position: int) -> bytes:
    """The chain's value at a position; empty where the log does not reach that far."""
    found = next(iter(log.read_all(position - 1, upto=position)), None)
    return found.hash if found is not None else b""


def _fold_on(
    log: EventLog, projection: Projection[S], start: Folded[S], end: int, correlation: str | None
) -> Folded[S]:
    state, events = start.state, 0
    for event in log.read_all(start.position, types=projection.types, correlation=correlation, upto=end):
        state, events = projection.evolve(state, event), events + 1
    return Folded(state, end, events)


def _end(log: EventLog, upto: int | None) -> int:
    head: Head = log.head()
    return head.position if upto is None else min(upto, head.position)
