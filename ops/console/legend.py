"""A world's own names for what its ids mean, and how many points its rubric gives: what people's text is set with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ops.console.text import line

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Legend:
    """Titles of problem types and causes by id, and the most points of each category; empty for an unknown world."""

    titles: dict[str, str] = field(default_factory=dict)
    categories: dict[str, float] = field(default_factory=dict)

    def told(self, name: object) -> str:
        """An id with its title, `filament.wet (damp filament)`."""
        title = self.titles.get(str(name), "")
        says_more = title.lower() != line(name).replace("_", " ").lower()
        return f"{line(name)} ({line(title)})" if title and says_more else line(name)


def legend_of(world: str) -> Legend:
    """The legend of a world; one that is not installed here has none."""
    from actors.worlds import catalogue  # noqa: PLC0415 - only what shows episodes pays for the world

    try:
        trade = catalogue.load(world)
    except LookupError:
        return Legend()
    return Legend(_titles(trade.rules()[-1]), dict(trade.categories))


def _titles(block: str) -> dict[str, str]:
    try:
        listed: Plain = json.loads(block)["catalogue"]["problems"]
    except (ValueError, KeyError, TypeError):
        return {}
    titles = {key: problem["title"] for key, problem in listed.items()}
    for problem in listed.values():
        titles |= problem["causes"]
    return titles
