"""Our own format: JSON with a schema number; fields that a later release added are kept."""

from __future__ import annotations

import json
from typing import Any

from skillbooks.formats.imported import Imported, Unreadable, fields_beside
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]
SCHEMA = 1


def as_plain(book: Skillbook) -> Plain:
    """A book as one plain object."""
    return {"schema": SCHEMA, **book.plain(), "sha256": book.sha256}


def write(book: Skillbook) -> str:
    """A book as a JSON file."""
    return json.dumps(as_plain(book), indent=2, ensure_ascii=False) + "\n"


def read(told: Plain) -> Imported:
    """A book from its JSON; the first release wrote no schema number.

    Raises:
        Unreadable: it is of a later schema, or no list of skills is there.
    """
    schema = told.get("schema", SCHEMA)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise Unreadable(f"schema {schema!r} is not known here (up to {SCHEMA}); use a newer journeyman")
    skills = told.get("skills")
    if not isinstance(skills, list):
        raise Unreadable("'skills' is no list")
    found = Imported("json", read=len(skills))
    found.unknown = fields_beside(told, ("schema", "name", "version", "skills", "sha256", "pinned"))
    seen: set[str] = set()
    for place, plain in enumerate(skills):
        name = str(plain.get("id", place)) if isinstance(plain, dict) else str(place)
        if not isinstance(plain, dict):
            found.refused[f"skills[{place}]"] = "is no object"
        elif name in seen:
            found.duplicates[f"skills[{place}]"] = name
        else:
            seen.add(name)
            found.take(name, plain)
    return found
