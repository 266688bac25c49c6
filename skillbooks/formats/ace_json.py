"""Books of ace-framework: JSON of its versions 1 (`content`) and 2 (`issue` and `insight`), and the older `bullets`.

Its counters are read and dropped: how often a model praised a skill is no evidence of what the skill does.
"""

from __future__ import annotations

import json
from typing import Any

from skillbooks.formats.imported import Imported, Unreadable, fields_beside, flat, told_in_words
from skillbooks.skill import LONGEST_TEXT, Skill
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]
_KNOWN = ("skills", "bullets", "sections", "next_id", "similarity_decisions", "schema_version")
_COUNTERS = ("helpful", "harmful", "neutral", "used_count", "helpful_count", "harmful_count", "neutral_count")
_MEANT = (
    "id", "section", "content", "issue", "insight", "keywords", "status", "active", "embedding", "created_at",
    "updated_at", *_COUNTERS,
)  # fmt: skip


def is_one(told: Plain) -> bool:
    """Whether a JSON object looks like one of these books."""
    return isinstance(told.get("skills", told.get("bullets")), dict)


def read(told: Plain) -> Imported:
    """Read a book of either version; a broken entry is refused by itself.

    Raises:
        Unreadable: there is no mapping of skills.
    """
    entries = told.get("skills", told.get("bullets"))
    if not isinstance(entries, dict):
        raise Unreadable("'skills' is no mapping of ids to skills")
    version = "2" if str(told.get("schema_version", "1")) == "2" else "1"
    found = Imported(f"ace-v{version}", read=len(entries), unknown=fields_beside(told, _KNOWN))
    for id_, plain in entries.items():
        if not isinstance(plain, dict):
            found.refused[str(id_)] = "is no object"
        elif plain.get("status", "active") != "active" or plain.get("active", True) is False:
            found.inactive.append(str(id_))
        else:
            _take(found, str(id_), plain)
    return found


def _take(found: Imported, id_: str, plain: Plain) -> None:
    text = plain.get("content") or plain.get("insight") or ""
    issue = flat(plain.get("issue") or "")[:LONGEST_TEXT].strip()
    section = plain.get("section") or id_.rpartition("-")[0] or "general"
    keywords = plain.get("keywords")
    kept: Plain = {
        key: value for key, value in plain.items() if key not in _MEANT and isinstance(value, str | int | float)
    }
    if isinstance(keywords, list) and keywords:
        kept["keywords"] = [flat(word)[:80] for word in keywords[:30]]
    found.take_words(id_, str(section), str(text), **({"applies": issue} if issue else {}), **kept)


def write_v1(book: Skillbook) -> str:
    """A book as ace-framework 0.7 to 0.10 reads it."""
    skills = {skill.id: _v1(skill) for skill in book.skills}
    sections: dict[str, list[str]] = {}
    for skill in book.skills:
        sections.setdefault(skill.topic, []).append(skill.id)
    whole = {"skills": skills, "sections": sections, "next_id": len(skills) + 1, "similarity_decisions": {}}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _v1(skill: Skill) -> Plain:
    return {
        "id": skill.id, "section": skill.topic, "content": _content(skill), "helpful": 0, "harmful": 0, "neutral": 0,
        "created_at": _NEVER, "updated_at": _NEVER, "embedding": None, "status": "active",
    }  # fmt: skip


def write_v2(book: Skillbook) -> str:
    """A book as ace-framework 0.12 and 0.13 read it."""
    skills = {skill.id: _v2(skill) for skill in book.skills}
    return json.dumps({"schema_version": "2", "skills": skills}, indent=2, ensure_ascii=False) + "\n"


def _v2(skill: Skill) -> Plain:
    keywords = getattr(skill, "keywords", None) or [skill.topic]
    return {
        "id": skill.id, "section": "context", "keywords": keywords,
        "issue": skill.applies or skill.suspect or skill.topic,
        "insight": told_in_words(skill), "occurrences": [], "active": True, "used_count": 0, "helpful_count": 0,
        "harmful_count": 0, "neutral_count": 0, "created_at": _NEVER, "updated_at": _NEVER,
    }  # fmt: skip


def _content(skill: Skill) -> str:
    when = f"When {skill.applies}: " if skill.applies else ""
    return when + told_in_words(skill)


_NEVER = "1970-01-01T00:00:00+00:00"
"""Their books carry times; ours are functions of the log alone."""
