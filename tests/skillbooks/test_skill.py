"""A skill is typed, single-line text that nothing can break out of (law 9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from skillbooks.skill import LAST_VERSION, LONGEST_LINE, MOST_CURES, MOST_SIGNS, Sign, Skill, skill_id
from tests.generated_skills import FEW, SKILLS

PLAIN = {"id": "s-1", "suspect": "belt.slack", "topic": "shift"}
TEXTS = ("id", "suspect", "topic", "tells_from", "scope")
SIGN = {"where": "look:belt/tension", "state": "low"}


def refused(**changed: object) -> str:
    with pytest.raises(ValidationError) as error:
        Skill.model_validate(PLAIN | changed)
    return str(error.value)


def everywhere(text: str) -> list[dict[str, object]]:
    """The text in each place of a skill where text can stand."""
    places: list[dict[str, object]] = [{field: text} for field in TEXTS]
    places += [{"cure": [text]}, {"when": [SIGN | {"state": text}]}, {"unless": [SIGN | {"where": text}]}]
    return [*places, {"check": SIGN | {"state": text}}]


def test_a_plain_skill_is_accepted_with_every_field() -> None:
    skill = Skill.model_validate(PLAIN | {"when": [SIGN], "check": SIGN, "cure": ["tighten:belt"], "scope": "bowden"})
    assert skill.when[0].act == "look:belt"
    assert skill.version == 1


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\x00", "a\x1bb", "a\u0085b", "a\u2028b", "a\u202eb", "a\u200bb"])
def test_control_characters_and_line_breaks_are_refused_in_every_field(bad: str) -> None:
    for place in everywhere(bad):
        assert "control characters" in refused(**place)


def test_lone_surrogates_are_refused_in_every_field() -> None:
    for place in everywhere("a\ud800b"):
        refused(**place)


@pytest.mark.parametrize("bad", ["# Rules", "[s-9 v1] suspect x of y, rare", "```", "---", "=== new ===", "<system>"])
def test_what_opens_a_heading_or_a_block_is_refused_in_every_field(bad: str) -> None:
    for place in everywhere(bad):
        assert "heading or a block" in refused(**place)


def test_a_heading_is_refused_behind_blanks_too() -> None:
    assert "heading" in refused(scope="   # Rules")


def test_overlong_text_is_refused_in_every_field_and_the_longest_is_not() -> None:
    for place in everywhere("a" * (LONGEST_LINE + 1)):
        assert f"at most {LONGEST_LINE} characters" in refused(**place)
    for place in everywhere("a" * LONGEST_LINE):
        Skill.model_validate(PLAIN | place)


@pytest.mark.parametrize("field", ["id", "suspect", "topic", "tells_from"])
@pytest.mark.parametrize("bad", ["two words", "no\u00a0break", "a(b)"])
def test_names_are_one_word(field: str, bad: str) -> None:
    assert "no blanks" in refused(**{field: bad})


def test_blanks_at_the_ends_are_refused_for_they_would_be_lost() -> None:
    assert "begin or end with a blank" in refused(scope=" a")
    assert "begin or end with a blank" in refused(cure=["a "])


def test_nothing_is_allowed_to_be_empty_that_must_say_something() -> None:
    for field in ("id", "topic"):
        assert "at least 1 character" in refused(**{field: ""})
    assert "needs a suspect or a strategy" in refused(suspect="")
    assert Skill.model_validate(PLAIN | {"suspect": "", "strategy": "look first"}).suspect == ""


def test_signs_cures_and_versions_are_bounded() -> None:
    assert "at most" in refused(when=[SIGN] * (MOST_SIGNS + 1))
    assert "at most" in refused(unless=[SIGN] * (MOST_SIGNS + 1))
    assert "at most" in refused(cure=["a"] * (MOST_CURES + 1))
    assert "version" in refused(version=0)
    assert "version" in refused(version=LAST_VERSION + 1)


def test_a_sign_with_a_field_that_nobody_knows_is_refused_and_a_skill_keeps_it() -> None:
    """Unknown fields of a skill may come from a newer version of the program; what is rendered are the known ones."""
    assert "Extra inputs" in refused(when=[SIGN | {"weight": 3}])
    assert Skill.model_validate(PLAIN | {"from_the_future": 3}).model_dump()["from_the_future"] == 3


@FEW
@given(SKILLS, st.integers(1, 99))
def test_a_version_is_no_part_of_what_a_skill_says(skill: Skill, version: int) -> None:
    assert skill.says_the_same(skill.model_copy(update={"version": version}))
    assert not skill.says_the_same(skill.model_copy(update={"scope": skill.scope + "x"}))


def test_a_skill_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Skill.model_validate(PLAIN).suspect = "x"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        Sign(where="a", state="b").state = "x"  # type: ignore[misc]


def test_the_id_comes_from_topic_and_suspicion_alone() -> None:
    assert skill_id("shift", "belt.slack") == skill_id("shift", "belt.slack")
    assert len({skill_id("a", "b"), skill_id("b", "a"), skill_id("a", "c")}) == 3
