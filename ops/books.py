"""Skillbooks as commands ask for them: by NAME or NAME@VERSION, folded from the log."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from events.log import EventLog
from ops.failures import WrongUse


class Skillbook(Protocol):
    """What commands need to know of a book."""

    @property
    def version(self) -> int:
        """Its version, 0 for the empty book."""
        ...

    @property
    def sha256(self) -> str:
        """The hash of its canonical form."""
        ...

    @property
    def skills(self) -> Sequence[Any]:
        """Its skills in their order."""
        ...


def named(reference: str) -> tuple[str, int | None]:
    """A reference cut in two: NAME@VERSION, or NAME for the latest version.

    Raises:
        WrongUse: the name is missing, or the version is no number.
    """
    name, at, version = reference.partition("@")
    if not name or (at and not version.isdecimal()):
        raise WrongUse(f"'{reference}' names no skillbook; write NAME or NAME@VERSION, such as printer@3")
    return name, int(version) if at else None


def load(log: EventLog, reference: str, *, upto: int | None = None) -> Skillbook:
    """The book, folded from the log up to a position.

    Raises:
        WrongUse: the reference is malformed.
        LookupError: the log has no such book or version.
    """
    name, version = named(reference)
    book: Skillbook = import_module("skillbooks.skillbook").load_book(log, name, version=version, upto=upto)
    return book


def size(log: EventLog, name: str, version: int) -> int:
    """How many skills a version of a book holds; 0 for the empty book that every run may start from."""
    return len(load(log, f"{name}@{version}").skills) if name and version else 0
