"""Provenance: which episodes stand behind each operation of a delta, and what a book looks like without one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skillbooks.delta import targets
from skillbooks.lesson import Lesson
from skillbooks.shelf import Shelf, wording
from skillbooks.skill import strategy_id

Plain = dict[str, Any]
Taught = Mapping[str, Sequence[Lesson]]
"""Episode name -> its lessons."""
Sourced = tuple[Sequence[Plain], Sequence[Sequence[str]]]
"""A delta: its operations, and the sources of each."""


def lesson_id(episode: str) -> str:
    """The id of the event that holds an episode's lessons."""
    return f"lesson/{episode}@0"


def sources_of(operations: Sequence[Plain], taught: Taught, fresh: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """For each operation the episodes that it comes from.

    A new skill comes from all lessons about its subject, a change from those that are new; where a text moved only
    because others' lessons moved what is usual, from all that are new.

    Args:
        operations: of a delta.
        taught: all lessons that were weighed.
        fresh: names of the episodes whose lessons this delta weighs for the first time.
    """
    latest = frozenset(fresh)
    found = []
    for operation in operations:
        about = _about(operation.get("skill") or {}, taught)
        new = about if operation["op"] == "add" else [name for name in about if name in latest]
        found.append(tuple(sorted(new or fresh or about)))
    return tuple(found)


def _about(skill: Plain, taught: Taught) -> list[str]:
    suspect, id_ = skill.get("suspect"), skill.get("id")
    return [
        name
        for name, lessons in taught.items()
        if any((suspect and one.suspect == suspect) or _is_told(one, id_) for one in lessons)
    ]


def _is_told(lesson: Lesson, id_: object) -> bool:
    """Whether a lesson tells the strategy that became the skill of this id."""
    told = getattr(lesson, "strategy", "")
    return bool(told) and strategy_id(lesson.topic, told) == id_


def undone(
    shelf: Shelf, deltas: Sequence[tuple[Sequence[Plain], Sequence[Sequence[str]]]], episode: str
) -> list[Plain]:
    """The operations that take back what came only from one episode, for books that nobody can curate anew.

    Args:
        shelf: the book as it stands.
        deltas: its operations and their sources, oldest first.
        episode: what is retracted.
    """
    without = Shelf()
    for operations, sources in deltas:
        kept = [
            one
            for one, names in zip(operations, [*sources, *[()] * len(operations)], strict=False)
            if not names or set(names) != {episode}
        ]
        for one in kept:
            _replay(without, one)
    return between(shelf, without, f"learned from {episode} only")


def _replay(shelf: Shelf, operation: Plain) -> None:
    """Apply one operation to a book that lacks some before it: what it says now counts, whatever version it was."""
    skill = operation.get("skill")
    kind, id_ = operation["op"], targets(operation)[0]
    if kind in ("add", "revise", "merge") or (kind == "restore" and skill):
        shelf.skills[id_] = skill or {}
        for other in operation.get("ids", ()):
            if other != id_:
                shelf.skills.pop(other, None)
    elif kind == "retire":
        gone = shelf.skills.pop(id_, None)
        if gone:
            shelf.retired[id_] = gone
    elif kind == "restore" and id_ in shelf.retired:
        shelf.skills[id_] = shelf.retired[id_]


def between(now: Shelf, wanted: Shelf, reason: str) -> list[Plain]:
    """The operations that lead from one book to the texts of another; pinned skills stay as they are."""
    operations: list[Plain] = []
    for id_, skill in wanted.skills.items():
        known = now.skills.get(id_) or now.retired.get(id_)
        if id_ in now.pinned:
            continue
        if known is None:
            operations.append({"op": "add", "skill": skill})
        elif wording(known) != wording(skill):
            told = {**skill, "version": known.get("version", 1) + 1}
            operations.append(
                {"op": "revise", "skill": told} if id_ in now.skills else {"op": "restore", "id": id_, "skill": told}
            )
        elif id_ not in now.skills:
            operations.append({"op": "restore", "id": id_})
    gone = [id_ for id_ in now.skills if id_ not in wanted.skills and id_ not in now.pinned]
    return operations + [{"op": "retire", "id": id_, "reason": reason[:150]} for id_ in gone]
