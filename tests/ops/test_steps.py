"""An episode is told as a person wants to read it: what was asked, what was odd, what it took, and the truth last."""

from typing import Any

import pytest

from actors.runtime.observer import Plan
from ops.console.legend import Legend, legend_of
from ops.console.readings import reading, readings
from ops.console.steps import StepView, Teller, steps_of
from tests.recorded_run import Telling

LEGEND = Legend({"filament.wet": "damp filament", "stringing": "Stringing"}, {"root_cause": 30.0})


def told(kind: Any, data: dict[str, Any], legend: Legend | None = None) -> str:
    return "\n".join(Teller(legend).told(kind, data))


def tool(**result: Any) -> dict[str, Any]:
    return {"call": {"name": "measure", "arguments": {"what": "belt"}}, "result": result, "minutes": 5.0, "money": 1.25}


def test_an_episode_is_told_step_by_step() -> None:
    teller = Teller()
    steps = steps_of(Telling().start().episode(0, 87.0).recorded())
    text = "\n".join(line for kind, data in steps for line in teller.told(kind, data))
    for part in (
        "The customer says\n  “Layers slip sideways.”",
        "Turn 1: I look at the belt.   [$0.0100]",
        "  > measure x_belt                                           5 min",
        "ODD  frequency 61 Hz: low (normal: 100 to 120)",
        "problems   layer_shift",
        "Spent on the bench: 5 minutes and 0.00 €",
        "Evaluation: 87.0 of 100, grade B, repaired",
        "- the belt was loose",
    ):
        assert part in text


def test_the_menu_of_the_brief_is_not_dumped_on_the_screen() -> None:
    offers = {"looks": {"inspect": {f"part_{n}": [1.0, 0.0] for n in range(99)}}}
    brief = {
        "user": "It clicks.",
        "machine": {"id": "e3", "name": "Ender 3", "bed_size": [235.0, 235.0]},
        "offers": offers,
    }
    text = told("brief", brief)
    assert "part_1" not in text
    assert "looks" not in text
    assert "Ender 3: bed size 235 x 235" in text


def test_odd_readings_come_first_and_the_others_are_counted() -> None:
    well = [{"sign": f"test_print/w{n}", "value": 1.0, "normal": [None, 2.0], "state": "normal"} for n in range(30)]
    pops = {"sign": "test_print/pops", "value": 15.6, "unit": "1/min", "normal": [None, 4.0], "state": "high"}
    assert list(readings([*well, pops])) == ["ODD  pops 15.6 1/min: high (normal: up to 4)", "30 others in order"]
    assert list(readings(well)) == ["30 readings in order"]
    assert list(readings(well[:1])) == ["w0 1, in order"]
    assert list(readings([])) == []


@pytest.mark.parametrize(
    ("normal", "said"),
    [([0.9, None], " (normal: 0.9 or more)"), ([1.0, 2.0], " (normal: 1 to 2)"), ("spreads", " (normal: spreads)"),
     (None, ""), ([None, None], "")],
)  # fmt: skip
def test_what_would_be_normal_is_said_beside_what_is_odd(normal: Any, said: str) -> None:
    assert reading({"sign": "a/low_supply", "value": 0.5, "state": "low", "normal": normal}) == (
        "ODD  low supply 0.5: low" + said
    )


def test_a_state_that_is_the_value_is_said_once() -> None:
    assert reading({"sign": "t/print", "value": "detached", "state": "detached", "normal": "yes"}) == (
        "ODD  print detached (normal: yes)"
    )


def test_a_look_that_shows_nothing_says_so() -> None:
    assert told("tool", tool(findings=[])).endswith("\n      nothing to be seen")


def test_what_a_tool_said_is_told_in_plain_words() -> None:
    assert "      “Since Tuesday.”" in told("tool", tool(said="Since Tuesday."))
    assert "      not all is well" in told("tool", tool(good=False))
    assert "      not possible: no such part" in told("tool", tool(error="no such part"))
    assert "      belt tightened" in told("tool", tool(note="belt tightened"))


def test_what_the_bench_took_is_summed_before_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    view = StepView()
    view.run_started(Plan("try-1", "try", "nowhere", "apprentice", "none@0", 0, 1, 0, 1, "local", 7))
    for _ in range(2):
        view.turn("e", "tool", tool())
    view.turn("e", "score", {"points": 1.0, "grade": "F", "success": 0, "categories": {}})
    shown = capsys.readouterr().out
    assert shown.startswith("apprentice at the nowhere with no skills, seed 7")
    assert "Cut off by a limit before anything was handed in.\nSpent on the bench: 10 minutes and 2.50 €" in shown
    assert "Evaluation: 1.0 of 100, grade F, not repaired" in shown


def test_a_verdict_shows_what_each_part_could_have_given() -> None:
    score = {"points": 15.0, "grade": "F", "success": 0, "categories": {"root_cause": 15.0, "style": 1.0}}
    text = told("score", score, LEGEND)
    assert "  root cause        15.0 of 30   ██████████\n  style              1.0" in text


def test_a_submission_is_told_with_the_worlds_own_names() -> None:
    claims = [{"cause": "filament.wet", "probability": 0.95}]
    handed_in = {"problems": ["stringing"], "causes": claims, "done": True, "message": "Dry it."}
    text = told("submission", {"submission": handed_in}, LEGEND)
    assert "problems   stringing\n  causes     filament.wet (damp filament), 95% sure" in text
    assert "to the customer\n    “Dry it.”" in text


def test_the_truth_comes_last_and_as_problems() -> None:
    problem = {"type": "layer_shift", "root_cause": "loose_belt", "severity": "major"}
    key = {"actual_problems": [problem], "lesson": "Feel the belt."}
    assert told("key", key) == "\nWhat was really wrong\n  - layer_shift: loose_belt, major\n  lesson: Feel the belt."
    fault = {"type": "stringing", "cause": "filament.wet", "severity": "minor"}
    assert "  - stringing: filament.wet (damp filament), minor\n  solution: Dry it." in told(
        "key", {"machine": "ender_3", "faults": [fault], "solution": "Dry it."}, LEGEND
    )
    assert told("key", {"seed": 4}).endswith("\n  seed: 4")


def test_a_world_lends_its_names_and_weights_and_an_unknown_one_none() -> None:
    legend = legend_of("printer")
    assert legend.told("filament.wet") == "filament.wet (damp filament)"
    assert sum(legend.categories.values()) == 100.0
    assert legend_of("gardening") == Legend()
