"""Skills as a person would read them: what is seen, what to suspect, how to tell, what cures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ops.console.steps import fields
from ops.console.text import line

Plain = dict[str, Any]


def book_lines(name: str, version: int, skills: list[Plain]) -> Iterator[str]:
    """A book as a list: one heading, one line a skill."""
    yield f"Skillbook {line(name)}@{version}: {len(skills)} skills"
    for skill in skills:
        yield f"  {line(skill['id'], 40):<40} v{skill.get('version', 1):<3} {line(gist(skill), 72)}"


def skill_lines(skill: Plain) -> Iterator[str]:
    """A skill whole."""
    yield f"{line(skill['id'])}, version {skill.get('version', 1)}"
    yield from fields({name.replace("_", " "): value for name, value in skill.items() if name not in ("id", "version")})


def gist(skill: Plain) -> str:
    """The first text that a skill has to say."""
    for name, value in skill.items():
        if name not in ("id", "kind") and isinstance(value, str) and value:
            return value
    return ""


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
