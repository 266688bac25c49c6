"""The skillbook: an immutable value, folded from the deltas that were accepted for it, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from events.codec import pack
from events.event import RecordedEvent
from events.fact import Fact
from events.facts import SkillsAccepted
from events.log import EventLog
from skillbooks.delta import DeltaRejected, read_operations
from skillbooks.rendering import render
from skillbooks.shelf import Shelf
from skillbooks.skill import Skill

Plain = dict[str, Any]


class Skillbook:
    """Skills in the order in which they were added, at a version. A value: nothing changes it.

    Args:
        name: of the book; not part of its hash.
        version: number of deltas that led here; 0 is the empty book.
        skills: in order.
    """

    def __init__(self, name: str, version: int = 0, skills: Sequence[Skill] = ()) -> None:
        self.name, self.version = name, version
        self._shelf = Shelf({skill.id: skill.model_dump(mode="json") for skill in skills})
        if skills:
            self.__dict__["skills"] = tuple(skills)

    @classmethod
    def _on(cls, name: str, version: int, shelf: Shelf) -> Skillbook:
        book = cls(name, version)
        book._shelf = shelf
        return book

    @cached_property
    def skills(self) -> tuple[Skill, ...]:
        """The skills, typed; built when they are first wanted.

        Raises:
            DeltaRejected: the log holds one that is no skill.
        """
        try:
            return tuple(Skill.model_validate(plain) for plain in self._shelf.skills.values())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise DeltaRejected(f"skillbook '{self.name}' holds what is no skill: {where}: {first['msg']}") from None

    @property
    def pinned(self) -> frozenset[str]:
        """Ids of skills that only a person may change."""
        return frozenset(self._shelf.pinned)

    @cached_property
    def retired(self) -> dict[str, Skill]:
        """Skills that were taken out, each as it was last."""
        return {id_: Skill.model_validate(plain) for id_, plain in self._shelf.retired.items()}

    @cached_property
    def sha256(self) -> str:
        """Hash of the skills' canonical form (and of the pins, if there are any); the same under any name."""
        skills: Any = [skill.model_dump(mode="json") for skill in self.skills]
        return hashlib.sha256(pack([skills, sorted(self.pinned)] if self.pinned else skills)).hexdigest()

    def plain(self) -> Plain:
        """As plain values that cross to other processes."""
        found = {"name": self.name, "version": self.version, "skills": [s.model_dump(mode="json") for s in self.skills]}
        return found | ({"pinned": sorted(self.pinned)} if self.pinned else {})

    @classmethod
    def from_plain(cls, plain: Plain) -> Skillbook:
        """The book again, without what was retired."""
        book = cls(plain["name"], plain["version"], tuple(Skill.model_validate(s) for s in plain["skills"]))
        book._shelf.pinned.update(plain.get("pinned", ()))
        return book

    def after(self, operations: Sequence[Plain]) -> Skillbook:
        """The next version, with these operations applied, all or none.

        Raises:
            DeltaRejected: if one of them does not fit; the book stays as it is.
        """
        read_operations(operations)
        shelf = self._shelf.copy()
        shelf.take(operations)
        return Skillbook._on(self.name, self.version + 1, shelf)

    def renamed(self, name: str, skills: Sequence[Skill] | None = None) -> Skillbook:
        """The same version under another name, with other skills if they are given."""
        if skills is not None:
            return Skillbook(name, self.version, skills)
        return Skillbook._on(name, self.version, self._shelf)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Skillbook):
            return NotImplemented
        mine, theirs = (self.name, self.version, self.pinned), (other.name, other.version, other.pinned)
        return mine == theirs and self.skills == other.skills

    def __hash__(self) -> int:
        return hash((self.name, self.version))

    def __repr__(self) -> str:
        return f"Skillbook({self.name}@{self.version}, {len(self._shelf.skills)} skills)"

    def rendered(self, budget: int | None = None) -> tuple[str, tuple[Skill, ...], tuple[str, ...]]:
        """The skill block, what stands in it, and ids of what found no room; worked out once a version and budget."""
        known: dict[int | None, tuple[str, tuple[Skill, ...], tuple[str, ...]]]
        known = self.__dict__.setdefault("_rendered", {})
        if budget not in known:
            wanted = (Skill.model_validate(plain) for plain in self._shelf.skills.values())
            text, shown = render(wanted if budget is not None else self.skills, budget)
            known[budget] = (text, shown, tuple(self._shelf.skills)[len(shown) :])
        return known[budget]

    def shelf(self) -> Shelf:
        """Its skills as plain values, to be looked at or changed apart."""
        return self._shelf.copy()

    @property
    def size(self) -> int:
        """How many skills stand in it."""
        return len(self._shelf.skills)


def stream_of(name: str) -> str:
    """The stream that holds a book's deltas."""
    return f"skillbook/{name}"


class BookProjection:
    """A book as a fold over its own stream, up to a version. `evolve` takes over the state that it is given."""

    version = 2
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
        return advanced(state, recorded.fact())


def advanced(state: Skillbook, fact: Fact) -> Skillbook:
    """The book after a fact of its stream; takes over the state that it is given: go on with what comes back.

    Raises:
        DeltaRejected: the delta does not fit.
    """
    if not isinstance(fact, SkillsAccepted):
        return state
    state._shelf.take(fact.operations)  # noqa: SLF001 - a fold hands its state on, and nobody else has seen it
    return Skillbook._on(state.name, state.version + 1, state._shelf)  # noqa: SLF001 - as above


def load_book(log: EventLog, name: str, version: int | None = None, upto: int | None = None) -> Skillbook:
    """A book from the log, at a version and as of a position.

    Raises:
        LookupError: if the log has no such book (other than the empty version 0) or no such version.
        DeltaRejected: if a delta in the log does not fit.
    """
    if version == 0:
        return Skillbook(name)
    projection = BookProjection(name, version)
    book = projection.initial()
    for event in log.read_stream(stream_of(name), upto=upto):
        book = projection.evolve(book, event)
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
