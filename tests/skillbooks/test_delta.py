"""A delta is applied whole or not at all, and a book is the fold of its accepted deltas (laws 1, 2, 6)."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.event import Event
from events.facts import SkillsAccepted
from events.log import EventLog, open_log
from skillbooks.delta import DeltaRejected
from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook, load_book, stream_of
from tests.recorded_run import a_skill

Plain = dict[str, Any]


def add(id_: str, **changed: Any) -> Plain:
    return {"op": "add", "skill": a_skill(id_).model_dump(mode="json") | changed}


def revise(id_: str, version: int, **changed: Any) -> Plain:
    return {"op": "revise", "skill": a_skill(id_).model_dump(mode="json") | {"version": version} | changed}


def retire(id_: str) -> Plain:
    return {"op": "retire", "id": id_, "reason": "no longer true"}


def merge(ids: list[str], version: int, **changed: Any) -> Plain:
    return {
        "op": "merge",
        "ids": ids,
        "skill": a_skill(ids[0]).model_dump(mode="json") | {"version": version} | changed,
    }


BOOK = Skillbook("b").after([add("s-1"), add("s-2")])
MISFITS = {
    "adds what exists": ([add("s-1")], "'s-1' exists already"),
    "revises what is unknown": ([revise("s-9", 2)], "no skill 's-9'"),
    "retires what is unknown": ([retire("s-9")], "no skill 's-9'"),
    "revises to the version it has": ([revise("s-1", 1)], "its next is 2"),
    "revises to a version too far": ([revise("s-1", 3)], "its next is 2"),
    "names one skill twice": ([retire("s-1"), add("s-1")], "'s-1' twice"),
    "has an operation that nobody knows": ([{"op": "rewrite", "id": "s-1"}], "rewrite"),
    "has no operation": ([{"id": "s-1"}], "operation 1"),
    "has a skill without suspicion": ([{"op": "add", "skill": {"id": "s-3", "topic": "a"}}], "suspect"),
    "has a skill with a heading": ([add("s-3", scope="# Rules")], "heading"),
    "restores what is there": ([{"op": "restore", "id": "s-1"}], "nothing to restore"),
    "restores what never was": ([{"op": "restore", "id": "s-9"}], "never a skill 's-9'"),
    "merges what is unknown": ([merge(["s-1", "s-9"], 2)], "no skill 's-9'"),
    "merges one": ([merge(["s-1"], 2)], "ids"),
    "merges to another id": ([merge(["s-1", "s-2"], 2, id="s-7")], "under one of the ids"),
    "merges to the version it has": ([merge(["s-1", "s-2"], 1)], "its next is 2"),
    "pins what is unknown": ([{"op": "pin", "id": "s-9"}], "no skill 's-9'"),
    "is no mapping": (["add"], "operation 1"),
}


@pytest.mark.parametrize("why", MISFITS)
def test_a_delta_that_does_not_fit_is_refused_with_its_reason_and_nothing_of_it_is_applied(why: str) -> None:
    operations, reason = MISFITS[why]
    before = BOOK.plain()
    with pytest.raises(DeltaRejected, match=reason):
        BOOK.after([add("s-8"), *operations])
    assert BOOK.plain() == before
    assert BOOK.after([add("s-8")]).version == 2


def test_merged_skills_go_on_under_one_id_and_can_be_restored() -> None:
    after = BOOK.after([merge(["s-1", "s-2"], 2, scope="both")])
    assert [(skill.id, skill.version, skill.scope) for skill in after.skills] == [("s-1", 2, "both")]
    assert set(after.retired) == {"s-2"}
    back = after.after([{"op": "restore", "id": "s-2"}])
    assert [skill.id for skill in back.skills] == ["s-1", "s-2"]
    assert back.skills[1] == BOOK.skills[1]


def test_a_retired_skill_comes_back_as_it_was_or_as_its_next_version() -> None:
    gone = BOOK.after([retire("s-1")])
    assert gone.after([{"op": "restore", "id": "s-1"}]).skills[-1] == BOOK.skills[0]
    told = {"op": "restore", "id": "s-1", "skill": revise("s-1", 2, scope="x")["skill"]}
    assert gone.after([told]).skills[-1].version == 2
    with pytest.raises(DeltaRejected, match="its next is 2"):
        gone.after([told | {"skill": revise("s-1", 3)["skill"]}])


@pytest.mark.parametrize(
    "operation", [revise("s-1", 2), retire("s-1"), merge(["s-1", "s-2"], 2), merge(["s-2", "s-1"], 2)]
)
def test_a_pinned_skill_is_nobodys_but_a_persons(operation: Plain) -> None:
    pinned = BOOK.after([{"op": "pin", "id": "s-1"}])
    assert pinned.pinned == {"s-1"}
    assert pinned.sha256 != BOOK.sha256
    with pytest.raises(DeltaRejected, match="'s-1' is pinned"):
        pinned.after([operation])
    free = pinned.after([{"op": "pin", "id": "s-1", "pinned": False}])
    assert free.sha256 == BOOK.sha256
    assert free.after([operation]).version == 4


def test_a_field_that_a_later_release_added_changes_no_older_hash() -> None:
    """The hash of this book as the first release recorded it."""
    book = Skillbook("b").after([add("s-1")])
    assert book.sha256 == "2b5e81b293762c26eed03bf334f025b1962f9e2c048d2523eab6f693b3e0a0b9"
    assert book.after([revise("s-1", 2, strategy="look twice")]).skills[0].model_dump()["strategy"] == "look twice"


def test_skills_stand_in_the_order_of_their_first_appearance() -> None:
    after = BOOK.after([add("s-0"), revise("s-1", 2, scope="x")]).after([retire("s-2"), add("s-3")])
    assert [skill.id for skill in after.skills] == ["s-1", "s-0", "s-3"]
    assert after.skills[0].version == 2


def test_the_hash_is_of_the_skills_and_not_of_the_name_nor_of_the_way() -> None:
    other = Skillbook("other").after([add("s-1")]).after([add("s-2")])
    assert (other.version, BOOK.version) == (2, 1)
    assert other.sha256 == BOOK.sha256
    assert BOOK.after([revise("s-1", 2, scope="x")]).sha256 != BOOK.sha256
    assert Skillbook("b").after([add("s-2"), add("s-1")]).sha256 != BOOK.sha256


def test_a_book_crosses_to_other_processes_and_comes_back_the_same() -> None:
    assert Skillbook.from_plain(BOOK.plain()) == BOOK


def accept(log: EventLog, book: Skillbook, operations: list[Plain]) -> Skillbook:
    after = book.after(operations)
    stream = stream_of(book.name)
    fact = SkillsAccepted(version=after.version, operations=tuple(operations), curator="c", wave=0, sha256=after.sha256)
    log.append(stream, [Event(fact)], expected=log.version(stream), correlation="r1")
    return after


class BookInItsLog(RuleBasedStateMachine):
    """A book and a model of it beside: whatever is tried, both and the replay agree."""

    @initialize()
    def begin(self) -> None:
        self.log = open_log("memory://")
        self.book = Skillbook("b")
        self.model: dict[str, int] = {}
        self.versions = [self.book.sha256]

    @rule(ids=st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), kinds=st.lists(st.integers(0, 2), min_size=3))
    def offer(self, ids: list[str], kinds: list[int]) -> None:
        operations, after, fits = [], dict(self.model), len(set(ids)) == len(ids)
        for id_, kind in zip(ids, kinds, strict=False):
            fits = fits and (id_ in after) == (kind != 0)
            if kind == 0:
                operations.append(add(id_))
                after[id_] = 1
            elif kind == 1:
                after[id_] = after.get(id_, 0) + 1
                operations.append(revise(id_, after[id_], scope=f"at {after[id_]}"))
            else:
                operations.append(retire(id_))
                after.pop(id_, None)
        if fits:
            self.book = accept(self.log, self.book, operations)
            self.model = after
            self.versions.append(self.book.sha256)
        else:
            with pytest.raises(DeltaRejected):
                self.book.after(operations)

    @invariant()
    def the_replay_is_the_book(self) -> None:
        assert [(skill.id, skill.version) for skill in self.book.skills] == list(self.model.items())
        if self.book.version:
            assert load_book(self.log, "b") == self.book
            middle = self.book.version // 2
            assert load_book(self.log, "b", middle).sha256 == self.versions[middle]


TestBookInItsLog = BookInItsLog.TestCase
TestBookInItsLog.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


def a_log() -> EventLog:
    """Two books of two versions each, taking turns: events 1 to 4."""
    log = open_log("memory://")
    first, second = Skillbook("one"), Skillbook("two")
    for id_ in ("s-1", "s-2"):
        first = accept(log, first, [add(id_)])
        second = accept(log, second, [add(f"{id_}x")])
    return log


def ids(book: Skillbook) -> list[str]:
    return [skill.id for skill in book.skills]


def test_a_book_is_loaded_as_of_a_version_and_as_of_a_position() -> None:
    log = a_log()
    assert ids(load_book(log, "one")) == ["s-1", "s-2"]
    assert ids(load_book(log, "two", version=1)) == ["s-1x"]
    assert ids(load_book(log, "two", upto=3)) == ["s-1x"]
    assert ids(load_book(log, "one", upto=3)) == ["s-1", "s-2"]
    assert load_book(log, "two", upto=1) == Skillbook("two")
    assert load_book(log, "one", version=0) == Skillbook("one")


def test_an_unknown_book_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="no skillbook 'three'; it has: one, two"):
        load_book(a_log(), "three")
    with pytest.raises(LookupError, match="it has: none"):
        load_book(open_log("memory://"), "three")


@pytest.mark.parametrize("version", [3, -1])
def test_an_unknown_version_is_refused_with_the_latest(version: int) -> None:
    with pytest.raises(LookupError, match=f"no version {version}; its latest is 2"):
        load_book(a_log(), "one", version=version)


def test_a_version_that_came_after_the_position_is_unknown_there() -> None:
    with pytest.raises(LookupError, match="no version 2; its latest is 1"):
        load_book(a_log(), "one", version=2, upto=2)


def test_a_skill_of_a_newer_program_keeps_what_this_one_does_not_know() -> None:
    log = open_log("memory://")
    accept(log, Skillbook("b"), [add("s-1", from_the_future=[1, 2])])
    skill: Skill = load_book(log, "b").skills[0]
    assert skill.model_dump()["from_the_future"] == [1, 2]
