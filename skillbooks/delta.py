"""Deltas: small operations on a book, read from plain values before anything is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from skillbooks.skill import Line, Name, Skill

Plain = dict[str, Any]


class DeltaRejected(Exception):  # noqa: N818 - errors read as facts
    """Raised when an operation does not fit the book; the text says which and why. Nothing was applied."""


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class Add(_Operation):
    """A new skill; its id must be free."""

    op: Literal["add"] = "add"
    skill: Skill


class Revise(_Operation):
    """A skill's text changes: a new version of it, the next one."""

    op: Literal["revise"] = "revise"
    skill: Skill


class Merge(_Operation):
    """Several skills become one: `skill` goes on under one of their ids as its next version, the others retire."""

    op: Literal["merge"] = "merge"
    ids: Annotated[tuple[Name, ...], Field(min_length=2, max_length=50)]
    skill: Skill


class Retire(_Operation):
    """A skill leaves the book; it can be restored, and the log keeps every version of it."""

    op: Literal["retire"] = "retire"
    id: Name
    reason: Line


class Restore(_Operation):
    """A retired skill comes back: as it was, or with `skill`, its next version."""

    op: Literal["restore"] = "restore"
    id: Name
    skill: Skill | None = None


class Pin(_Operation):
    """A person protects a skill: until it is unpinned, nothing revises, merges or retires it."""

    op: Literal["pin"] = "pin"
    id: Name
    pinned: bool = True


Operation = Annotated[Add | Revise | Merge | Retire | Restore | Pin, Field(discriminator="op")]
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


def targets(operation: Plain) -> list[str]:
    """The ids of the skills that an operation touches, the one that goes on first."""
    kind, skill = operation.get("op"), operation.get("skill")
    own = [str(skill["id"])] if isinstance(skill, dict) and "id" in skill else []
    if kind == "merge":
        return own + [str(id_) for id_ in operation.get("ids", ()) if str(id_) not in own]
    return own or [str(operation.get("id", ""))]
