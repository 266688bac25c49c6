"""Notes: what lessons about one cause say together, as they are merged group by group without counting any twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skillbooks.lesson import Lesson
from skillbooks.skill import BRIEF

SignKey = tuple[str, str]
MOST_SIGNS = 24
"""Signs of a note: what was looked at goes before a customer's words."""


@dataclass(frozen=True)
class Note:
    """Lessons by number, and what of them is worth keeping.

    Attributes:
        topic, cause: what all of them are about.
        of: numbers of the lessons, rising.
        signs, cures: what speaks for the cause, and what cures it.
    """

    topic: str
    cause: str
    of: tuple[int, ...]
    signs: tuple[SignKey, ...]
    cures: tuple[str, ...]


def noted(number: int, lesson: Lesson) -> Note:
    """One lesson as a note."""
    odd = sorted((seen for seen in lesson.seen if seen.odd), key=lambda seen: seen.where.startswith(BRIEF))
    signs = tuple(dict.fromkeys((seen.where, seen.state) for seen in odd[:MOST_SIGNS]))
    return Note(lesson.topic, lesson.suspect, (number,), signs, lesson.cure)


def united(notes: Sequence[Note]) -> list[Note]:
    """The notes with those put together that rest on a common lesson: two groups had it, and both said something."""
    found: list[Note] = []
    for note in notes:
        same = [one for one in found if _meet(one, note)]
        found = [one for one in found if one not in same]
        found.append(joined([*same, note]))
    return sorted(found, key=lambda note: (note.topic, note.cause, note.of))


def joined(notes: Sequence[Note], signs: Sequence[SignKey] = (), cures: Sequence[str] = ()) -> Note:
    """Several notes about one cause as one; with all their signs and cures, unless others are given."""
    return Note(
        notes[0].topic,
        notes[0].cause,
        tuple(sorted({number for note in notes for number in note.of})),
        tuple(signs) or tuple(dict.fromkeys(sign for note in notes for sign in note.signs))[:MOST_SIGNS],
        tuple(cures) or tuple(dict.fromkeys(act for note in notes for act in note.cures)),
    )


def _meet(one: Note, other: Note) -> bool:
    return (one.topic, one.cause) == (other.topic, other.cause) and not set(one.of).isdisjoint(other.of)
