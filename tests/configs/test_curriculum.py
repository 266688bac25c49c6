"""A curriculum that cannot be used names file, line and field of every mistake; those that ship are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from configs.curriculum import parse, shipped, source
from configs.errors import SettingsError

WRONG = """\
title: Wrong in many ways
levels:
  - name: one
    episodes: 0
  - name: two
    episodes: 10
    difficutly: easy
  - name: three
    episodes: 10
    mix:
      - {percent: 60, difficulty: easy}
      - {percent: 30, difficulty: brutal}
"""


def test_every_mistake_is_named_with_its_line_and_what_is_meant() -> None:
    with pytest.raises(SettingsError) as raised:
        parse(WRONG, "plan.yaml")
    first, second, third = raised.value.problems
    assert first.startswith("plan.yaml:4: levels[0].episodes: ")
    assert second == "plan.yaml:7: levels[1].difficutly: there is no such field; did you mean 'difficulty'?"
    assert third.startswith("plan.yaml:12: levels[2].mix[1].difficulty: ")


def test_percentages_add_up_to_a_hundred() -> None:
    text = WRONG.replace("episodes: 0", "episodes: 1").replace("difficutly", "difficulty").replace("brutal", "hard")
    with pytest.raises(SettingsError, match=r"^plan.yaml:8: levels\[2\]: .*'mix' add up to 90, not 100$"):
        parse(text, "plan.yaml")


@pytest.mark.parametrize("text", ["", "- a list", "title: [", "title: no levels\nlevels: []\n"])
def test_what_is_no_curriculum_is_said_with_its_place(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^plan.yaml:[12]: "):
        parse(text, "plan.yaml")


def test_an_unknown_name_lists_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="four_weeks, patterns, progressive, real_world"):
        source(str(tmp_path / "nowhere"))


def test_the_four_weeks_are_those_of_the_founding_documents() -> None:
    weeks = shipped()["four_weeks"].levels
    assert [(week.episodes, week.goal) for week in weeks] == [(50, 75), (75, 80), (100, 85), (200, 90)]
    assert set(shipped()) == {"four_weeks", "patterns", "progressive", "real_world"}
