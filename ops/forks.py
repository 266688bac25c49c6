"""Forking: from any position of a run on, the same practice goes another way, in a book and a run of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from events import facts
from events.book_facts import SkillbookForked
from events.log import EventLog
from ops import books
from ops.failures import WrongUse
from ops.pens import Change, Page, read_page, write
from skillbooks.comparison import between_runs
from skillbooks.delta import targets
from skillbooks.runs import Run, read_run

Plain = dict[str, Any]


@dataclass(frozen=True)
class Fork:
    """A fork as it begins.

    Attributes:
        origin: the run that it comes from.
        settings: what that run was begun with.
        skillbook: the new book.
        version: of the origin's book, at the position.
        waves: how many waves of practice were complete there; the fork begins with the next.
    """

    origin: Run
    settings: Plain
    skillbook: str
    version: int
    waves: int


def fork(log: EventLog, run: str, position: int, name: str) -> Fork:
    """Begin a book as another one stood at a position of a run.

    Args:
        log: open for writing.
        run: where it branches off; a training.
        position: of the log; what came later is as if it had never been.
        name: of the new book.

    Raises:
        WrongUse: the run is no training, had not begun there, or the name is taken.
        LookupError: there is no such run.
    """
    origin = read_run(log, run)
    if origin.command != "train":
        raise WrongUse(f"run '{run}' is no training but '{origin.command}'; only a training can be forked")
    books.inside(log, position)
    begun = next(event.position for event in log.read_stream(f"run/{run}"))
    if position < begun:
        raise WrongUse(f"run '{run}' begins at position {begun}; it has nothing to fork at {position}")
    if books.named(name)[1] is not None or name == "none":
        raise WrongUse(f"'{name}' is no name for a new book; write one without @")
    page = read_page(log, origin.skillbook, upto=position)
    waves = _complete(log, run, position)
    write(log, name, lambda new: _begin(new, page, run, position), by=f"fork/{name}")
    if page.book.pinned:
        pins = [{"op": "pin", "id": id_} for id_ in sorted(page.book.pinned)]
        write(log, name, lambda _: Change(pins, curator="fork"), by=f"fork/{name}")
    return Fork(origin, dict(origin.settings), name, page.book.version, waves)


def _complete(log: EventLog, run: str, position: int) -> int:
    """How many waves of practice were over there: finished, or at least with their delta in the book."""
    types = (facts.WaveFinished.fact_name, facts.SkillsAccepted.fact_name)
    told = [event.fact() for event in log.read_all(types=types, correlation=run, upto=position)]
    over = [fact.wave for fact in told if isinstance(fact, facts.WaveFinished) and fact.phase == "train"]
    over += [fact.wave for fact in told if isinstance(fact, facts.SkillsAccepted)]
    return max(over, default=-1) + 1


def _begin(new: Page, page: Page, run: str, position: int) -> Change:
    if new.version >= 0:
        raise WrongUse(f"there is a skillbook '{new.book.name}' already; give the fork another name with --as")
    begun = SkillbookForked(origin=page.book.name, version=page.book.version, position=position, run=run)
    behind: dict[str, list[str]] = {}
    for delta in page.deltas:
        for operation, names in zip(delta.operations, delta.sources, strict=False):
            for id_ in targets(operation):
                behind.setdefault(id_, []).extend(names)
    skills = page.book.skills
    return Change(
        [{"op": "add", "skill": skill.model_dump(mode="json")} for skill in skills],
        before=[begun],
        curator=f"fork of {page.book.name}@{page.book.version}",
        sources=tuple(tuple(dict.fromkeys(behind.get(skill.id, ()))) for skill in skills),
        evidence=tuple(sorted(page.lineage.weighed)),
    )


def compared(log: EventLog, a: str, b: str) -> Plain:
    """The object of `compare --json`: two runs on the held-out scenarios that both played, pair by pair.

    Raises:
        WrongUse: they have no scenario in common.
        LookupError: there is no such run.
    """
    first, second = read_run(log, a), read_run(log, b)
    found = between_runs(first, second)
    if found is None:
        raise WrongUse(
            f"runs '{a}' and '{b}' have no held-out scenario in common; play both with the same --seed and --held-out"
        )
    return {"a": _line(first), "b": _line(second), **found}


def _line(run: Run) -> Plain:
    return {"run": run.run, "skillbook": f"{run.skillbook}@{run.version}", "agent": run.settings.get("agent", "")}
