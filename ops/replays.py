"""Replay: a skillbook rebuilt from the log, compared with what runs recorded when they made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from events import facts
from events.log import EventLog
from ops.failures import WrongUse
from skillbooks.delta import DeltaRejected
from skillbooks.skillbook import BookProjection, Skillbook, load_book, stream_of

Plain = dict[str, Any]


@dataclass
class Rebuilt:
    """A book on its way through the log.

    Attributes:
        book: as far as it has come.
        events: of the book's stream that were taken in.
        hashes: of each version that was looked at.
        compared: recorded hashes that were held against ours.
        differences: where the log says something else than the fold, in order.
    """

    book: Skillbook
    events: int = 0
    hashes: dict[int, str] = field(default_factory=dict)
    compared: int = 0
    differences: list[Plain] = field(default_factory=list)

    def compare(self, version: int, recorded: str, position: int) -> None:
        """Hold a recorded hash against the fold's."""
        self.compared += 1
        if self.hashes.get(version) != recorded:
            found = self.hashes.get(version)
            self.differences.append(
                {"version": version, "position": position, "recorded": recorded, "rebuilt": found, "problem": ""}
            )


def replay(log: EventLog, name: str, *, until: int | None = None, thorough: bool = False) -> tuple[Skillbook, Plain]:
    """Fold a book from the log and compare it with the hashes that were recorded for it.

    Args:
        log: where to read.
        name: of the book.
        until: position of the last event to take; None: the head.
        thorough: compare every version, not only the last.

    Returns:
        The book as far as it can be built, and the object of `replay --json`.

    Raises:
        WrongUse: the position lies outside the log.
        LookupError: the log has no such book.
    """
    head = log.head().position
    if until is not None and not 0 <= until <= head:
        raise WrongUse(f"--until {until} lies outside the log, which ends at position {head}")
    position = head if until is None else until
    rebuilt = _rebuild(log, name, position, thorough=thorough)
    if not rebuilt.events:
        load_book(log, name)
    _ask_runs(log, rebuilt, position, thorough=thorough)
    book = rebuilt.book
    return book, {
        "skillbook": {"name": name, "version": book.version, "skills": len(book.skills), "sha256": book.sha256},
        "position": position,
        "events": rebuilt.events,
        "compared": rebuilt.compared,
        "matches": not rebuilt.differences,
        "first_difference": rebuilt.differences[0] if rebuilt.differences else None,
    }


def _rebuild(log: EventLog, name: str, position: int, *, thorough: bool) -> Rebuilt:
    """Fold the book's own stream; a delta that does not fit any more is a difference, and ends the fold."""
    projection = BookProjection(name)
    rebuilt = Rebuilt(projection.initial())
    if thorough:
        rebuilt.hashes[0] = rebuilt.book.sha256
    for event in log.read_stream(stream_of(name), upto=position):
        rebuilt.events += 1
        try:
            rebuilt.book = projection.evolve(rebuilt.book, event)
        except DeltaRejected as error:
            rebuilt.differences.append(
                {"version": rebuilt.book.version + 1, "position": event.position, "problem": str(error)}
            )
            break
        if thorough and event.type == facts.SkillsAccepted.fact_name:
            rebuilt.hashes[rebuilt.book.version] = rebuilt.book.sha256
            _ask_delta(rebuilt, event.fact(), event.position)
    rebuilt.hashes[rebuilt.book.version] = rebuilt.book.sha256
    return rebuilt


def _ask_delta(rebuilt: Rebuilt, fact: object, position: int) -> None:
    if isinstance(fact, facts.SkillsAccepted) and (fact.sha256 or fact.version != rebuilt.book.version):
        rebuilt.compare(fact.version, fact.sha256, position)


def _ask_runs(log: EventLog, rebuilt: Rebuilt, position: int, *, thorough: bool) -> None:
    """Compare with what each run said of this book when it finished."""
    for event in log.read_all(types=[facts.RunFinished.fact_name], upto=position):
        fact = event.fact()
        if not isinstance(fact, facts.RunFinished) or fact.skillbook != rebuilt.book.name:
            continue
        if thorough or fact.skillbook_version == rebuilt.book.version:
            rebuilt.compare(fact.skillbook_version, fact.skillbook_sha256, event.position)
    rebuilt.differences.sort(key=lambda one: one["position"])
