"""Unlearning an episode: what was learned from it alone goes, what others confirmed stays."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from events import facts
from events.book_facts import EpisodeRetracted
from events.log import EventLog
from ops import books
from ops.failures import WrongUse
from ops.pens import Change, Page, read_page, write
from skillbooks.curation import curate
from skillbooks.delta import targets
from skillbooks.lesson import Lesson
from skillbooks.provenance import undone

Plain = dict[str, Any]
CURATOR = "retraction"
COUNTING = "counting"
"""How a curator's name begins that weighs lessons, and can therefore be asked again without one of them."""


def retract(log: EventLog, episode: str, *, reason: str, by: str = "") -> Plain:
    """Take back an episode in every book that learned from it; the object of `skills retract-episode --json`.

    Raises:
        WrongUse: no lesson in the log comes from such an episode.
    """
    name = episode.removeprefix("episode/").removeprefix("lesson/").partition("@")[0]
    taught = _lessons(log)
    if name not in {one for _, _, one, _ in taught}:
        raise WrongUse(
            f"the log has no lessons from an episode '{name}'; {_near(name, [one for *_, one, _ in taught])}"
        )
    changed = []
    for book in books.names(log):
        page = read_page(log, book)
        if name in page.lineage.retracted or not any(
            page.lineage.counts(owner, position, one) for owner, position, one, _ in taught if one == name
        ):
            continue
        after = write(log, book, lambda page: _change(page, taught, name, reason, by), by=f"retract/{name}")
        if after is not None:
            before = {skill.id: skill.version for skill in page.book.skills}
            now = {skill.id: skill.version for skill in after.skills}
            changed.append(
                {
                    "skillbook": book,
                    "version": after.version,
                    "sha256": after.sha256,
                    "gone": sorted(set(before) - set(now)),
                    "revised": sorted(id_ for id_ in now if id_ in before and now[id_] != before[id_]),
                    "pinned_stay": sorted(page.book.pinned & set(now)),
                }
            )
    return {"episode": name, "reason": reason, "skillbooks": changed, "already": not changed}


Told = tuple[str, int, str, list[Lesson]]
"""The book that lessons were proposed for, their position, their episode, the lessons."""


def _lessons(log: EventLog) -> list[Told]:
    found = []
    for event in log.read_all(types=[facts.LessonsProposed.fact_name]):
        fact = event.fact()
        if isinstance(fact, facts.LessonsProposed):
            found.append((fact.skillbook, event.position, fact.episode, _read(fact)))
    return found


def _read(fact: facts.LessonsProposed) -> list[Lesson]:
    """The lessons, or none where one of them is no lesson: they were refused whole when they came."""
    with suppress(ValidationError):
        return [Lesson.model_validate(one) for one in fact.lessons]
    return []


def _change(page: Page, taught: list[Told], episode: str, reason: str, by: str) -> Change | None:
    if episode in page.lineage.retracted:
        return None
    fact = EpisodeRetracted(skillbook=page.book.name, episode=episode, reason=reason, by=by)
    page.lineage.take(fact)
    left = {one: lessons for owner, at, one, lessons in taught if page.lineage.counts(owner, at, one)}
    weighed = _by_counting(page)
    anew = curate(page.book, [one for name in sorted(left) for one in left[name]], weighed)
    back = undone(page.book.shelf(), [(one.operations, one.sources) for one in page.deltas], episode)
    operations = [one for one in anew if targets(one)[0] in weighed]
    operations += [one for one in back if targets(one)[0] not in weighed]
    return Change(operations, before=[fact], curator=CURATOR)


def _by_counting(page: Page) -> set[str]:
    """Skills whose present text was counted together from lessons."""
    last: dict[str, str] = {}
    for delta in page.deltas:
        if delta.curator == CURATOR:
            continue
        for operation in delta.operations:
            last.update(dict.fromkeys(targets(operation), delta.curator))
    return {id_ for id_, curator in last.items() if curator.startswith(COUNTING)}


def _near(name: str, known: list[str]) -> str:
    from rapidfuzz import process  # noqa: PLC0415 - only a slip pays for the search

    near = ", ".join(str(found[0]) for found in process.extract(name, sorted(set(known)), limit=3))
    return f"nearest: {near}" if near else "it has none at all"
