"""Skills as a person would read them: what to suspect, when, how to tell, what cures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ops.books import parts
from ops.console.text import line
from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]


def book_lines(book: Skillbook) -> Iterator[str]:
    """A book as a list: one heading, one line a skill."""
    yield f"Skillbook {line(book.name)}@{book.version}: {len(book.skills)} skills"
    for skill in book.skills:
        cure = ", then ".join(line(act) for act in skill.cure) or "no cure known yet"
        yield f"  {line(skill.id):<12} v{skill.version:<3} {line(skill.suspect, 36):<36} {line(cure, 60)}"


def skill_lines(skill: Skill) -> Iterator[str]:
    """A skill whole."""
    yield f"{line(skill.id)}, version {skill.version}: suspect {line(skill.suspect)} ({skill.common})"
    yield from (f"  {label:<10} {text}" for label, text in parts(skill))


def history_lines(entries: list[Plain]) -> Iterator[str]:
    """What happened to a book, one line a version or rejection."""
    for entry in entries:
        counts: dict[str, int] = {}
        for operation in entry["operations"]:
            kind = str(operation.get("op", "?"))
            counts[kind] = counts.get(kind, 0) + 1
        done = ", ".join(f"{count} {line(kind)}" for kind, count in sorted(counts.items())) or "nothing"
        what = f"version {entry['version']:<4}" if entry["accepted"] else "rejected    "
        reason = f": {line(entry['reason'], 100)}" if entry["reason"] else ""
        yield f"{entry['position']:>8}  {entry['time']}  {what} {done}{reason}   run {line(entry['run'])}"
