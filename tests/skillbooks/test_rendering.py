"""The skill block of a prompt: same version, same bytes; a budget that holds; readable back (law 8)."""

import re

from hypothesis import given
from hypothesis import strategies as st

from skillbooks.rendering import CHARACTERS_A_TOKEN, HEADING, parse, render
from skillbooks.skill import Sign, Skill
from tests.generated_skills import BOOKS, FEW, SKILLS
from tests.recorded_run import a_skill

BLOCK = """\
What practice has taught so far (one block a lesson):

[s-1 v1] suspect belt_x.slack of layer_shift, common
  when: measure:pluck_belt_x/frequency is low (always)
  check: test_print:cube/shift_x is high (usually), which tells it from pulley_x.loose
  cure: tighten:belt_x"""


def test_a_book_is_rendered_to_these_very_bytes() -> None:
    assert render([a_skill("s-1")])[0] == BLOCK


def test_an_empty_book_is_no_text() -> None:
    assert render([]) == ("", ())


@FEW
@given(BOOKS)
def test_what_is_rendered_is_read_back_whole_whatever_legal_text_it_holds(book: list[Skill]) -> None:
    text, shown = render(book)
    assert list(shown) == book
    assert parse(text) == book
    assert render(parse(text))[0] == text


def test_text_that_looks_like_the_grammar_is_not_taken_for_it() -> None:
    trap = "low (always), which tells it from nothing"
    skill = a_skill("s-1").model_copy(
        update={"check": Sign(where="is", state=trap, strength="sometimes"), "cure": ("when: a is b (always)",)}
    )
    assert parse(render([skill])[0]) == [skill]


def test_a_double_is_told_even_where_nothing_tells_it_apart() -> None:
    skill = a_skill("s-1").model_copy(update={"check": None})
    assert "looks like: pulley_x.loose" in render([skill])[0]
    assert parse(render([skill])[0]) == [skill]


@FEW
@given(BOOKS, SKILLS)
def test_a_skill_added_at_the_end_leaves_the_text_before_it_unchanged(book: list[Skill], new: Skill) -> None:
    assert render([*book, new])[0].startswith(render(book)[0])


@FEW
@given(BOOKS, st.integers(0, 400))
def test_the_budget_is_kept_and_used_as_far_as_it_goes(book: list[Skill], budget: int) -> None:
    text, shown = render(book, budget)
    assert len(text) <= budget * CHARACTERS_A_TOKEN
    assert list(shown) == book[: len(shown)]
    assert text == render(shown)[0]
    if len(shown) < len(book):
        assert len(render(book[: len(shown) + 1])[0]) > budget * CHARACTERS_A_TOKEN


@FEW
@given(BOOKS)
def test_no_line_is_there_that_no_skill_says(book: list[Skill]) -> None:
    """No counter, no date, no score: every line is the heading, or a field of a skill behind its label."""
    labels = re.compile(r"^(\[.+ v\d+\] suspect |  (when|unless|check|cure|looks like|applies to): )")
    lines = [line for line in render(book)[0].split("\n") if line and line != HEADING]
    assert all(labels.match(line) for line in lines)
    said = sum(
        1 + len(s.when) + len(s.unless) + len(s.cure) + (s.check is not None or s.tells_from != "") + (s.scope != "")
        for s in book
    )
    assert len(lines) == said


def test_how_often_a_skill_was_revised_is_all_that_a_revision_shows() -> None:
    before, after = a_skill("s-1"), a_skill("s-1").model_copy(update={"version": 2})
    assert render([after])[0] == render([before])[0].replace("[s-1 v1]", "[s-1 v2]")


@given(st.text(max_size=200))
def test_other_text_is_passed_over(text: str) -> None:
    assert parse(text) == [] or "suspect" in text
    known = a_skill("s-1")
    assert parse(f"{text.replace('[', '')}\n\n{render([known])[0]}")[-1:] == [known]


def test_a_block_that_is_no_valid_skill_is_passed_over() -> None:
    """A prompt is text that others may have written; reading it never fails."""
    good = render([a_skill("s-1")])[0]
    bad = [
        "[s-2 v0] suspect a of b, rare",
        "[s-2 v1] suspect a of b, daily",
        "[s-2 v1] suspect a of b, rare\n" + "  cure: x\n" * 9,
        "[s-2 v1] suspect a of b, rare\n  applies to: " + "x" * 999,
        f"[s-2 v{'9' * 5000}] suspect a of b, rare",
    ]
    assert parse("\n\n".join([*bad, good, *bad])) == [a_skill("s-1")]
