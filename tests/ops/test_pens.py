"""Twenty writers of one book lose nothing: each change is whole, and made for the book as it then is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from events.log import open_log
from ops.duplicates import duplicates, merge_duplicates
from ops.failures import WrongUse
from ops.pens import Change, Page, read_page, write
from skillbooks.skill import Skill
from skillbooks.skillbook import load_book
from tests.recorded_run import a_skill

WRITERS, EACH = 20, 3


def added(writer: int, number: int) -> Change:
    return Change([{"op": "add", "skill": a_skill(f"s-{writer}-{number}").model_dump(mode="json")}])


def counted(page: Page) -> Change:
    """Revise the skill that all share: its scope counts the changes."""
    skill = next(one for one in page.book.skills if one.id == "s-shared")
    more = skill.model_copy(update={"version": skill.version + 1, "scope": f"seen {skill.version}"})
    return Change([{"op": "revise", "skill": more.model_dump(mode="json")}])


def test_twenty_writers_at_once_lose_no_skill_and_no_revision(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path}/log.db") as log:
        write(log, "b", lambda _: Change([{"op": "add", "skill": a_skill("s-shared").model_dump(mode="json")}]))

        def work(writer: int) -> None:
            for number in range(EACH):
                write(log, "b", lambda _, n=number: added(writer, n))  # type: ignore[misc]
                write(log, "b", counted)

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(work, range(WRITERS)))
        book = load_book(log, "b")
        assert book.version == 1 + 2 * WRITERS * EACH
        assert {skill.id for skill in book.skills} == {"s-shared"} | {
            f"s-{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)
        }
        shared = next(skill for skill in book.skills if skill.id == "s-shared")
        assert (shared.version, shared.scope) == (1 + WRITERS * EACH, f"seen {WRITERS * EACH}")
        assert read_page(log, "b").deltas[-1].sha256 == book.sha256


def test_skills_that_say_the_same_are_merged_and_keep_the_sources_of_all(tmp_path: Path) -> None:
    told = [
        "Tighten the X belt until it hums.",
        "tighten the x belt, until it hums",
        "Tighten the Y belt until it hums.",
    ]
    skills = [Skill(id=f"t-{n}", topic="t", strategy=text) for n, text in enumerate(told)]
    with open_log(f"sqlite:///{tmp_path}/log.db") as log:
        for skill in skills:
            one = [{"op": "add", "skill": skill.model_dump(mode="json")}]
            write(log, "b", lambda _, one=one, id_=skill.id: Change(one, sources=((f"e-{id_}",),)))  # type: ignore[misc]
        assert duplicates(load_book(log, "b")) == [["t-0", "t-1"]]
        assert merge_duplicates(log, "b")["merged"] == [["t-0", "t-1"]]
        book = load_book(log, "b")
        assert [(one.id, one.version) for one in book.skills] == [("t-0", 2), ("t-2", 1)]
        assert set(book.retired) == {"t-1"}
        assert read_page(log, "b").deltas[-1].sources == (("e-t-0", "e-t-1"),)
        assert merge_duplicates(log, "b")["merged"] == []


def test_a_change_that_does_not_fit_writes_nothing(tmp_path: Path) -> None:
    with open_log(f"sqlite:///{tmp_path}/log.db") as log:
        write(log, "b", lambda _: added(1, 1))
        with pytest.raises(WrongUse, match="stays as it is: skill 's-1-1' exists already"):
            write(log, "b", lambda _: Change([*added(1, 2).operations, *added(1, 1).operations]))
        assert log.version("skillbook/b") == 0
