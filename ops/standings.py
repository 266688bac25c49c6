"""What is current: rolling a book back to an earlier version, and pinning what only people may change."""

from __future__ import annotations

from typing import Any

from events.book_facts import SkillbookRolledBack
from events.log import EventLog
from ops import books
from ops.failures import WrongUse
from ops.pens import Change, Page, write
from skillbooks.provenance import between
from skillbooks.skillbook import Skillbook, load_book, stream_of
from skillbooks.standing import Standing, standing

Plain = dict[str, Any]


def standing_of(log: EventLog, name: str) -> Standing:
    """Which version of a book is current.

    Raises:
        LookupError: the log has no such book.
    """
    load_book(log, name)
    return standing(log.read_stream(stream_of(name)))


def roll_back(
    log: EventLog, name: str, to: int | None, *, reason: str, by: str = "", evidence: Plain | None = None,
    texts: bool = True,
) -> Plain:  # fmt: skip
    """Make the texts of an earlier version the latest and the current ones; the object of `skills rollback --json`.

    Args:
        log: open for writing.
        name: of the book.
        to: the version; None: the one that was current before, or the one before the latest if none ever was.
        reason: why, for the log.
        by: who says so.
        evidence: figures that led to it, if a test did.
        texts: whether the latest texts go back as well, or only what is in service.

    Raises:
        WrongUse: there is no such earlier version.
        LookupError: the log has no such book.
    """
    found, latest = standing_of(log, name), load_book(log, name).version
    target = to if to is not None else _before(found, latest)
    if not 0 <= target < max(latest, 1) and target != latest:
        raise WrongUse(f"skillbook '{name}' has versions 0 to {latest}; there is no version {target} to go back to")
    wanted = load_book(log, name, target)

    def change(page: Page) -> Change:
        def told(book: Skillbook) -> list[SkillbookRolledBack]:
            version = book.version if operations else target
            return [
                SkillbookRolledBack(
                    skillbook=name, version=version, restored=target, previous=found.current or latest, reason=reason,
                    by=by, evidence=evidence or {},
                )
            ]  # fmt: skip

        operations = between(page.book.shelf(), wanted.shelf(), f"rolled back to version {target}") if texts else []
        return Change(operations, after=told, curator="rollback")

    after = write(log, name, change, by=f"rollback/{name}")
    book = after or wanted
    return {
        "skillbook": name,
        "restored": target,
        "version": book.version,
        "current": standing_of(log, name).current,
        "skills": book.size,
        "sha256": book.sha256,
        "reason": reason,
    }


def _before(found: Standing, latest: int) -> int:
    if found.current:
        return found.earlier
    return max(latest - 1, 0)


def pin(log: EventLog, name: str, skill: str, *, pinned: bool) -> Plain:
    """Protect a skill, or give it free again; the object of `skills pin --json`.

    Raises:
        WrongUse: the book has no such skill.
        LookupError: the log has no such book.
    """
    books.find(load_book(log, name), skill)

    def change(page: Page) -> Change | None:
        if (skill in page.book.pinned) is pinned:
            return None
        return Change([{"op": "pin", "id": skill, "pinned": pinned}])

    book = write(log, name, change, by=f"pin/{name}") or load_book(log, name)
    return {"skillbook": name, "version": book.version, "skill": skill, "pinned": sorted(book.pinned)}
