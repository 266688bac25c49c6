"""The shelf: a book's skills as plain values while deltas are applied, each whole or not at all.

It is what a fold over ten thousand deltas works on: nothing is copied for a delta, and no skill is built before
somebody wants to read it. Whoever puts an operation into the log has read it as a typed one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from skillbooks.delta import DeltaRejected, targets

Plain = dict[str, Any]


@dataclass(slots=True)
class Shelf:
    """What stands in the book, in the order of first appearance; what was taken out; what is pinned."""

    skills: dict[str, Plain] = field(default_factory=dict)
    retired: dict[str, Plain] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)

    def copy(self) -> Shelf:
        """Another one with the same skills on it."""
        return Shelf(dict(self.skills), dict(self.retired), set(self.pinned))

    def take(self, operations: Sequence[Plain]) -> None:
        """Apply a delta, all of it or nothing.

        Raises:
            DeltaRejected: an id that is taken, unknown, pinned, or named twice in one delta; a version that is not
                the next.
        """
        touched: set[str] = set()
        for operation in operations:
            ids = targets(operation)
            for id_ in ids:
                if id_ in touched:
                    raise DeltaRejected(f"one delta names skill '{id_}' twice")
                touched.add(id_)
            kind = operation.get("op", "")
            check = _CHECKS.get(kind)
            if check is None:
                raise DeltaRejected(f"a book does not know the operation '{kind}'")
            if not ids[0] or (kind in _WITH_SKILL and not isinstance(operation.get("skill"), dict)):
                raise DeltaRejected(f"an operation '{kind}' names no skill")
            check(self, operation, ids)
        for operation in operations:
            _DONE[operation["op"]](self, operation)


def wording(skill: Plain) -> Plain:
    """What a skill says, whatever version it is."""
    return {name: value for name, value in skill.items() if name != "version"}


def _check_add(shelf: Shelf, _: Plain, ids: list[str]) -> None:
    if ids[0] in shelf.skills:
        raise DeltaRejected(f"skill '{ids[0]}' exists already; revise it")


def _check_revise(shelf: Shelf, operation: Plain, ids: list[str]) -> None:
    _present(shelf, ids[0])
    _free(shelf, ids[0])
    _next(shelf.skills[ids[0]], operation["skill"])


def _check_merge(shelf: Shelf, operation: Plain, ids: list[str]) -> None:
    if ids[0] not in operation["ids"]:
        raise DeltaRejected(f"the merged skill must go on under one of the ids that it merges, not as '{ids[0]}'")
    for id_ in ids:
        _present(shelf, id_)
        _free(shelf, id_)
    _next(shelf.skills[ids[0]], operation["skill"])


def _check_retire(shelf: Shelf, _: Plain, ids: list[str]) -> None:
    _present(shelf, ids[0])
    _free(shelf, ids[0])


def _check_restore(shelf: Shelf, operation: Plain, ids: list[str]) -> None:
    if operation.get("id") != ids[0]:
        raise DeltaRejected(f"'{operation.get('id')}' cannot be restored as '{ids[0]}'")
    if ids[0] in shelf.skills:
        raise DeltaRejected(f"skill '{ids[0]}' is in the book; there is nothing to restore")
    if ids[0] not in shelf.retired:
        raise DeltaRejected(f"there was never a skill '{ids[0]}' to restore")
    if operation.get("skill"):
        _next(shelf.retired[ids[0]], operation["skill"])


def _check_pin(shelf: Shelf, _: Plain, ids: list[str]) -> None:
    _present(shelf, ids[0])


def _present(shelf: Shelf, id_: str) -> None:
    if id_ not in shelf.skills:
        raise DeltaRejected(f"there is no skill '{id_}'")


def _free(shelf: Shelf, id_: str) -> None:
    if id_ in shelf.pinned:
        raise DeltaRejected(f"skill '{id_}' is pinned; unpin it first")


def _next(known: Plain, wanted: Plain) -> None:
    version = known.get("version", 1)
    if wanted.get("version", 1) != version + 1:
        raise DeltaRejected(f"skill '{known['id']}' is at version {version}; its next is {version + 1}")


def _put(shelf: Shelf, operation: Plain) -> None:
    skill = operation["skill"]
    shelf.skills[skill["id"]] = skill
    shelf.retired.pop(skill["id"], None)


def _merge(shelf: Shelf, operation: Plain) -> None:
    for id_ in operation["ids"]:
        if id_ != operation["skill"]["id"]:
            shelf.retired[id_] = shelf.skills.pop(id_)
    _put(shelf, operation)


def _retire(shelf: Shelf, operation: Plain) -> None:
    shelf.retired[operation["id"]] = shelf.skills.pop(operation["id"])


def _restore(shelf: Shelf, operation: Plain) -> None:
    shelf.skills[operation["id"]] = operation.get("skill") or shelf.retired[operation["id"]]
    del shelf.retired[operation["id"]]


def _pin(shelf: Shelf, operation: Plain) -> None:
    (shelf.pinned.add if operation.get("pinned", True) else shelf.pinned.discard)(operation["id"])


_WITH_SKILL = frozenset({"add", "revise", "merge"})
_CHECKS: dict[str, Callable[[Shelf, Plain, list[str]], None]] = {
    "add": _check_add,
    "revise": _check_revise,
    "merge": _check_merge,
    "retire": _check_retire,
    "restore": _check_restore,
    "pin": _check_pin,
}
_DONE: dict[str, Callable[[Shelf, Plain], None]] = {
    "add": _put,
    "revise": _put,
    "merge": _merge,
    "retire": _retire,
    "restore": _restore,
    "pin": _pin,
}
