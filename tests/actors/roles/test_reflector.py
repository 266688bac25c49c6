"""The reflector counts and compares: a lesson a true cause, only what the faulty machine showed, no sentences."""

from typing import Any

from actors.roles.reflector import MOST_WORDS, reflect

KEY = {"faults": [{"type": "burnt", "cause": "oven.hot"}, {"type": "flat", "cause": "yeast.old"}], "seed": 7}
REMEDIES = {"oven.hot": ["turn_down:oven", "bake:loaf"]}
BRIEF = {"user": "My loaves are burning! They burned twice.", "symptoms": ["black crust"]}


def turn(where: str, state: str, *, changes: bool = False) -> dict[str, Any]:
    return {"changes": changes, "findings": [{"sign": where, "state": state, "value": 3}]}


def seen(turns: list[dict[str, Any]], brief: dict[str, Any] | None = None) -> dict[str, tuple[str, bool]]:
    [lesson, _] = reflect(brief or {}, turns, KEY, REMEDIES)
    return {one.where: (one.state, one.odd) for one in lesson.seen}


def test_every_true_cause_has_one_lesson_that_names_those_beside_it_and_its_cure() -> None:
    first, second = reflect(BRIEF, [], KEY, REMEDIES)
    assert (first.suspect, first.topic, first.beside) == ("oven.hot", "burnt", ("yeast.old",))
    assert (second.suspect, second.topic, second.beside) == ("yeast.old", "flat", ("oven.hot",))
    assert (first.cure, second.cure) == (("turn_down:oven", "bake:loaf"), ())
    assert first.seen == second.seen


def test_an_episode_without_a_fault_teaches_nothing() -> None:
    assert reflect(BRIEF, [turn("look:oven/heat", "high")], {"faults": []}, {}) == []


def test_a_cause_that_is_in_the_key_twice_is_one_lesson() -> None:
    key = {"faults": [KEY["faults"][0], KEY["faults"][0]]}
    [lesson] = reflect(BRIEF, [], key, REMEDIES)
    assert lesson.beside == ()


def test_only_what_was_seen_before_the_first_change_counts() -> None:
    turns = [
        turn("look:oven/heat", "high"),
        turn("look:yeast/age", "normal"),
        turn("look:dough/size", "small", changes=True),
        turn("look:oven/heat", "normal"),
    ]
    assert seen(turns) == {"look:oven/heat": ("high", True), "look:yeast/age": ("normal", False)}


def test_of_two_looks_at_one_thing_the_later_counts() -> None:
    turns = [turn("look:oven/heat", "high"), turn("look:oven/heat", "normal")]
    assert seen(turns) == {"look:oven/heat": ("normal", False)}


def test_a_customers_words_are_kept_as_stems_each_once_and_in_no_order_of_theirs() -> None:
    words = ["black", "burn", "crust", "loav", "they", "twice"]
    assert seen([], BRIEF) == {f"brief/{word}": ("mentioned", True) for word in words}


def test_a_flood_of_words_is_cut() -> None:
    flood = " ".join(f"{a}{b}{c}ing" for a in "bcdfg" for b in "aeiou" for c in "bdfgklmn")
    assert len(seen([], {"user": flood})) == MOST_WORDS


def test_nothing_else_of_the_brief_is_read() -> None:
    assert seen([], {"id": "scenario-7", "title": "walrus", "machine": {"name": "lantern"}}) == {}
