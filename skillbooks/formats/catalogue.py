"""The formats of books by name, and how a file's own is recognised."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from skillbooks.formats import ace_json, ours, texts
from skillbooks.formats.imported import Imported, Unreadable
from skillbooks.skillbook import Skillbook

WRITERS: dict[str, Callable[[Skillbook], str]] = {
    "json": ours.write,
    "ace-v1": ace_json.write_v1,
    "ace-v2": ace_json.write_v2,
    "ace-text": texts.write_playbook,
}
"""Formats that are one file; `md` is for people, `skill-md` a folder."""
READABLE = ("auto", "json", "ace", "ace-text", "skill-md", "md")
MOST_BYTES = 64 * 2**20


def read(path: Path, form: str = "auto") -> Imported:
    """Read a book from a file or folder.

    Args:
        path: where.
        form: one of `READABLE`; `auto` recognises it.

    Raises:
        Unreadable: it is no book of that format; the text says where and why.
        OSError: it cannot be read.
    """
    if path.is_dir():
        return _read_folder(path)
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"{path}: has more than {MOST_BYTES:,} bytes; that is no skillbook")
    text = path.read_bytes().decode("utf-8", errors="replace").removeprefix("\ufeff")
    if not text.strip():
        raise Unreadable(f"{path}: is empty")
    return read_text(path.name, text, form)


def read_text(name: str, text: str, form: str = "auto") -> Imported:
    """As `read`, of a text that is at hand."""
    playbook = form == "ace-text" or (form == "auto" and texts.is_playbook(text))
    if form in ("json", "ace") or (form == "auto" and text.lstrip()[:1] in ("{", "[") and not playbook):
        return _read_json(name, text, form)
    if form == "skill-md" or (form == "auto" and text.startswith("---")):
        return texts.read_skill_file(name, text)
    if playbook:
        return texts.read_playbook(text)
    return texts.read_markdown(text)


def _read_json(name: str, text: str, form: str) -> Imported:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name}: is not JSON: {error}") from error
    if isinstance(told, list):
        told = {"skills": told}
    if not isinstance(told, dict):
        raise Unreadable(f"{name}: holds no skillbook")
    try:
        return ace_json.read(told) if form == "ace" or (form == "auto" and ace_json.is_one(told)) else ours.read(told)
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from error


def _read_folder(path: Path) -> Imported:
    """A folder of agent skills: every SKILL.md in it, by path; one that is broken is refused by itself."""
    files = sorted(path.rglob("SKILL.md"))
    if not files:
        raise Unreadable(f"{path}: there is no SKILL.md in this folder")
    found = Imported("skill-md")
    for file in files:
        name = str(file.relative_to(path))
        found.read += 1
        try:
            one = texts.read_skill_file(name, file.read_bytes().decode("utf-8", errors="replace"))
        except (Unreadable, OSError) as error:
            found.refused[name] = str(error)
            continue
        found.skills += one.skills
        found.refused |= one.refused
        found.split |= one.split
    return found
