"""Replay: a skillbook rebuilt from the log, compared with what runs recorded when they made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from events import facts
from events.log import EventLog
from ops import books
from ops.books import Skillbook
from ops.failures import WrongUse

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A hash that the log holds for a version of a book, and the position where it stands."""

    version: int
    sha256: str
    position: int


def replay(log: EventLog, name: str, *, until: int | None = None, thorough: bool = False) -> tuple[Skillbook, Plain]:
    """Fold a book from the log and compare it with every hash that was recorded for it.

    Args:
        log: where to read.
        name: of the book.
        until: position of the last event to take; None: the head.
        thorough: compare every version, not only the last.

    Returns:
        The book, and the object of `replay --json`.

    Raises:
        WrongUse: the position lies outside the log.
        LookupError: the log has no such book.
    """
    head = log.head().position
    if until is not None and not 0 <= until <= head:
        raise WrongUse(f"--until {until} lies outside the log, which ends at position {head}")
    position = head if until is None else until
    book = books.load(log, name, upto=position)
    witnesses = [one for one in recorded(log, name, position) if thorough or one.version == book.version]
    mismatches = [one for one in witnesses if _folded(log, name, one.version, book, position) != one.sha256]
    return book, {
        "skillbook": {"name": name, "version": book.version, "skills": len(book.skills), "sha256": book.sha256},
        "position": position,
        "events": sum(1 for _ in log.read_stream(f"skillbook/{name}", upto=position)),
        "compared": len(witnesses),
        "matches": not mismatches,
        "first_mismatch": _mismatch(mismatches),
    }


def recorded(log: EventLog, name: str, upto: int) -> list[Recorded]:
    """Every hash that the log holds for the book's versions, in order of position."""
    found = []
    for event in log.read_stream(f"skillbook/{name}", upto=upto):
        fact = event.fact()
        if isinstance(fact, facts.SkillsAccepted) and fact.sha256:
            found.append(Recorded(fact.version, fact.sha256, event.position))
    for event in log.read_all(types=[facts.RunFinished.fact_name], upto=upto):
        fact = event.fact()
        if isinstance(fact, facts.RunFinished) and fact.skillbook == name:
            found.append(Recorded(fact.skillbook_version, fact.skillbook_sha256, event.position))
    return sorted(found, key=lambda one: one.position)


def _folded(log: EventLog, name: str, version: int, book: Skillbook, upto: int) -> str:
    return book.sha256 if version == book.version else books.load(log, f"{name}@{version}", upto=upto).sha256


def _mismatch(mismatches: list[Recorded]) -> Plain | None:
    if not mismatches:
        return None
    first = mismatches[0]
    return {"version": first.version, "position": first.position, "recorded": first.sha256}
