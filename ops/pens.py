"""Writing on a book from the command line: one atomic append against the version read, tried anew if beaten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from events import facts
from events.errors import WrongExpectedVersion
from events.event import Event
from events.fact import Fact
from events.log import EventLog
from ops.failures import WrongUse
from skillbooks.delta import DeltaRejected
from skillbooks.lineage import Lineage
from skillbooks.skillbook import Skillbook, advanced, stream_of

Plain = dict[str, Any]
ATTEMPTS = 200
"""How often a change is made anew because somebody else wrote first: more than there are writers."""


@dataclass
class Page:
    """A book's stream as it was read.

    Attributes:
        book: at its latest version.
        lineage: what else its stream says.
        version: of the stream, which the next append expects.
        deltas: accepted deltas, oldest first.
    """

    book: Skillbook
    lineage: Lineage
    version: int
    deltas: list[facts.SkillsAccepted]


@dataclass(frozen=True)
class Change:
    """What a command wants to do to a book: a delta, and facts that stand before and after it."""

    operations: Sequence[Plain] = ()
    before: Sequence[Fact] = ()
    after: Callable[[Skillbook], Sequence[Fact]] = lambda _: ()
    curator: str = "person"
    sources: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()


def read_page(log: EventLog, name: str, *, upto: int | None = None) -> Page:
    """A book's stream, folded; empty for a book that is not there."""
    page = Page(Skillbook(name), Lineage(name), -1, [])
    for event in log.read_stream(stream_of(name), upto=upto):
        fact = event.fact()
        page.lineage.take(fact)
        page.book, page.version = advanced(page.book, fact), event.version
        if isinstance(fact, facts.SkillsAccepted):
            page.deltas.append(fact)
    return page


def write(log: EventLog, name: str, make: Callable[[Page], Change | None], *, by: str = "skills") -> Skillbook | None:
    """Change a book: whole or not at all, and on what is in it at that moment.

    Args:
        log: open for writing.
        name: of the book.
        make: the change for the book as it stands; it is asked again if somebody else wrote meanwhile. None: nothing
            is to be done.
        by: correlation of the events.

    Returns:
        The book afterwards; None if there was nothing to do.

    Raises:
        WrongUse: the change does not fit the book; nothing was written.
    """
    for _ in range(ATTEMPTS):
        page = read_page(log, name)
        change = make(page)
        if change is None:
            return None
        try:
            told, book = _told(page, change)
        except DeltaRejected as rejected:
            raise WrongUse(f"skillbook '{name}' stays as it is: {rejected}") from rejected
        try:
            written = log.append(stream_of(name), [Event(fact) for fact in told], expected=page.version, correlation=by)
        except WrongExpectedVersion:
            continue
        if not written.duplicate:  # else another writer said the very same first, and ours is still to be said
            return book
    raise WrongUse(f"skillbook '{name}' is being written by others without a pause; try again")


def _told(page: Page, change: Change) -> tuple[list[Fact], Skillbook]:
    book, told = page.book, list(change.before)
    if change.operations:
        book = book.after(change.operations)
        told.append(
            facts.SkillsAccepted(
                version=book.version,
                operations=tuple(change.operations),
                curator=change.curator,
                wave=-1,
                evidence=change.evidence,
                sha256=book.sha256,
                sources=change.sources or tuple(() for _ in change.operations),
            )
        )
    return [*told, *change.after(book)], book
