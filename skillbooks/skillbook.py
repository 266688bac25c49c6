"""The skillbook: an immutable value, folded from the deltas that were accepted for it, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.codec import pack
from events.event import RecordedEvent
from events.facts import SkillsAccepted
from events.log import EventLog
from events.projection import fold
from skillbooks.delta import apply, read_operations
from skillbooks.skill import Skill

Plain = dict[str, Any]


@dataclass(frozen=True)
class Skillbook:
    """Skills in the order in which they were added, at a version.

    Attributes:
        name: of the book; not part of its hash.
        version: number of deltas that led here; 0 is the empty book.
        skills: in order.
    """

    name: str
    version: int = 0
    skills: tuple[Skill, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash of the skills' canonical form; the same skills have the same hash under any name."""
        return hashlib.sha256(pack([skill.model_dump(mode="json") for skill in self.skills])).hexdigest()

    def plain(self) -> Plain:
        """As plain values that cross to other processes."""
        return {"name": self.name, "version": self.version, "skills": [s.model_dump(mode="json") for s in self.skills]}

    @classmethod
    def from_plain(cls, plain: Plain) -> Skillbook:
        """The book again."""
        return cls(plain["name"], plain["version"], tuple(Skill.model_validate(s) for s in plain["skills"]))

    def after(self, operations: Sequence[Plain]) -> Skillbook:
        """The next version, with these operations applied, all or none.

        Raises:
            DeltaRejected: if one of them does not fit; the book stays as it is.
        """
        return replace(self, version=self.version + 1, skills=apply(self.skills, read_operations(operations)))


def stream_of(name: str) -> str:
    """The stream that holds a book's deltas."""
    return f"skillbook/{name}"


class BookProjection:
    """A book as a fold over its own stream, up to a version."""

    version = 1
    types = (SkillsAccepted.fact_name,)

    def __init__(self, name: str, last: int | None = None) -> None:
        self.book = name
        self.name = f"skillbook.{name}"
        self._last = last

    def initial(self) -> Skillbook:
        """The empty book."""
        return Skillbook(self.book)

    def evolve(self, state: Skillbook, recorded: RecordedEvent) -> Skillbook:
        """The book after one delta; events of other books change nothing."""
        complete = self._last is not None and 0 <= self._last <= state.version
        if recorded.stream != stream_of(self.book) or complete:
            return state
        fact = recorded.fact()
        return state.after(fact.operations) if isinstance(fact, SkillsAccepted) else state


def load_book(log: EventLog, name: str, version: int | None = None, upto: int | None = None) -> Skillbook:
    """A book from the log, at a version and as of a position.

    Raises:
        LookupError: if the log has no such book (other than the empty version 0) or no such version.
    """
    if version == 0:
        return Skillbook(name)
    book = fold(log, BookProjection(name, version), upto=upto).state
    if book.version == 0 and not _exists(log, name):
        known = sorted({event.stream.partition("/")[2] for event in log.read_all(categories=["skillbook"])})
        raise LookupError(f"the log has no skillbook '{name}'; it has: {', '.join(known) or 'none'}")
    if version is not None and book.version != version:
        raise LookupError(f"skillbook '{name}' has no version {version}; its latest is {book.version}")
    return book


def _exists(log: EventLog, name: str) -> bool:
    return log.version(stream_of(name)) >= 0 or any(
        recorded.fact().model_dump().get("skillbook") == name for recorded in log.read_all(types=["RunFinished"])
    )
