"""Skills of a book that say the same: listed, and merged into one that keeps the sources of all."""

from __future__ import annotations

from typing import Any

from events.log import EventLog
from ops.pens import Change, Page, read_page, write
from skillbooks.delta import targets
from skillbooks.similarity import ALIKE, in_words, twins
from skillbooks.skillbook import Skillbook, load_book

Plain = dict[str, Any]


def duplicates(book: Skillbook, least: float = ALIKE) -> list[list[str]]:
    """Groups of skills that say the same, the earliest first; pinned ones are left alone.

    Args:
        book: to look through.
        least: cosine from which on two texts are alike.
    """
    skills = [skill for skill in book.skills if skill.id not in book.pinned]
    leader = list(range(len(skills)))
    for twin in twins([in_words(skill) for skill in skills], least):
        first, second = leader[twin.first], leader[twin.second]
        low, high = min(first, second), max(first, second)
        leader = [low if one == high else one for one in leader]
    groups: dict[int, list[str]] = {}
    for place, one in enumerate(leader):
        groups.setdefault(one, []).append(skills[place].id)
    return [ids for ids in groups.values() if len(ids) > 1]


def merge_duplicates(log: EventLog, name: str, least: float = ALIKE) -> Plain:
    """Merge each group into its earliest skill; the object of `skills duplicates --merge --json`.

    Raises:
        LookupError: the log has no such book.
    """
    load_book(log, name)
    done: list[list[str]] = []

    def change(page: Page) -> Change | None:
        done[:] = duplicates(page.book, least)
        known, behind = page.book.shelf().skills, _sources(page)
        operations = [
            {"op": "merge", "ids": ids, "skill": {**known[ids[0]], "version": known[ids[0]].get("version", 1) + 1}}
            for ids in done
        ]
        sources = tuple(tuple(dict.fromkeys(one for id_ in ids for one in behind.get(id_, ()))) for ids in done)
        return Change(operations, curator="duplicates", sources=sources) if operations else None

    write(log, name, change, by=f"duplicates/{name}")
    return {"skillbook": name, "version": read_page(log, name).book.version, "merged": done}


def _sources(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for delta in page.deltas:
        for operation, names in zip(delta.operations, delta.sources, strict=False):
            for id_ in targets(operation):
                found.setdefault(id_, []).extend(names)
    return found
