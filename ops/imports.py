"""Skills from a file: read, screened, tidied, and added to a book in one atomic delta with a report beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from events.book_facts import SkillbookImported
from events.log import EventLog
from ops.failures import WrongUse
from ops.pens import Change, Page, write
from skillbooks.formats.catalogue import read
from skillbooks.formats.imported import Imported, Unreadable
from skillbooks.shelf import wording

Plain = dict[str, Any]


def opened(path: str, form: str, budget: int | None) -> Imported:
    """Read a file or folder.

    Raises:
        WrongUse: it is no book of that format.
        OSError: it cannot be read.
    """
    try:
        return read(Path(path), form).tidied(budget)
    except Unreadable as error:
        raise WrongUse(str(error)) from error


def take_in(log: EventLog, name: str, source: str, found: Imported) -> Plain:
    """Add what was read to a book; the object of `skills import --json`. What it says already is not said again.

    Raises:
        WrongUse: nothing of it can be learned, or it does not fit the book; nothing was written.
    """
    if not found.skills:
        raise WrongUse(f"{source}: nothing in it can be learned; {_first(found)}")
    done: dict[str, int] = {}

    def change(page: Page) -> Change | None:
        operations = _operations(page, found)
        done.clear()
        for operation in operations:
            done[operation["op"]] = done.get(operation["op"], 0) + 1
        told = SkillbookImported(source=Path(source).name, format=found.format, report=found.report())
        return Change(operations, before=[told], curator=f"import {found.format}") if operations else None

    book = write(log, name, change, by=f"import/{name}")
    version = book.version if book else None
    return {"skillbook": name, "version": version, "operations": done, **found.report()}


def _operations(page: Page, found: Imported) -> list[Plain]:
    now, gone, operations = page.book.shelf().skills, page.book.shelf().retired, []
    for skill in found.skills:
        plain = skill.model_dump(mode="json")
        known = now.get(skill.id) or gone.get(skill.id)
        if known is None:
            operations.append({"op": "add", "skill": plain | {"version": 1}})
        elif skill.id in page.book.pinned or wording(known) == wording(plain):
            if skill.id not in now:
                operations.append({"op": "restore", "id": skill.id})
        else:
            told = plain | {"version": known.get("version", 1) + 1}
            operations.append(
                {"op": "revise", "skill": told} if skill.id in now else {"op": "restore", "id": skill.id, "skill": told}
            )
    return operations


def _first(found: Imported) -> str:
    name, reason = next(iter(found.refused.items()), ("it", "holds no skills"))
    return f"{name}: {reason}"
