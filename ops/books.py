"""Skillbooks as commands ask for them: by NAME or NAME@VERSION, folded from the log."""

from __future__ import annotations

from typing import Any

from events import facts
from events.log import EventLog
from ops.console.text import line
from ops.failures import WrongUse
from ops.logs import moment
from skillbooks.formats import ours
from skillbooks.shelf import wording
from skillbooks.skill import Sign, Skill
from skillbooks.skillbook import Skillbook, load_book, stream_of
from skillbooks.standing import standing

Plain = dict[str, Any]
CURRENT = "@current"
"""Behind a name: the version in service."""


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
    """The book, folded from the log up to a position; NAME@current is the version in service.

    Raises:
        WrongUse: the reference is malformed.
        LookupError: the log has no such book or version.
    """
    if reference.endswith(CURRENT):
        name = reference.removesuffix(CURRENT)
        found = standing(log.read_stream(stream_of(name), upto=upto)).current
        if not found:
            raise LookupError(
                f"no version of skillbook '{name}' was ever promoted; `journeyman skills promote` does it"
            )
        return load_book(log, name, version=found, upto=upto)
    name, version = named(reference)
    return load_book(log, name, version=version, upto=upto)


def size(log: EventLog, name: str, version: int) -> int:
    """How many skills a version of a book holds; 0 for the empty book that every run may start from.

    A book whose conclusions were shuffled for an evaluation is not in the log, but holds as many as its original.
    """
    original = name.partition("~")[0]
    return len(load(log, f"{original}@{version}").skills) if original and version else 0


def find(book: Skillbook, skill: str) -> Skill:
    """One skill by its id.

    Raises:
        WrongUse: the book has no such skill; the text names the nearest.
    """
    skills = {found.id: found for found in book.skills}
    if skill not in skills:
        from rapidfuzz import process  # noqa: PLC0415 - only a slip pays for the search

        near = ", ".join(str(found[0]) for found in process.extract(skill, list(skills), limit=3))
        raise WrongUse(f"version {book.version} has no skill '{skill}'; nearest: {near or 'none, it is empty'}")
    return skills[skill]


def as_plain(book: Skillbook) -> Plain:
    """A book as one plain object."""
    return ours.as_plain(book)


def as_json(book: Skillbook) -> str:
    """A book as a JSON file."""
    return ours.write(book)


def as_markdown(book: Skillbook) -> str:
    """A book as a Markdown file, one heading a skill; text from lessons cannot make headings of its own."""
    rows = [f"# Skillbook {line(book.name)}, version {book.version}", "", f"`sha256 {book.sha256}`"]
    for skill in book.skills:
        rows += [
            "",
            f"## {line(skill.suspect or skill.topic)}",
            "",
            f"`{line(skill.id)}`, version {skill.version}, {skill.common}",
            "",
        ]
        rows += [f"- **{label}** {text}" for label, text in parts(skill)]
    return "\n".join(rows) + "\n"


def parts(skill: Skill) -> list[tuple[str, str]]:
    """What a skill says, as labelled lines for people."""
    told = [("problem" if skill.suspect else "topic", line(skill.topic))]
    words = {"applies": skill.applies, "but not": skill.not_when, "do": skill.strategy, "run": skill.run}
    told += [(label, line(text, 700)) for label, text in words.items() if text]
    told += [("when", signwording(sign)) for sign in skill.when]
    told += [("unless", signwording(sign)) for sign in skill.unless]
    if skill.check is not None:
        double = f", which tells it from {line(skill.tells_from)}" if skill.tells_from else ""
        told.append(("check", signwording(skill.check) + double))
    told += [("cure", line(act)) for act in skill.cure]
    return told + ([("applies to", line(skill.scope))] if skill.scope else [])


def signwording(sign: Sign) -> str:
    """A sign in words."""
    return f"{line(sign.where)} is {line(sign.state)} ({sign.strength})"


def history(log: EventLog, name: str) -> list[Plain]:
    """What happened to a book, oldest first: versions with their operations, refusals, promotions, retractions.

    Raises:
        WrongUse: the log has no such book.
    """
    told, version = [], 0
    for event in log.read_stream(stream_of(name)):
        fact = event.fact()
        entry: Plain = {"position": event.position, "time": moment(event.time), "run": event.correlation}
        entry |= {"event": event.type, "wave": None, "sha256": "", "operations": [], "reason": ""}
        if isinstance(fact, facts.SkillsAccepted):
            version = fact.version
            entry |= {"accepted": True, "version": fact.version, "wave": fact.wave, "sha256": fact.sha256}
            entry |= {"operations": list(fact.operations), "sources": [list(names) for names in fact.sources]}
        elif isinstance(fact, facts.SkillsRejected):
            entry |= {"accepted": False, "version": fact.base_version, "wave": fact.wave}
            entry |= {"operations": list(fact.operations), "reason": fact.reason}
        else:
            plain = fact.model_dump(mode="json")
            entry |= {"accepted": None, "version": plain.get("version", version), "detail": plain}
            entry |= {"reason": str(plain.get("reason", ""))}
        told.append(entry)
    if not told:
        raise WrongUse(f"the log holds no skillbook '{name}'; it has {', '.join(names(log)) or 'none yet'}")
    return told


def either(log: EventLog, name: str, reference: str) -> Skillbook:
    """A book by NAME@VERSION, or a number that is a position of the log at which `name` is looked at.

    Raises:
        WrongUse: the position lies outside the log, or the reference is malformed.
        LookupError: the log has no such book or version.
    """
    if not reference.isdecimal():
        return load(log, reference)
    return load(log, name, upto=inside(log, int(reference)))


def inside(log: EventLog, position: int) -> int:
    """A position, if the log has it.

    Raises:
        WrongUse: it lies outside.
    """
    head = log.head().position
    if not 0 <= position <= head:
        raise WrongUse(f"position {position} lies outside the log, which ends at position {head}")
    return position


def differences(a: Skillbook, b: Skillbook) -> Plain:
    """What one book says otherwise than another."""
    old, new = ({skill.id: skill.model_dump(mode="json") for skill in book.skills} for book in (a, b))
    changed = [
        {
            "id": id_,
            "versions": [old[id_]["version"], new[id_]["version"]],
            "fields": {
                key: [old[id_].get(key), new[id_].get(key)]
                for key in dict.fromkeys([*old[id_], *new[id_]])
                if key != "version" and old[id_].get(key) != new[id_].get(key)
            },
        }
        for id_ in new
        if id_ in old and old[id_] != new[id_]
    ]
    return {
        "a": {"skillbook": a.name, "version": a.version, "sha256": a.sha256, "skills": a.size},
        "b": {"skillbook": b.name, "version": b.version, "sha256": b.sha256, "skills": b.size},
        "added": [new[id_] for id_ in new if id_ not in old],
        "removed": [old[id_] for id_ in old if id_ not in new],
        "changed": changed,
        "pinned": sorted(b.pinned - a.pinned),
        "unpinned": sorted(a.pinned - b.pinned),
        "same": a.sha256 == b.sha256,
        "same_text": [wording(one) for one in old.values()] == [wording(one) for one in new.values()],
    }


def names(log: EventLog) -> list[str]:
    """The books that the log holds."""
    return sorted({event.stream.partition("/")[2] for event in log.read_all(categories=["skillbook"])})
