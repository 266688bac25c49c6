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
        cure = line(skill.strategy) or ", then ".join(line(act) for act in skill.cure) or "no cure known yet"
        pinned = "  pinned" if skill.id in book.pinned else ""
        about = line(skill.suspect or skill.topic, 36)
        yield f"  {line(skill.id):<12} v{skill.version:<3} {about:<36} {line(cure, 60)}{pinned}"


def skill_lines(skill: Skill) -> Iterator[str]:
    """A skill whole."""
    about = f"suspect {line(skill.suspect)}" if skill.suspect else "strategy"
    yield f"{line(skill.id)}, version {skill.version}: {about} ({skill.common})"
    yield from (f"  {label:<10} {text}" for label, text in parts(skill))


def history_lines(entries: list[Plain]) -> Iterator[str]:
    """What happened to a book, one line a version, rejection or other event."""
    for entry in entries:
        counts: dict[str, int] = {}
        for operation in entry["operations"]:
            kind = str(operation.get("op", "?"))
            counts[kind] = counts.get(kind, 0) + 1
        done = ", ".join(f"{count} {line(kind)}" for kind, count in sorted(counts.items())) or "nothing"
        what = f"version {entry['version']:<4}" if entry["accepted"] else "rejected    "
        if entry["accepted"] is None:
            what, done = line(entry["event"]), f"version {entry['version']}"
        reason = f": {line(entry['reason'], 100)}" if entry["reason"] else ""
        yield f"{entry['position']:>8}  {entry['time']}  {what} {done}{reason}   run {line(entry['run'])}"


def blame_lines(found: Plain) -> Iterator[str]:
    """Where a skill comes from, oldest version first."""
    text = found["text"]
    about = line(text.get("suspect") or text.get("topic", ""))
    yield f"{line(found['skill'])} of skillbook {line(found['skillbook'])}: {about}, {found['status']}"
    for step in found["versions"]:
        delta = step["delta"]
        reason = f": {line(step['reason'], 100)}" if step["reason"] else ""
        yield (
            f"  v{step['version']} {line(step['op'])} in book version {delta['version']} "
            f"(position {delta['position']}, run {line(delta['run'])}, wave {delta['wave']}, "
            f"curator {line(delta['curator'])}){reason}"
        )
        for name, (old, new) in step["changed"].items():
            if name not in ("id", "version") and (old or new):
                yield f"      {line(name):<10} {line(_shown(old), 70) + ' -> ' if old else ''}{line(_shown(new), 110)}"
        for lesson in step["lessons"]:
            points = "not scored" if lesson["points"] is None else f"{lesson['points']:.1f} {line(lesson['grade'])}"
            void = "  RETRACTED" if lesson["retracted"] else ""
            yield f"      from {line(lesson['episode'])} ({line(lesson['scenario'])}): {points}{void}"


def credit_lines(found: Plain) -> Iterator[str]:
    """What each skill is worth, the most harmful first."""
    yield f"{line(found['skillbook'])}@{found['version']}: {found['pairs']} pairs, with and without some skills"
    for one in sorted(found["skills"], key=lambda one: float(one["effect"])):
        low, high = one["interval"]
        yield (
            f"  {line(one['id']):<12} v{one['version']:<3} {line(one['about'], 34):<34} {one['effect']:+6.1f} "
            f"(98 %: {low:+.1f} to {high:+.1f}), where it is about {one['where']:+6.1f}, n {one['n']}: {one['verdict']}"
        )
    if found["untried"]:
        yield f"  {len(found['untried'])} skills were never left out; train with --dropout to learn what they do"


def difference_lines(found: Plain) -> Iterator[str]:
    """What one book says otherwise than another."""
    a, b = found["a"], found["b"]
    yield (
        f"{line(a['skillbook'])}@{a['version']} ({a['skills']} skills) -> {line(b['skillbook'])}@{b['version']} "
        f"({b['skills']} skills)" + ("; the same" if found["same"] else "")
    )
    for sign, skills in (("+", found["added"]), ("-", found["removed"])):
        yield from (f"  {sign} {line(one['id']):<12} {line(one.get('suspect') or one['topic'], 60)}" for one in skills)
    for one in found["changed"]:
        yield f"  ~ {line(one['id']):<12} v{one['versions'][0]} -> v{one['versions'][1]}"
        for name, (old, new) in one["fields"].items():
            yield f"      {line(name):<10} {line(_shown(old), 60)} -> {line(_shown(new), 60)}"


def _shown(value: Any) -> str:
    """A field's value in few words."""
    if isinstance(value, list | tuple):
        return "; ".join(_shown(one) for one in value) or "nothing"
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values())
    return str(value) if value not in (None, "") else "nothing"
