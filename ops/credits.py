"""What each skill of a book is worth, folded from the log."""

from __future__ import annotations

from typing import Any

from events.log import EventLog
from skillbooks.credit import TYPES, Trials, verdict
from skillbooks.skillbook import load_book
from skillbooks.verdicts import credits_of

Plain = dict[str, Any]


def credit_report(log: EventLog, name: str) -> Plain:
    """The object of `skills credit --json`: each skill's present version with its effect, intervals and n.

    Raises:
        LookupError: the log has no such book.
    """
    book, trials = load_book(log, name), Trials(name)
    for event in log.read_all(types=TYPES):
        trials.take(event.stream, event.fact())
    known = credits_of(book, trials.pairs)
    told = [
        {"id": skill.id, "version": skill.version, "about": skill.suspect or skill.topic}
        | (known[skill.id].plain() | {"verdict": verdict(known[skill.id])})
        for skill in book.skills
        if skill.id in known
    ]
    untried = [skill.id for skill in book.skills if skill.id not in known]
    return {"skillbook": name, "version": book.version, "pairs": len(trials.pairs), "skills": told, "untried": untried}
