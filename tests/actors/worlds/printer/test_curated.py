"""Each curated case is reproduced: the printer that its key describes shows what its owner complains of."""

from __future__ import annotations

import pytest

from actors.worlds.port import Scenario
from actors.worlds.printer.curated import RealWorldScenarios, curated_records
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import ProblemSeverity, causes
from actors.worlds.printer.vocabulary import words

SHOWN = {
    "weak-layers-and-gaps": {"gaps_everywhere", "prints_vary", "extruder_clicks"},
    "random-layer-shifts": {"layers_shifted_x", "circles_oval"},
    "first-layer-wont-stick": {"first_layer_not_sticking", "lines_round"},
    "thermal-runaway-stop": {"thermal_runaway_error"},
    "clicking-then-nothing": {"stops_after_a_while", "extruder_clicks"},
    "strings-like-cobwebs": {"strings_everywhere"},
    "probe-stays-up": {"homing_fails", "probe_does_not_deploy"},
    "squashed-band-in-the-middle": {"layers_squashed_at_height"},
    "gantry-hangs-on-one-side": {"first_layer_good_one_side", "wedge_first_layer"},
    "corexy-diagonal-shift": {"layers_shifted_diagonal", "skewed", "ripples", "circles_oval"},
    "dead-after-moving": {"dead"},
    "two-colours-drift-apart": {"colours_shift_grows"},
    "fine-when-slow": {"gaps_fast"},
    "restarts-while-heating": {"resets_when_heating"},
}
"""What each case's owner complains of, as the simulator names it."""

DENIED = {
    "random-layer-shifts": {"layers_shifted_y", "ripples"},
    "strings-like-cobwebs": {"popping_noise", "rough_surface", "gaps_everywhere"},
    "two-colours-drift-apart": {"colours_shifted"},
    "fine-when-slow": {"gaps_everywhere", "nothing_comes_out"},
    "clicking-then-nothing": {"gaps_everywhere", "nothing_comes_out"},
    "restarts-while-heating": {"dead"},
}
"""What would make another case of it."""

CASES = RealWorldScenarios.get_all_scenarios()


def printer(scenario: Scenario) -> VirtualPrinter:
    """The printer that a key describes."""
    made = VirtualPrinter(scenario.key["machine"], seed=scenario.key["seed"])
    for fault in scenario.key["faults"]:
        made.introduce_problem(fault["type"], ProblemSeverity(fault["severity"]), cause=fault["cause"])
    return made


@pytest.mark.parametrize("scenario", CASES, ids=lambda scenario: scenario.id)
def test_the_printer_of_a_case_shows_its_symptoms(scenario: Scenario) -> None:
    seen = set(printer(scenario).observations())
    assert seen >= SHOWN[scenario.id]
    assert not seen & DENIED.get(scenario.id, set())


@pytest.mark.parametrize("scenario", CASES, ids=lambda scenario: scenario.id)
def test_without_its_faults_the_same_printer_shows_none_of_them(scenario: Scenario) -> None:
    """The symptoms come from the faults and not from the unit that the seed happened to draw."""
    sound = VirtualPrinter(scenario.key["machine"], seed=scenario.key["seed"])
    assert not set(sound.observations()) & SHOWN[scenario.id]


@pytest.mark.parametrize("scenario", CASES, ids=lambda scenario: scenario.id)
def test_no_owner_names_his_cause(scenario: Scenario) -> None:
    said = words(scenario.brief["user"] + " " + " ".join(scenario.brief["symptoms"]))
    for fault in scenario.key["faults"]:
        for name in causes()[fault["cause"]].aliases:
            text = " ".join([scenario.brief["user"], *scenario.brief["symptoms"]]).lower()
            assert name not in text
            assert not (len(words(name)) > 2 and words(name) <= said), name


def test_all_twelve_stories_of_the_catalogue_are_told() -> None:
    told = {
        (record.printer_type, *(problem.root_cause for problem in record.actual_problems))
        for record in curated_records()
    }
    types = [problem.type for record in curated_records() for problem in record.actual_problems]
    assert len(curated_records()) >= 12
    assert set(SHOWN) == {record.id for record in curated_records()}
    assert {
        ("prusa_mk3s", "pulley_x.loose"),
        ("ender_3", "probe.offset_high", "bed_surface.greasy"),
        ("prusa_mk3s", "thermistor.loose"),
        ("ender_3", "slicer.too_hot", "slicer.retraction_low"),
        ("ender_3_bltouch", "firmware.probe_disabled"),
        ("ender_3", "guide_z.overtight"),
        ("cr_10_dual_z", "z_sync.out_of_step"),
        ("corexy_enclosed", "belt_x.loose"),
        ("ender_3", "mains_cable.loose"),
        ("idex_300", "toolhead_2.calibrated_cold"),
    } <= told
    assert {"under_extrusion", "heat_creep"} <= set(types)


def test_the_filters_divide_the_cases() -> None:
    easy, hard = RealWorldScenarios.get_beginner_scenarios(), RealWorldScenarios.get_advanced_scenarios()
    assert {scenario.difficulty for scenario in easy} == {"easy"}
    assert {scenario.difficulty for scenario in hard} == {"hard"}
    assert 0 < len(easy) + len(hard) < len(CASES)
    (clog,) = RealWorldScenarios.get_by_problem_type("nozzle_clog")
    assert clog.key["faults"][0]["type"] == "nozzle_clog"
    assert len(RealWorldScenarios.get_by_problem_type("Layer shift")) == 2
    assert RealWorldScenarios.get_by_problem_type("cooling") == []
    with pytest.raises(LookupError, match="`nozzle_clog`"):
        RealWorldScenarios.get_by_problem_type("nozle_clog")


def test_every_call_gives_the_same_cases_afresh() -> None:
    one, other = RealWorldScenarios.get_all_scenarios(), RealWorldScenarios.get_all_scenarios()
    assert one == other
    one[0].brief["symptoms"].clear()
    assert other[0].brief["symptoms"]
