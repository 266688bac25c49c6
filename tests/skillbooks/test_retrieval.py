"""A stable core and what fits the case, within a budget that holds; the same case gets the same text (law 8)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from skillbooks.rendering import CHARACTERS_A_TOKEN, HEADING, parse, render
from skillbooks.retrieval import CORE, Index, query_of, retrieved
from skillbooks.similarity import differs, twins
from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook

TRADES = ("belt", "nozzle", "heater", "filament", "bed", "fan", "spool", "wheel", "sensor", "cable")
BOOK = [
    Skill(id=f"t-{n}", topic=TRADES[n % 10], strategy=f"Look at the {TRADES[n % 10]} number {n} and set it right")
    for n in range(60)
]
TEXT, SHOWN = render(BOOK)
MANIFEST = tuple((skill.id, skill.version) for skill in SHOWN)


def test_what_fits_the_case_comes_behind_a_core_that_never_changes() -> None:
    texts = [retrieved(TEXT, MANIFEST, f"my {trade} is broken", 500)[0] for trade in TRADES]
    core = parse(texts[0])[: len(parse(texts[0])) // 3]
    start = render(core)[0]
    assert start.startswith(HEADING)
    for trade, text in zip(TRADES, texts, strict=True):
        assert text.startswith(start), "a provider's cache hits as far as the core goes"
        tail = [skill for skill in parse(text) if skill not in core]
        assert [skill.topic for skill in tail][-1] == trade


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.integers(0, 1200))
def test_the_budget_holds_and_the_manifest_is_what_stands_there(query: str, budget: int) -> None:
    text, shown = retrieved(TEXT, MANIFEST, query, budget)
    assert len(text) <= budget * CHARACTERS_A_TOKEN
    assert [(skill.id, skill.version) for skill in parse(text)] == list(shown)
    assert retrieved(TEXT, MANIFEST, query, budget) == (text, shown)


def test_where_all_fits_all_is_shown() -> None:
    assert retrieved(TEXT, MANIFEST, "belt", 100_000) == (TEXT, MANIFEST)
    assert retrieved("", (), "belt", 100) == ("", ())
    assert 0 < CORE < 1


def test_rare_words_tell_more_than_common_ones() -> None:
    index = Index(
        ["the belt of the printer", "the nozzle of the printer", "the fan of the printer", "the the the printer"]
    )
    assert index.ranked("the printer has a nozzle problem")[0] == 1
    assert index.ranked("zebra") == []


def test_the_query_is_what_may_be_seen_and_not_what_the_workshop_offers() -> None:
    brief = {
        "user": "It clicks",
        "symptoms": ["gaps"],
        "machine": {"kind": "corexy"},
        "offers": {"looks": {"secret": 1}},
    }
    assert query_of(brief) == "It clicks gaps corexy"


def test_a_book_is_rendered_once_a_version_and_budget_and_tells_what_found_no_room() -> None:
    book = Skillbook("b", 1, BOOK)
    text, shown, out = book.rendered(200)
    assert book.rendered(200) is book.rendered(200)
    assert (text, shown) == render(BOOK, 200)
    assert [*[skill.id for skill in shown], *out] == [skill.id for skill in BOOK]
    assert book.rendered()[2] == ()


def test_the_same_in_other_spelling_is_one_and_another_number_or_direction_is_not() -> None:
    same = ["Tighten the X belt until it hums.", "tighten the x belt, until it hums"]
    assert [(twin.first, twin.second) for twin in twins(same)] == [(0, 1)]
    for a, b in (
        ("raise the bed by one turn", "lower the bed by one turn"),
        ("dry it at 45 degrees for hours", "dry it at 65 degrees for hours"),
        ("always print the brim", "never print the brim"),
        ("tighten the x belt", "tighten the y belt"),
    ):
        assert differs(a, b)
        assert twins([a, b], 0.1) == []
    assert twins(["one"]) == []
    assert twins([]) == []


def test_duplicates_are_found_in_a_large_book_as_in_a_small_one() -> None:
    words = [f"word{n} other{n * 7 % 500} third{n * 13 % 700} fourth{n % 97}" for n in range(3000)]
    planted = [words[5].upper(), words[2000] + "."]
    assert {(t.first, t.second) for t in twins([*words, *planted])} == {(5, 3000), (2000, 3001)}
