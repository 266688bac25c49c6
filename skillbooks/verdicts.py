"""Verdicts: the operations that follow from credit; what does harm goes, and under pressure what is of no use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skillbooks.credit import Credit, Pair, SkillVersion, estimated, verdict
from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]
CREDIT = "credit"
"""Who retires a skill for what it does."""


def credits_of(book: Skillbook, pairs: Sequence[Pair]) -> dict[str, Credit]:
    """What the present versions of a book's skills are worth; skill id -> credit, of those that were ever left out."""
    found: dict[SkillVersion, Credit] = estimated(pairs, {skill.id: words_of(skill) for skill in book.skills})
    return {skill.id: found[skill.id, skill.version] for skill in book.skills if (skill.id, skill.version) in found}


def words_of(skill: Skill) -> list[str]:
    """What cases a skill is about, in the words of a world's tags; none for a strategy that is about all."""
    return [skill.suspect] if skill.suspect else []


def retirements(book: Skillbook, pairs: Sequence[Pair], *, pressure: bool) -> list[Plain]:
    """The operations that retire what harms, and under pressure what is of no use; pinned skills stay.

    Args:
        book: at its latest version.
        pairs: of this book.
        pressure: True if the prompt has no room for all skills.
    """
    operations = []
    for id_, credit in credits_of(book, pairs).items():
        said = verdict(credit)
        if id_ in book.pinned or not (said == "harmful" or (said == "useless" and pressure)):
            continue
        reason = f"{said}: {credit.effect:+.1f} points, bound {credit.high:+.1f}, {credit.n} pairs"
        operations.append({"op": "retire", "id": id_, "reason": reason, "by": CREDIT, "credit": credit.plain()})
    return operations
