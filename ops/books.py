"""Skillbooks as commands ask for them: by NAME or NAME@VERSION, folded from the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from importlib import import_module
from typing import Any, Protocol

from pydantic import BaseModel

from events import facts
from events.log import EventLog
from ops.console.text import line
from ops.failures import WrongUse
from ops.logs import moment

Plain = dict[str, Any]


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


def plain(skill: Any) -> Plain:
    """A skill's fields as plain values."""
    if isinstance(skill, BaseModel):
        return skill.model_dump(mode="json")
    return asdict(skill) if is_dataclass(skill) and not isinstance(skill, type) else dict(vars(skill))


def find(book: Skillbook, skill: str) -> Plain:
    """One skill by its id.

    Raises:
        WrongUse: the book has no such skill; the text names the nearest.
    """
    skills = {str(found["id"]): found for found in map(plain, book.skills)}
    if skill not in skills:
        from rapidfuzz import process  # noqa: PLC0415 - only a slip pays for the search

        near = ", ".join(str(found[0]) for found in process.extract(skill, list(skills), limit=3))
        raise WrongUse(f"version {book.version} has no skill '{skill}'; nearest: {near or 'none, it is empty'}")
    return skills[skill]


def as_plain(name: str, book: Skillbook) -> Plain:
    """A book as one plain object."""
    skills = [plain(skill) for skill in book.skills]
    return {"name": name, "version": book.version, "sha256": book.sha256, "skills": skills}


def as_json(name: str, book: Skillbook) -> str:
    """A book as a JSON file."""
    return json.dumps(as_plain(name, book), indent=2, ensure_ascii=False, default=str) + "\n"


def as_markdown(name: str, book: Skillbook) -> str:
    """A book as a Markdown file, one heading a skill; text from lessons cannot make headings of its own."""
    rows = [f"# Skillbook {name}, version {book.version}", "", f"`sha256 {book.sha256}`"]
    for skill in map(plain, book.skills):
        rows += ["", f"## {line(skill.pop('id', '?'))}", ""]
        rows += [f"- **{line(field).replace('_', ' ')}**: {_words(value)}" for field, value in skill.items() if value]
    return "\n".join(rows) + "\n"


def history(log: EventLog, name: str) -> list[Plain]:
    """What happened to a book, oldest first: versions with their operations, and what was rejected and why.

    Raises:
        WrongUse: the log has no such book.
    """
    told = []
    for event in log.read_stream(f"skillbook/{name}"):
        fact = event.fact()
        entry: Plain = {"position": event.position, "time": moment(event.time), "run": event.correlation}
        if isinstance(fact, facts.SkillsAccepted):
            entry |= {"accepted": True, "version": fact.version, "wave": fact.wave, "sha256": fact.sha256}
            entry |= {"operations": list(fact.operations), "reason": ""}
        elif isinstance(fact, facts.SkillsRejected):
            entry |= {"accepted": False, "version": fact.base_version, "wave": fact.wave, "sha256": ""}
            entry |= {"operations": list(fact.operations), "reason": fact.reason}
        else:
            continue
        told.append(entry)
    if not told:
        raise WrongUse(f"the log holds no skillbook '{name}'; it has {', '.join(names(log)) or 'none yet'}")
    return told


def names(log: EventLog) -> list[str]:
    """The books that the log holds."""
    return sorted({event.stream.partition("/")[2] for event in log.read_all(categories=["skillbook"])})


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{line(key)} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_words(inner) for inner in value)
    return line(value)
