"""An event as a writer proposes it, and as the store has recorded it: two types, never one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from events import facts  # noqa: F401 - who reads a log must know its facts
from events.codec import pack_fact, unpack
from events.fact import FACTS, Fact

Row = tuple[int, str, int, str | None, str, int, int, str, str | None, bytes, bytes]
"""A recorded event as stores keep it: the fields of `RecordedEvent` in order, the id None where it is derived."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a writer proposes: a fact and what caused it. It has no time and no position; the store adds those.

    Attributes:
        fact: the payload.
        causation: id of the event that led to this one, if any.
        id: needed only for an append with `ANY`, where stream and version cannot be the identity; must be
            unique for ever and should be time-ordered (UUIDv7). Elsewhere the store derives it: `stream@version`.
    """

    fact: Fact
    causation: str | None = None
    id: str | None = None

    def packed(self) -> PackedEvent:
        """The same proposal as bytes and plain values."""
        fact = self.fact
        return PackedEvent(fact.fact_name, fact.fact_schema, pack_fact(fact), self.causation, self.id)


@dataclass(frozen=True, slots=True)
class PackedEvent:
    """A proposed event whose fact is packed already: what crosses between processes, and what an import brings.

    Attributes:
        type: the fact's name in the log; it need not be known here.
        schema: schema number of the payload.
        payload: msgpack bytes of the fact.
        causation: id of the event that led to this one, if any.
        id: as in `Event`.
    """

    type: str
    schema: int
    payload: bytes
    causation: str | None = None
    id: str | None = None

    def packed(self) -> PackedEvent:
        """Itself."""
        return self


Proposal = Event | PackedEvent
"""What a log accepts."""


class RecordedEvent(NamedTuple):
    """What the store has recorded; immutable for ever. A tuple, because a replay makes millions of them.

    Attributes:
        position: place in the whole log, from 1, without gaps.
        stream: name of the stream, `category/rest`.
        version: place in the stream, from 0, without gaps.
        id: identity, by default `stream@version`.
        type: the fact's name in the log.
        schema: schema number that the payload was written with.
        time: nanoseconds since 1970, by the store's clock; never used for order.
        correlation: the run that this belongs to.
        causation: id of the event that led to it, or None.
        payload: msgpack bytes of the fact, as written.
        hash: chain value over this event and everything before it.
    """

    position: int
    stream: str
    version: int
    id: str
    type: str
    schema: int
    time: int
    correlation: str
    causation: str | None
    payload: bytes
    hash: bytes

    @property
    def category(self) -> str:
        """The stream's name up to the first slash."""
        return self.stream.partition("/")[0]

    def fact(self) -> Fact:
        """The payload as a typed fact of the current schema.

        Raises:
            UnknownFact: if this version of Journeyman does not know the type or its schema number.
        """
        return FACTS.load(self.type, self.schema, unpack(self.payload))


def identity(stream: str, version: int) -> str:
    """The id of the event at this place: derived, so that a retry of the same act is the same event."""
    return f"{stream}@{version}"


def recorded(row: Row) -> RecordedEvent:
    """A store's row as the event that readers see."""
    if row[3] is not None:
        return RecordedEvent(*row)  # type: ignore[arg-type]  # row[3] was just seen not to be None
    return RecordedEvent(row[0], row[1], row[2], identity(row[1], row[2]), *row[4:])
