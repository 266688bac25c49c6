"""Deltas: small operations on a book, applied whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from skillbooks.skill import Line, Name, Skill

Plain = dict[str, Any]


class DeltaRejected(Exception):  # noqa: N818 - errors read as facts
    """Raised when an operation does not fit the book; the text says which and why. Nothing was applied."""


class Add(BaseModel):
    """A new skill; its id must be free."""

    model_config = ConfigDict(frozen=True, extra="allow")

    op: Literal["add"] = "add"
    skill: Skill


class Revise(BaseModel):
    """A skill's text changes: a new version of it, the next one."""

    model_config = ConfigDict(frozen=True, extra="allow")

    op: Literal["revise"] = "revise"
    skill: Skill


class Retire(BaseModel):
    """A skill leaves the book; the log keeps it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    op: Literal["retire"] = "retire"
    id: Name
    reason: Line


Operation = Annotated[Add | Revise | Retire, Field(discriminator="op")]
_OPERATIONS: TypeAdapter[tuple[Operation, ...]] = TypeAdapter(tuple[Operation, ...])


def read_operations(plain: Sequence[Plain]) -> tuple[Operation, ...]:
    """Typed operations from plain values.

    Raises:
        DeltaRejected: if one of them has the wrong form.
    """
    try:
        return _OPERATIONS.validate_python(list(plain))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DeltaRejected(f"operation {where}: {first['msg']}") from None


def apply(skills: Sequence[Skill], operations: Sequence[Operation]) -> tuple[Skill, ...]:
    """The skills after the operations, in the order of their first appearance.

    Raises:
        DeltaRejected: an id that is taken, unknown, or named twice in one delta; a version that is not the next.
    """
    book = {skill.id: skill for skill in skills}
    touched: set[str] = set()
    for operation in operations:
        target = operation.id if isinstance(operation, Retire) else operation.skill.id
        if target in touched:
            raise DeltaRejected(f"one delta names skill '{target}' twice")
        touched.add(target)
        _apply_one(book, operation, target)
    return tuple(book.values())


def _apply_one(book: dict[str, Skill], operation: Operation, target: str) -> None:
    known = book.get(target)
    if isinstance(operation, Add):
        if known is not None:
            raise DeltaRejected(f"skill '{target}' exists already; revise it")
        book[target] = operation.skill
        return
    if known is None:
        raise DeltaRejected(f"there is no skill '{target}'")
    if isinstance(operation, Retire):
        del book[target]
    elif operation.skill.version != known.version + 1:
        raise DeltaRejected(f"skill '{target}' is at version {known.version}; its next is {known.version + 1}")
    else:
        book[target] = operation.skill
