"""What comes out of reading a foreign book: typed skills, and a report in which nothing is lost in silence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from skillbooks.rendering import render
from skillbooks.screening import complaint
from skillbooks.similarity import ALIKE, in_words, twins
from skillbooks.skill import LONGEST_LINE, LONGEST_TEXT, Skill, strategy_id

Plain = dict[str, Any]
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\s+(?=[-*•] )|\s*\n\s*\n\s*")


class Unreadable(Exception):  # noqa: N818 - errors read as facts
    """Raised when a text is no book of the format that it is said to be; says where and why."""


@dataclass
class Imported:
    """A book that was read.

    Attributes:
        format: which.
        skills: those that can be learned, in the order of the file.
        read: entries of the file.
        inactive: ids of entries that were switched off there.
        refused: entry -> why it is not taken.
        duplicates: entry -> the entry that says the same.
        split: entries that were too long for one skill, and how many they became.
        evicted: entries for which there was no room.
        unknown: fields of the file that mean nothing here, kept.
    """

    format: str
    skills: list[Skill] = field(default_factory=list)
    read: int = 0
    inactive: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    duplicates: dict[str, str] = field(default_factory=dict)
    split: dict[str, int] = field(default_factory=dict)
    evicted: list[str] = field(default_factory=list)
    unknown: Plain = field(default_factory=dict)

    def take(self, name: str, plain: Plain) -> None:
        """Take one entry in as a skill, or write down why not."""
        try:
            skill = Skill.model_validate(plain)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            self.refused[name] = f"{where}: {first['msg']}" if where else str(first["msg"])
            return
        reason = complaint(skill.model_dump(mode="json"))
        if reason:
            self.refused[name] = reason
        else:
            self.skills.append(skill)

    def take_words(self, name: str, topic: str, text: str, **fields: Any) -> None:
        """Take one entry that is mere words, cut into several skills where it is too long for one."""
        parts = pieces(text)
        if not parts:
            self.refused[name] = "it says nothing"
        if len(parts) > 1:
            self.split[name] = len(parts)
        for part in parts:
            about = slug(topic)
            plain = {"id": strategy_id(about, part), "topic": about, "strategy": part, "origin": name[:80], **fields}
            self.take(name, plain)

    def tidied(self, budget: int | None = None) -> Imported:
        """Without what is said twice, and cut to a budget of tokens; what went is in the report."""
        gone: set[int] = set()
        for twin in twins([in_words(skill) for skill in self.skills], ALIKE):
            if twin.first not in gone and twin.second not in gone:
                gone.add(twin.second)
                self.duplicates[_name(self.skills[twin.second])] = _name(self.skills[twin.first])
        self.skills = [skill for place, skill in enumerate(self.skills) if place not in gone]
        if budget is not None:
            fit = render(self.skills, budget)[1]
            self.evicted = [_name(skill) for skill in self.skills[len(fit) :]]
            self.skills = list(fit)
        return self

    def report(self) -> Plain:
        """For people and for the log."""
        return {
            "format": self.format, "read": self.read, "taken": len(self.skills), "inactive": self.inactive,
            "refused": self.refused, "duplicates": self.duplicates, "split": self.split, "evicted": self.evicted,
            "unknown": self.unknown,
        }  # fmt: skip


def slug(text: object) -> str:
    """A heading as one word that can be a topic."""
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:LONGEST_LINE] or "general"


def flat(text: object) -> str:
    """Words on one line: no control characters, no lone surrogates, nothing that opens a heading or a block."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in str(text))
    line = " ".join(kept.split())
    while line and (line[0] in "#[<>=`*" or line.startswith("---")):
        line = line[1:].lstrip() if not line.startswith("---") else line.lstrip("-").lstrip()
    return line


def pieces(text: object, longest: int = LONGEST_TEXT) -> list[str]:
    """A text on lines of a bounded length, cut between sentences where it can be."""
    found: list[str] = []
    for sentence in filter(None, (flat(part) for part in _SENTENCE.split(str(text)))):
        while_long = sentence
        if found and len(found[-1]) + 1 + len(while_long) <= longest:
            found[-1] += " " + while_long
            continue
        while len(while_long) > longest:
            cut = while_long.rfind(" ", 0, longest) if " " in while_long[:longest] else longest
            found.append(while_long[:cut].strip())
            while_long = flat(while_long[cut:])
        found.append(while_long)
    return [part for part in found if part]


def _name(skill: Skill) -> str:
    return str(getattr(skill, "origin", "") or skill.id)


def fields_beside(plain: Plain, known: Iterable[str]) -> Plain:
    """Fields of a file that mean nothing here, to be kept."""
    names = frozenset(known)
    return {str(key): value for key, value in plain.items() if key not in names}


def told_in_words(skill: Skill) -> str:
    """A skill as one sentence, for formats that know nothing but words."""
    if not skill.suspect:
        return skill.strategy
    parts = [f"Suspect {skill.suspect} ({skill.topic})"]
    parts += [f"when {_signs(skill.when)}"] if skill.when else []
    parts += [f"unless {_signs(skill.unless)}"] if skill.unless else []
    parts += [f"check {_signs([skill.check])}"] if skill.check else []
    parts += [f"not to be taken for {skill.tells_from}"] if skill.tells_from else []
    parts += [f"cure: {', then '.join(skill.cure)}"] if skill.cure else []
    parts += [skill.strategy] if skill.strategy else []
    return "; ".join(parts)


def _signs(signs: Sequence[Any]) -> str:
    return ", ".join(f"{sign.where} is {sign.state} ({sign.strength})" for sign in signs)
