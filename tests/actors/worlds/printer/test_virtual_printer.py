"""`VirtualPrinter` as users meet it: it prints, wears, falls ill, and shows it; the same seed is the same printer."""

from __future__ import annotations

from functools import cache

import pytest

import actors.worlds.printer as face
from actors.worlds.port import Act
from actors.worlds.printer import PrinterType, ProblemSeverity, VirtualPrinter
from actors.worlds.printer.bench import TARGET, PrinterBench, offers
from actors.worlds.printer.component import components, parameters
from actors.worlds.printer.machine import machines
from actors.worlds.printer.problem import causes, problems

SEEDS = range(6)


def test_the_contract_s_example_works_as_written() -> None:
    printer = VirtualPrinter(PrinterType.ENDER_3, seed=1)
    printer.simulate_printing(hours=100)
    printer.introduce_problem("nozzle_clog", ProblemSeverity.MAJOR)
    assert "thin walls and gaps everywhere" in printer.get_symptoms()
    assert printer.hours == 100


def test_the_face_names_what_it_offers_and_refuses_the_rest() -> None:
    for name in face.__all__:
        assert getattr(face, name).__name__ == name
    with pytest.raises(AttributeError, match="it offers PrinterType"):
        face.NoSuchThing  # noqa: B018 - the look itself is what is refused


def aged(seed: int) -> VirtualPrinter:
    printer = VirtualPrinter("prusa_mk3s", seed=seed)
    printer.simulate_printing(500)
    printer.introduce_problem("layer_shift", "major")
    return printer


def test_the_same_seed_and_acts_are_the_same_printer_and_another_seed_another() -> None:
    one, same, other = aged(1), aged(1), aged(2)
    assert one == same
    assert one.print_test("long") == same.print_test("long")
    assert one.values != other.values


def test_asking_for_symptoms_changes_nothing() -> None:
    printer = aged(1)
    before = dict(printer.values), printer.hours
    assert printer.get_symptoms() == printer.get_symptoms()
    assert (printer.values, printer.hours) == before


def test_two_prints_of_one_file_differ_a_little() -> None:
    printer = VirtualPrinter("ender_3", seed=3)
    first, second = printer.print_test("cube"), printer.print_test("cube")
    assert first.value("wall_flow") != second.value("wall_flow")


@pytest.mark.parametrize("machine", machines())
def test_a_machine_in_order_prints_well_and_every_instrument_reads_normal(machine: str) -> None:
    for seed in SEEDS:
        printer = VirtualPrinter(machine, seed=seed)
        assert printer.get_symptoms() == []
        bench = PrinterBench(printer, {"machine": machine, "seed": seed, "voice": "expert"})
        for kind in ("looks", "trials"):
            for tool, targets in offers(printer.machine)[kind].items():
                for target in targets:
                    found = bench.act(Act(tool, {TARGET[tool]: target})).data["findings"]
                    assert [one for one in found if one["state"] != "normal"] == [], (tool, target, seed)


def test_printing_wears_a_machine_until_it_shows_and_service_brings_it_back() -> None:
    printer = VirtualPrinter("ender_3", seed=4)
    printer.simulate_printing(4000)
    assert len(printer.out_of_order()) >= 5
    assert printer.get_symptoms()
    printer.service()
    assert printer.out_of_order() == {}


@cache
def worn_out(model: str) -> tuple[dict[str, float], dict[str, float]]:
    """Its parameters when it was new and after 2,000 hours."""
    printer = VirtualPrinter(model, seed=5)
    new = dict(printer.values)
    printer.simulate_printing(2000)
    return new, printer.values


@pytest.mark.parametrize("parameter", [key for key, one in parameters().items() if one.wear and not one.wander])
def test_what_wears_wears_the_way_its_sign_says_and_stays_possible(parameter: str) -> None:
    known = parameters()[parameter]
    before, after = worn_out("ender_3_bltouch")
    assert (after[parameter] - before[parameter]) * known.wear >= 0
    assert known.range[0] <= after[parameter] <= known.range[1]


def test_a_cause_is_drawn_among_those_the_model_can_have_by_how_often_they_occur() -> None:
    drawn = [
        VirtualPrinter("prusa_mk3s", seed=seed).introduce_problem("probe_fault", "major").cause for seed in range(40)
    ]
    assert set(drawn) <= {"probe_signal.disconnected", "firmware.probe_disabled"}
    assert len(set(drawn)) == 2


@pytest.mark.parametrize(
    ("problem", "cause", "says"),
    [
        ("clogg", None, "unknown problem 'clogg'; known are nozzle_clog"),
        ("idex_offset", None, "no part that 'idex_offset' can befall"),
        ("stringing", "nozzle.debris", "'nozzle.debris' cannot cause 'stringing'.*filament.wet"),
        ("nozzle_clog", "nozzle.magic", "possible: nozzle.debris"),
    ],
)
def test_an_impossible_problem_is_refused_with_what_is_possible(problem: str, cause: str | None, says: str) -> None:
    printer = VirtualPrinter("ender_3")
    with pytest.raises(ValueError, match=says):
        printer.introduce_problem(problem, "major", cause=cause)
    assert printer.faults == []


def test_an_unknown_model_and_an_unknown_severity_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown printer type 'ender'; known are ender_3"):
        VirtualPrinter("ender")
    with pytest.raises(ValueError, match="terrible"):
        VirtualPrinter("ender_3").introduce_problem("stringing", "terrible")


def test_there_is_as_much_to_go_wrong_as_promised() -> None:
    assert len(components()) >= 25
    assert len(problems()) >= 11
    assert {machine.kinematics for machine in machines().values()} == {"cartesian", "corexy", "idex"}
    for problem in problems().values():
        assert len(problem.causes) >= 2
    assert all(len(values) == 4 for cause in causes().values() for values in cause.effects.values())
