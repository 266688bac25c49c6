"""What a person may name: the public catalogue and the menu of the bench, found by id, by words, or by likeness."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from actors.llm.port import Request

Plain = dict[str, Any]

LIKE = 65
"""From which likeness, of 100, a known name is offered for one that is not known."""
SHOWN = 12
"""Hits of a search that are listed."""


@dataclass(frozen=True, slots=True)
class Names:
    """Ids and what each means.

    Attributes:
        titles: id -> what it means, in words.
        about: id -> further words that find it, such as the problem that a cause belongs to.
    """

    titles: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)

    def named(self, text: str) -> str:
        """The one id that a text names exactly, by itself or by its title; empty if none does."""
        plain = _plain(text)
        found = [key for key, title in self.titles.items() if plain in (_plain(key), _plain(title))]
        return found[0] if len(found) == 1 else ""

    def found(self, text: str) -> list[str]:
        """Ids that a search finds: those with all its words, or else those that look most like it."""
        wanted = _plain(text).split()
        hits = [key for key in self.titles if all(word in self._all(key) for word in wanted)]
        return hits or near(text, {key: self._all(key) for key in self.titles})

    def row(self, key: str) -> str:
        """An id and what it means."""
        more = f"  ({self.about[key]})" if self.about.get(key) else ""
        return f"{key:<28} {self.titles[key]}{more}".rstrip()

    def _all(self, key: str) -> str:
        return _plain(f"{key} {self.titles[key]} {self.about.get(key, '')}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The public catalogue of a trade; `topics` says which problem a cause belongs to."""

    problems: Names
    causes: Names
    parts: Names
    topics: dict[str, str]


def catalogue_of(request: Request) -> Catalogue:
    """The catalogue that a request holds; empty where the world has none."""
    listed: Plain = next(
        (json.loads(block)["catalogue"] for block in request.system if block.startswith('{"catalogue"')), {}
    )
    problems: Plain = listed.get("problems", {})
    titles = {key: str(one["title"]) for key, one in problems.items()}
    causes = {cause: str(title) for one in problems.values() for cause, title in one["causes"].items()}
    topics = {cause: key for key, one in problems.items() for cause in one["causes"]}
    about = {cause: titles[topic] for cause, topic in topics.items()}
    return Catalogue(Names(titles), Names(causes, about), Names(listed.get("parts", {})), topics)


def near(text: str, known: Mapping[str, str] | Iterable[str], most: int = 4) -> list[str]:
    """The known names that look most like a text, best first; of a mapping its keys, by their words."""
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - only a slip pays for the search

    words = dict(known) if isinstance(known, Mapping) else {name: name for name in known}
    found = process.extract(
        text[:200], words, scorer=fuzz.WRatio, processor=utils.default_process, limit=most, score_cutoff=LIKE
    )
    return [key for _, _, key in found]


def meant(text: str, known: Mapping[str, str] | Iterable[str]) -> str:
    """The end of a sentence about a slip: what may have been meant; empty if nothing looks like it."""
    found = near(text, known)
    return f" Did you mean {' or '.join(found[:3])}?" if found else ""


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())
