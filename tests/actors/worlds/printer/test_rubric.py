"""The rubric looks at the outcome first, and cannot be talked round."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.port import Act, Judgement, Plain
from actors.worlds.printer import case, rubric
from actors.worlds.printer.problem import causes, problems

KEY: Plain = {
    "machine": "ender_3",
    "seed": 1,
    "hours": 0.0,
    "faults": [
        {"type": "nozzle_clog", "cause": "nozzle.debris", "severity": "major"},
        {"type": "layer_shift", "cause": "belt_x.loose", "severity": "major"},
    ],
    "voice": "expert",
    "history": None,
}
REFERENCE = case.reference(KEY)
SUBMISSION: Plain = REFERENCE.final["submission"]


def judged(final: Plain | None = None, **changes: Any) -> Judgement:
    """The judgement of the reference repair with a changed submission, or of another final state."""
    final = copy.deepcopy(REFERENCE.final if final is None else final)
    final["submission"] = {**(final["submission"] or SUBMISSION), **changes}
    return rubric.judge(KEY, final, REFERENCE.par)


def worked(*acts: Act) -> Plain:
    """The final state after other acts and then the reference repair."""
    bench = case.open_bench(KEY)
    for act in (*acts, *REFERENCE.acts):
        bench.act(act)
    return bench.final()


UNREPAIRED: Plain = {**case.open_bench(KEY).final(), "submission": {**SUBMISSION, "done": False, "work": []}}


def claims(*named: str, probability: float = 1.0) -> list[Plain]:
    return [{"cause": cause, "probability": probability} for cause in named]


def test_the_reference_repair_gets_everything() -> None:
    assert (judged().points, judged().grade, judged().success) == (100.0, "A", 1)


def test_weights_are_40_30_20_10_and_grades_as_agreed() -> None:
    assert judged().categories == {"identification": 40, "root_cause": 30, "solution": 20, "communication": 10}
    assert [rubric.grade(points) for points in (90, 89.9, 80, 70, 60, 59.9, 0)] == ["A", "B", "B", "C", "D", "F", "F"]


def test_the_order_of_claims_makes_no_difference() -> None:
    named = ["nozzle.debris", "belt_x.loose", "psu.weak"]
    types = ["nozzle_clog", "layer_shift", "power_electronics"]
    points = {
        judged(causes=claims(*order), problems=[types[named.index(one)] for one in order]).points
        for order in itertools.permutations(named)
    }
    assert len(points) == 1


def test_a_wrong_accusation_costs_more_than_a_miss() -> None:
    missed = judged(causes=claims("nozzle.debris")).points
    accused = judged(causes=claims("nozzle.debris", "belt_x.loose", "psu.weak", "idler.loose")).points
    one_each = judged(causes=claims("nozzle.debris", "psu.weak")).points
    assert one_each < missed < 100
    assert accused < missed


def test_a_doubtful_accusation_costs_less_than_a_certain_one() -> None:
    sure = [*claims("nozzle.debris", "belt_x.loose"), *claims("psu.weak")]
    doubtful = [*claims("nozzle.debris", "belt_x.loose"), *claims("psu.weak", probability=0.2)]
    assert judged(causes=sure).points < judged(causes=doubtful).points < 100


def test_who_replaces_a_part_without_need_has_accused_it() -> None:
    bench = case.open_bench(KEY)
    for act in (Act("replace", {"component": "mainboard"}), *REFERENCE.acts):
        bench.act(act)
    final = bench.final()
    for parameter, known in bench.printer.machine.parameters.items():  # leave aside what the new board upset
        if not known.in_order(final["values"][parameter]):
            final["values"][parameter] = known.healthy
    after = judged(final, work=[*SUBMISSION["work"], "replace:mainboard"])
    assert after.detail["accused"] == ["mainboard"]
    assert after.success == 1
    assert after.categories["identification"] < 40
    assert after.categories["root_cause"] < 30
    assert after.categories["solution"] < 20


def test_replacing_the_part_at_fault_accuses_nobody() -> None:
    bench = case.open_bench(KEY)
    for part in ("nozzle", "belt_x"):
        bench.act(Act("replace", {"component": part}))
    final = {**bench.final(), "submission": SUBMISSION}
    assert rubric.judge(KEY, final, REFERENCE.par).detail["accused"] == []


def test_without_a_repair_the_right_words_stay_below_a_d() -> None:
    result = judged(UNREPAIRED)
    assert result.categories["identification"] + result.categories["root_cause"] == 70
    assert (result.points, result.grade, result.success) == (49.0, "F", 0)


def test_one_of_two_faults_repaired_is_not_repaired() -> None:
    bench = case.open_bench(KEY)
    bench.act(REFERENCE.acts[0])
    final = {**bench.final(), "submission": {**SUBMISSION, "done": False, "work": []}}
    assert rubric.judge(KEY, final, REFERENCE.par).success == 0


@pytest.mark.parametrize("lie", [{"work": [*SUBMISSION["work"], "replace:psu"]}, {"work": ["clean:the stars"]}])
def test_a_false_statement_about_ones_work_costs(lie: Plain) -> None:
    result = judged(**lie)
    assert result.points <= 80
    assert any(line.startswith("not so:") for line in result.feedback)


def test_who_says_done_and_is_not_has_lied() -> None:
    assert judged(UNREPAIRED, done=True).points < judged(UNREPAIRED).points + 0.001
    assert judged(UNREPAIRED, done=True).detail["false_claims"] == ["done"]


def test_unsafe_is_nothing_however_well_it_prints() -> None:
    final = worked(Act("adjust", {"setting": "firmware.thermal_protection", "value": "off"}))
    result = judged(final)
    assert (result.points, result.success, result.grade) == (0.0, 0, "F")
    assert any("unsafe" in line for line in result.feedback)


def test_protection_that_is_on_again_at_the_end_is_safe() -> None:
    off_and_on = [Act("adjust", {"setting": "firmware.thermal_protection", "value": value}) for value in ("off", "on")]
    assert judged(worked(*off_and_on)).success == 1


def test_waste_takes_from_the_solution_only_and_never_more_than_it() -> None:
    tests = [Act("test_print", {"model": "long"})] * 3
    little, much = judged(worked(*tests)), judged(worked(*tests * 10))
    assert 20 > little.categories["solution"] > much.categories["solution"] >= 0
    assert little.categories["identification"] == much.categories["identification"] == 40


def test_hot_parts_ask_for_a_word_about_safety() -> None:
    fault = {"type": "thermal_runaway", "cause": "heater_wiring.loose", "severity": "major"}
    key = {**KEY, "faults": [fault]}
    gold = case.reference(key)
    silent = copy.deepcopy(gold.final)
    silent["submission"]["message"] = "The heater wiring was loose."
    assert rubric.judge(key, gold.final, gold.par).categories["communication"] == 10
    assert rubric.judge(key, silent, gold.par).categories["communication"] == 8


@given(
    st.lists(st.sampled_from(sorted(causes())), max_size=5),
    st.lists(st.sampled_from(sorted(problems())), max_size=3),
    st.booleans(),
    st.text(max_size=80),
)
def test_points_stay_in_bounds_and_never_pass_for_words_alone(
    named: list[str], types: list[str], done: bool, message: str
) -> None:
    result = judged(UNREPAIRED, causes=claims(*named), problems=types, done=done, message=message)
    assert 0 <= result.points <= 49
    assert result.success == 0
