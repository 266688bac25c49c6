"""Books that are text: the playbook of the official ACE, Markdown, and folders of agent skills (SKILL.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from skillbooks.formats.imported import Imported, Unreadable, flat, told_in_words
from skillbooks.skill import LONGEST_TEXT, Skill
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]
_BULLET = re.compile(r"^\s*\[(?P<id>[^\]\s]+)\]\s*(?:helpful=-?\d+\s+harmful=-?\d+\s*::)?\s*(?P<text>.*)$")
_HEADING = re.compile(r"^\s*#{1,6}\s+(?P<title>.+?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+(?P<text>.+)$")
_FRONT = re.compile(r"\A---\s*\n(?P<front>.*?)\n---\s*\n?(?P<body>.*)\Z", re.DOTALL)
LONGEST_NAME, LONGEST_DESCRIPTION = 64, 1024
"""Of an agent skill, as its specification says."""


def is_playbook(text: str) -> bool:
    """Whether a text has bullets as the official ACE writes them."""
    return any((found := _BULLET.match(line)) is not None and found["text"].strip() for line in text.splitlines())


def read_playbook(text: str) -> Imported:
    """Bullets `[id] helpful=5 harmful=0 :: words` under `## SECTION`; counters may be missing, and sections too."""
    found, section = Imported("ace-text"), "general"
    bullets: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        bullet, heading = _BULLET.match(line), _HEADING.match(line)
        if bullet:
            bullets.append((bullet["id"], section, [bullet["text"]]))
        elif heading:
            section = heading["title"]
        elif bullets and line.strip():
            bullets[-1][2].append(line)
    found.read = len(bullets)
    seen: dict[str, str] = {}
    for id_, where, lines in bullets:
        words = " ".join(lines)
        same = seen.setdefault(" ".join(words.lower().split()), id_)
        if same != id_:
            found.duplicates[id_] = same
        else:
            found.take_words(id_, where, words)
    return found


def write_playbook(book: Skillbook) -> str:
    """A book as the official ACE reads it; every text is one line, so none can open a section or forge a bullet."""
    rows: list[str] = []
    for topic, skills in _by_topic(book).items():
        rows += ["", f"## {topic.upper()}"]
        for number, skill in enumerate(skills, 1):
            when = f"When {skill.applies}: " if skill.applies else ""
            rows.append(f"[{skill.id}-{number:05d}] helpful=0 harmful=0 :: {when}{told_in_words(skill)}")
    return "\n".join(rows).lstrip() + "\n"


def read_markdown(text: str) -> Imported:
    """List items, each a strategy, under headings that are its topic; paragraphs count where there are no items."""
    found, topic = Imported("md"), "general"
    entries: list[tuple[str, str]] = []
    items = any(_ITEM.match(line) for line in text.splitlines())
    for block in text.splitlines() if items else re.split(r"\n\s*\n", text):
        heading, item = _HEADING.match(block.strip()), _ITEM.match(block)
        if heading:
            topic = heading["title"]
        elif item:
            entries.append((topic, item["text"]))
        elif items and entries and block.startswith(("  ", "\t")) and block.strip():
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {block.strip()}")
        elif not items and block.strip():
            entries.append((topic, block))
    found.read = len(entries)
    for place, (about, words) in enumerate(entries, 1):
        found.take_words(f"item-{place}", about, words)
    return found


def read_skill_file(name: str, text: str) -> Imported:
    """One SKILL.md: its description says when it applies, its body what to do.

    Raises:
        Unreadable: it has no front matter with a name and a description.
    """
    match = _FRONT.match(text.replace("\r\n", "\n"))
    try:
        front = yaml.safe_load(match["front"]) if match else None
    except yaml.YAMLError as error:
        raise Unreadable(f"{name}: the front matter is no YAML: {error}") from error
    if match is None or not isinstance(front, dict) or not front.get("name") or not front.get("description"):
        raise Unreadable(f"{name}: a skill file begins with --- and has a name and a description")
    found = Imported("skill-md", read=1)
    title, applies = str(front["name"]), flat(front["description"])[:LONGEST_TEXT].strip()
    body = re.sub(r"(?m)^\s*#{1,6}\s+(.*)$", r"\1:\n", match["body"]).strip()
    found.take_words(title, title, body or applies, applies=applies)
    return found


def write_skill_files(book: Skillbook) -> Mapping[str, str]:
    """A book as a folder of agent skills, one a topic: path in the folder -> text."""
    files: dict[str, str] = {}
    for topic, skills in _by_topic(book).items():
        name = (re.sub(r"[^a-z0-9]+", "-", topic.lower()).strip("-") or "general")[:LONGEST_NAME].strip("-")
        while f"{name}/SKILL.md" in files:
            name = f"{name[: LONGEST_NAME - 2]}-x"
        about = ", ".join(dict.fromkeys(skill.applies or skill.suspect or skill.topic for skill in skills))
        description = re.sub(r"[<>]", "", f"What practice has taught about {topic}: {about}")[:LONGEST_DESCRIPTION]
        front = yaml.safe_dump({"name": name, "description": description}, allow_unicode=True, width=10_000)
        body = "\n".join(f"- {_item(skill)}" for skill in skills)
        files[f"{name}/SKILL.md"] = f"---\n{front}---\n\n# {topic}\n\n{body}\n"
    return files


def _item(skill: Skill) -> str:
    when = f"When {skill.applies}: " if skill.applies else ""
    return when + told_in_words(skill)


def _by_topic(book: Skillbook) -> dict[str, list[Skill]]:
    topics: dict[str, list[Skill]] = {}
    for skill in book.skills:
        topics.setdefault(skill.topic, []).append(skill)
    return topics
