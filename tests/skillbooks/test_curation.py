"""From lessons to a book: evidence is weighed fairly, books stay small, and nobody's words get in."""

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.roles.reflector import reflect
from skillbooks import curation
from skillbooks.ablation import shuffled
from skillbooks.curation import compose, curate
from skillbooks.evidence import weigh
from skillbooks.lesson import Lesson, Seen
from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook
from tests.recorded_run import a_skill


def lesson(cause: str, *odd: str, fine: tuple[str, ...] = (), beside: tuple[str, ...] = (), cure: str = "") -> Lesson:
    """A lesson; odd signs are written `where=state`."""
    seen = [Seen(where=sign.partition("=")[0], state=sign.partition("=")[2], odd=True) for sign in odd]
    seen += [Seen(where=where, state="normal", odd=False) for where in fine]
    return Lesson(
        suspect=cause, topic="t", beside=beside, seen=tuple(seen), cure=(cure or f"mend:{cause.partition('.')[0]}",)
    )


COLD = [lesson("oven.cold", "look:oven/heat=low", fine=("look:tin/shape",))] * 3
BENT = [lesson("tin.bent", "look:tin/shape=odd", fine=("look:oven/heat",))] * 3
BOTH = [
    lesson("oven.cold", "look:oven/heat=low", "look:tin/shape=odd", beside=("tin.bent",)),
    lesson("tin.bent", "look:oven/heat=low", "look:tin/shape=odd", beside=("oven.cold",)),
]


def book_of(lessons: list[Lesson], book: Skillbook | None = None) -> Skillbook:
    book = book or Skillbook("b")
    return book.after(curate(book, lessons))


def about(cause: str, lessons: list[Lesson]) -> Skill:
    return next(skill for skill in book_of(lessons).skills if skill.suspect == cause)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(30)))
def test_the_order_of_lessons_does_not_matter_to_the_last_bit(order: list[int]) -> None:
    """Sums of shares depend on their order in the last bits; such a book could not be rebuilt elsewhere."""
    straight = [
        lesson(f"c{n % 3}.x", f"look:a/{n % 4}=odd", f"look:a/{n % 7}=odd", beside=(f"c{n % 5 + 1}.x", "c9.x")[: n % 3])
        for n in range(30)
    ]
    lessons = [straight[n] for n in order]
    assert weigh(lessons) == weigh(straight)
    assert curate(Skillbook("b"), lessons) == curate(Skillbook("b"), straight)


def test_a_companions_sign_goes_to_its_cause_once_each_was_seen_alone() -> None:
    alone = weigh([*COLD, *BENT, *BOTH * 3]).causes
    unclear = weigh(BOTH * 3).causes
    heat, shape = ("look:oven/heat", "low"), ("look:tin/shape", "odd")
    assert unclear["oven.cold"].seen[heat] == unclear["oven.cold"].seen[shape]
    assert alone["oven.cold"].seen[heat] > 5
    assert alone["oven.cold"].seen[shape] < 0.6
    assert alone["tin.bent"].seen[shape] > 5
    assert alone["tin.bent"].seen[heat] < 0.6


def test_a_customers_word_needs_two_cases_and_a_look_only_one() -> None:
    once = [lesson("oven.cold", "brief/dull=mentioned", "look:oven/heat=low"), *BENT]
    assert [sign.where for sign in about("oven.cold", once).when] == ["look:oven/heat"]
    assert [sign.where for sign in about("oven.cold", [once[0], *once]).when] == ["look:oven/heat", "brief/dull"]


def test_a_sign_that_shows_with_everything_tells_nothing() -> None:
    looks = {cause: f"look:{cause}/x" for cause in ("a.x", "b.x", "c.x")}
    lessons = [
        lesson(cause, "trial/taste=bad", f"{look}=odd", fine=tuple(set(looks.values()) - {look}))
        for cause, look in looks.items()
    ] * 3
    assert [sign.where for sign in about("a.x", lessons).when] == ["look:a.x/x"]


def test_many_lessons_about_one_cause_are_one_skill() -> None:
    book = book_of([*COLD * 5, *BENT])
    assert sorted(skill.suspect for skill in book.skills) == ["oven.cold", "tin.bent"]
    assert curate(book, [*COLD * 5, *BENT]) == []


def test_where_lessons_contradict_each_other_regularity_decides() -> None:
    lows = [lesson("oven.cold", "look:oven/heat=low", cure="turn_up:oven")] * 4
    high = lesson("oven.cold", "look:oven/heat=high", cure="open:door")
    skill = about("oven.cold", [*lows, high, *BENT * 2])
    assert [(sign.state, sign.strength) for sign in skill.when] == [("low", "usually")]
    assert skill.cure == ("turn_up:oven",)


def test_more_experience_revises_a_skill_and_what_is_no_longer_supported_is_retired() -> None:
    old = Skillbook("b").after([{"op": "add", "skill": a_skill("s-old").model_dump(mode="json")}])
    book = book_of([*COLD, *BENT], old)
    assert "s-old" in {skill.id for skill in book.skills}, "nobody's lesson is about it: what somebody wrote stays"
    book = book.after(curate(book, [*COLD, *BENT], made=["s-old"]))
    assert "s-old" not in {skill.id for skill in book.skills}, "it was made from lessons, and none of them is left"
    lamp = [lesson("oven.cold", "look:oven/lamp=off")] * 4
    more = [*COLD, *BENT, *lamp, *[lesson("tin.bent", fine=("look:oven/lamp",))] * 4]
    operations = curate(book, more)
    assert {one["op"] for one in operations} == {"revise"}
    changed = next(skill for skill in book.after(operations).skills if skill.suspect == "oven.cold")
    assert changed.version == 2
    assert "look:oven/lamp" in {sign.where for sign in changed.when}


def test_a_book_keeps_its_size_and_the_best_supported_stay(monkeypatch: Any) -> None:
    monkeypatch.setattr(curation, "MOST_SKILLS", 3)
    many = [lesson(f"p{n}.x", f"look:p{n}/x=odd") for n in range(5) for _ in range(n + 1)]
    book = book_of(many)
    assert {skill.suspect for skill in book.skills} == {"p2.x", "p3.x", "p4.x"}
    grown = book_of([*many, *[lesson("p0.x", "look:p0/x=odd")] * 9], book)
    assert {skill.suspect for skill in grown.skills} == {"p0.x", "p3.x", "p4.x"}


def test_a_skill_has_bounded_signs_however_much_was_seen() -> None:
    odd = [f"look:a{n % 4}/x{n}=odd" for n in range(40)] + [f"brief/w{n}=mentioned" for n in range(20)]
    elsewhere = lesson("b.x", fine=tuple(sign.partition("=")[0] for sign in odd[:40]))
    skill = compose("a.x", weigh([*[lesson("a.x", *odd)] * 3, *[elsewhere] * 6]))
    assert len(skill.when) == curation.SIGNS_SEEN + curation.SIGNS_SAID
    assert max(sum(sign.act == f"look:a{n}" for sign in skill.when) for n in range(4)) <= curation.SIGNS_AN_ACT


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(max_size=80), min_size=1, max_size=3),
    st.lists(st.sampled_from(["zebra", "Quilt,", "mr.smith@example.org", "+49-170", "\ud800", "the"]), max_size=12),
)
def test_no_sentence_no_scenario_and_no_seed_gets_into_a_book(symptoms: list[str], words: list[str]) -> None:
    """Of what a customer says only stems of single words are kept, whatever it is."""
    said = " ".join([*words, "walrus tango lantern"])
    brief = {"id": "scenario-48151", "title": "MARK-title", "user": said, "symptoms": symptoms}
    turns = [{"changes": False, "findings": [{"sign": "look:a/x", "state": "odd", "value": "MARK-value"}]}]
    key = {"seed": 48151623, "id": "MARK-id", "lesson": "MARK-lesson", "faults": [{"type": "t", "cause": "a.x"}]}
    lessons = reflect(brief, turns, key, {"a.x": ["mend:a"]}) * 3
    told = json.dumps([one.model_dump() for one in lessons]) + json.dumps(book_of([*lessons, *BENT * 3]).plain())
    assert "brief/walrus" in told
    for foreign in ("48151", "MARK", "walrus tango", "@", "+49", "scenario-"):
        assert foreign not in told
    for seen in lessons[0].seen:
        word = seen.where.removeprefix("brief/")
        assert seen.where == "look:a/x" or (word.isascii() and word.isalpha() and word.islower())


def test_a_shuffled_book_keeps_every_sign_and_no_conclusion() -> None:
    names = [f"p{n}.x" for n in range(9)]
    skills = tuple(a_skill(f"s-{name}").model_copy(update={"suspect": name, "cure": (f"m:{name}",)}) for name in names)
    for seed in range(30):
        book = shuffled(Skillbook("b", 1, skills), seed)
        assert [skill.when for skill in book.skills] == [skill.when for skill in skills]
        assert {skill.suspect for skill in book.skills} == set(names)
        for before, now in zip(skills, book.skills, strict=True):
            assert now.suspect != before.suspect
            assert now.cure != before.cure
            assert now.cure != (f"m:{now.suspect}",)
        assert book == shuffled(Skillbook("b", 1, skills), seed)


def test_cures_that_several_skills_share_do_not_come_back_by_a_shuffle() -> None:
    cures = [("m:1",), ("m:1",), ("m:1", "m:2"), ("m:3",), ("m:4",), ("m:5",), ("m:6",), ("m:7",), ("m:8",)]
    random.Random(1).shuffle(cures)
    skills = tuple(
        a_skill(f"s-{n}").model_copy(update={"suspect": f"p{n}.x", "cure": cure}) for n, cure in enumerate(cures)
    )
    right = {skill.suspect: set(skill.cure) for skill in skills}
    for seed in range(30):
        for before, now in zip(skills, shuffled(Skillbook("b", 1, skills), seed).skills, strict=True):
            assert not set(now.cure) & set(before.cure)
            assert not set(now.cure) & right[now.suspect]
