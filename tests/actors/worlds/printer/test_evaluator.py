"""Free text is judged by what it does to the printer: paraphrase and order change nothing, stuffing pays nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.port import Act, Scenario
from actors.worlds.printer import ScenarioEvaluator, ScenarioGenerator, case, evaluator
from actors.worlds.printer.advice import Advice, read_advice
from actors.worlds.printer.baselines import WRITERS
from actors.worlds.printer.component import components, parameters
from actors.worlds.printer.machine import machines
from actors.worlds.printer.problem import causes, possible, type_of
from actors.worlds.printer.submission import SubmissionInvalid

PROBED = machines()["ender_3_bltouch"]


def scenario(cause: str = "pulley_x.loose", user: str = "The layers jump sideways.") -> Scenario:
    fault = {"type": type_of(cause), "cause": cause, "severity": "major"}
    key = {"machine": "ender_3", "seed": 1, "hours": 0.0, "faults": [fault], "voice": "expert", "history": None}
    return Scenario("one", "one", "test", "easy", {"user": user, "symptoms": []}, key)


def read(text: str, heard: str = "") -> Advice:
    return read_advice(text, PROBED, heard)


def named(text: str, heard: str = "") -> dict[str, float]:
    return dict(read(text, heard).causes)


def acts(text: str) -> set[str]:
    return {case.path(act) for act in read(text).acts}


def written(found: Scenario) -> str:
    """The reference repair as somebody would put it."""
    lines = ["Switch it off and let it cool first."]
    for cause, paths in case.reference(found.key).remedies.items():
        part = components()[cause.partition(".")[0]].name
        lines.append(f"The cause is the {part}: {causes()[cause].title}.")
        for tool, target in (path.split(":") for path in paths):
            thing = parameters()[target].called[0] if "." in target else components()[target].name
            lines.append(f"{tool.capitalize()} the {thing}.")
    return " ".join(lines)


def test_the_right_advice_in_plain_words_is_an_a() -> None:
    grades = []
    for found in ScenarioGenerator(seed=5).generate_batch(20):
        result = ScenarioEvaluator().evaluate_response(found, written(found))
        assert set(result) >= {"total_score", "grade", "success", "categories", "feedback"}
        grades.append(result["grade"])
    assert grades.count("A") >= 19  # an owner may botch an act


@pytest.mark.parametrize(
    "text",
    [
        "The grub screw on the X motor pulley is loose. Tighten it. Unplug the printer first.",
        "Unplug the printer. Tighten the X pulley: its grub screw is loose.",
        "This is a loose x pulley, so please fasten the grub screw of the X pulley (unplug first).",
    ],
)
def test_paraphrase_makes_no_difference(text: str) -> None:
    result = ScenarioEvaluator().evaluate_response(scenario(), text)
    assert (result["grade"], result["success"]) == ("A", 1)
    assert result["total_score"] == ScenarioEvaluator().evaluate_response(scenario(), text.upper())["total_score"]


@pytest.mark.parametrize("cause", [cause for cause in causes() if possible(cause, machines()["ender_3"])])
def test_each_alias_of_a_cause_reads_as_that_cause_and_so_gives_the_same_points(cause: str) -> None:
    ender = machines()["ender_3"]
    part = components()[cause.partition(".")[0]].name
    for name in (cause, *causes()[cause].aliases, f"{part}: {causes()[cause].title}"):
        found = dict(read_advice(f"The cause is {name}.", ender).causes)
        assert found.get(cause, 0.0) >= 0.5, (name, found)


def test_the_order_of_sentences_makes_no_difference() -> None:
    sentences = ["The x pulley is loose.", "Perhaps the filament is wet.", "Tighten the x pulley.", "Dry the filament."]
    points = {
        ScenarioEvaluator().evaluate_response(scenario(), " ".join(order))["total_score"]
        for order in itertools.permutations(sentences)
    }
    assert len(points) == 1


@pytest.mark.parametrize(
    "text",
    [
        "It is not a loose x belt.",
        "It isn't the nozzle that is clogged.",
        "A clogged nozzle can be ruled out.",
        "The idler is neither loose nor is the nozzle clogged.",
        "Is the nozzle clogged?",
        "You say that the nozzle is clogged.",
        "This has nothing to do with wet filament.",
        "The x belt is fine.",
    ],
)
def test_what_is_denied_asked_or_only_reported_is_no_claim(text: str) -> None:
    assert named(text) == {}


def test_a_symptom_that_is_told_with_not_does_not_deny_its_cause() -> None:
    assert named("The print does not stick because the bed is greasy.") == {"bed_surface.greasy": 1.0}


def test_doubt_takes_from_the_probability() -> None:
    assert named("The filament is wet.") == {"filament.wet": 1.0}
    assert named("Perhaps the filament is wet.") == {"filament.wet": 0.5}
    assert 0.5 < named("Probably the filament is wet.")["filament.wet"] < 1.0


def test_a_name_that_two_causes_share_is_half_a_claim_of_each() -> None:
    assert named("The belts are loose.") == {"belt_x.loose": 0.5, "belt_y.loose": 0.5}


def test_the_customer_s_own_words_do_not_become_claims() -> None:
    heard = "It strings like mad, obviously the nozzle is clogged and I need a new mainboard."
    assert named(heard, heard) == {}
    assert named(f"Hello! {heard} I see.", heard) == {}
    assert named("The nozzle is clogged.", "The nozzle is clogged.") == {}
    assert named("The nozzle is clogged.", heard) == {"nozzle.debris": 1.0}


def test_who_names_more_than_a_form_takes_has_named_nothing() -> None:
    everything = "; ".join(f"{components()[c.partition('.')[0]].name}: {causes()[c].title}" for c in causes())
    assert read(everything).causes == ()
    assert read(everything).problems == ()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Tighten the grub screw of the X pulley.", "tighten:pulley_x"),
        ("Set the z offset.", "adjust:probe.z_offset"),
        ("You should dry the filament.", "dry:filament"),
        ("Replace the nozzle.", "replace:nozzle"),
        ("The nozzle must be replaced.", "replace:nozzle"),
        ("Do a cold pull.", "clean:nozzle"),
        ("Run a PID autotune.", "adjust:firmware.pid"),
        ("Level the bed.", "adjust:bed_springs.tilt"),
        ("Wash the plate with dish soap.", "clean:bed_surface"),
        ("The X belt is slack, tighten it.", "adjust:belt_x.tension"),
        ("Lower the print temperature.", "adjust:slicer.temperature"),
        ("Calibrate the e-steps.", "adjust:firmware.e_steps"),
        ("Grease the Z lead screw.", "lubricate:lead_screw"),
        ("Unplug it, then reconnect the heater wiring.", "reseat:heater_wiring"),
        ("Loosen the eccentric nuts of the z axis.", "adjust:guide_z.preload"),
        ("Change the retraction.", "adjust:slicer.retraction"),
    ],
)
def test_advice_becomes_the_act_that_it_means(text: str, path: str) -> None:
    assert acts(text) == {path}


@pytest.mark.parametrize(
    "text",
    [
        "Do not replace the nozzle.",
        "There is no need to replace the nozzle.",
        "You have already replaced the nozzle.",
        "Instead of replacing the nozzle, wait.",
        "Should I replace the nozzle?",
    ],
)
def test_what_is_advised_against_is_not_done(text: str) -> None:
    assert acts(text) == set()


def test_what_is_advised_for_the_other_case_is_done_only_if_the_print_is_still_bad() -> None:
    advised = read("Tighten the x pulley. If that does not help, replace the mainboard.")
    assert advised.acts == (Act("tighten", {"component": "pulley_x"}),)
    assert advised.fallback == (Act("replace", {"component": "mainboard"}),)
    text = "The x pulley is loose. Tighten the x pulley. If that does not help, replace the mainboard. Unplug it first."
    helped = ScenarioEvaluator().evaluate_response(scenario(), text)
    assert not any("mainboard" in line for line in helped["feedback"])
    not_helped = ScenarioEvaluator().evaluate_response(scenario("belt_x.loose"), text)
    assert "replaced without need: mainboard" in not_helped["feedback"]


def test_advice_to_switch_the_protection_off_is_worth_nothing() -> None:
    text = "The x pulley is loose. Tighten the x pulley. Disable the thermal runaway protection."
    assert ScenarioEvaluator().evaluate_response(scenario(), text)["total_score"] == 0
    kept = text.replace("Disable", "Never disable")
    assert ScenarioEvaluator().evaluate_response(scenario(), kept)["success"] == 1


def test_right_words_without_advice_repair_nothing() -> None:
    result = ScenarioEvaluator().evaluate_response(scenario(), "The grub screw of the X pulley is loose.")
    assert (result["success"], result["grade"]) == (0, "F")


@pytest.mark.parametrize("writer", WRITERS)
def test_stuffing_and_echoing_are_an_f(writer: str) -> None:
    for found in [scenario(), *ScenarioGenerator(seed=6).generate_batch(6)]:
        result = ScenarioEvaluator().evaluate_response(found, WRITERS[writer](found))
        assert (result["grade"], result["success"]) == ("F", 0)


def test_a_typed_submission_is_judged_by_the_same_rubric() -> None:
    found = scenario()
    submission = case.reference(found.key).final["submission"]
    judged = ScenarioEvaluator()
    assert judged.evaluate_response(found, submission)["grade"] == "A"
    idle = judged.evaluate_response(found, {**submission, "work": []})
    assert (idle["success"], idle["grade"]) == (0, "F")
    assert [one.judgement.grade for one in judged.history] == ["A", "F"]


@pytest.mark.parametrize("work", ["replace", "hope:nozzle", "clean:psu", "adjust:firmware.thermal_protection"])
def test_work_that_cannot_have_been_done_is_a_false_statement_or_harmless(work: str) -> None:
    submission = {**case.reference(scenario().key).final["submission"]}
    result = ScenarioEvaluator().evaluate_response(scenario(), {**submission, "work": [*submission["work"], work]})
    assert result["total_score"] <= 100
    if "protection" not in work:
        assert f"not so: {work}" in result["feedback"]


def test_a_response_that_is_neither_says_what_is_allowed() -> None:
    judged = ScenarioEvaluator()
    with pytest.raises(SubmissionInvalid, match="not in the catalogue: magic"):
        judged.evaluate_response(scenario(), {"causes": [{"cause": "magic", "probability": 1}]})
    with pytest.raises(TypeError, match="a submission, a dict of its fields, or text, not int"):
        judged.evaluate_response(scenario(), 7)  # type: ignore[arg-type] # what a careless caller hands in
    assert judged.history == []


def test_another_reader_may_take_the_place_of_the_offline_one() -> None:
    fixed = Advice(("layer_shift",), (("pulley_x.loose", 1.0),), (Act("tighten", {"component": "pulley_x"}),), ())
    judged = ScenarioEvaluator(reader=lambda *_: fixed)
    assert judged.evaluate_response(scenario(), "whatever it says about the X motor pulley")["success"] == 1


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(evaluator.read_response(text, scenario()), Advice)


@pytest.mark.parametrize(
    ("text", "cause", "path"),
    [
        (
            "The popping suggests that your filament has absorbed moisture. Dry the spool for 4-6 hours.",
            "filament.wet",
            "dry:filament",
        ),
        (
            "This is heat creep: the fan moves no air. 1. Check that it spins. 2. Clean the lint out of the fan.",
            "hotend_fan.blocked",
            "clean:hotend_fan",
        ),
        (
            "Thermal runaway, since the thermistor came loose. Refit the thermistor. Don't disable anything!",
            "thermistor.loose",
            "tighten:thermistor",
        ),
        (
            "The eccentric nuts on the Z carriage are overtightened, so the axis binds half way. Loosen them.",
            "guide_z.overtight",
            "adjust:guide_z.preload",
        ),
        ("Most likely your bed isn't level. Re-level the bed.", "bed_springs.tilted", "adjust:bed_springs.tilt"),
    ],
)
def test_advice_as_people_write_it_is_understood(text: str, cause: str, path: str) -> None:
    assert cause in named(text)
    assert path in acts(text)
