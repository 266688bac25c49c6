"""A printed file shows what physics does to it: nothing on a machine in order, and each fault where it belongs."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest

from actors.worlds.printer.gcode.deposit import Deposit, deposit
from actors.worlds.printer.gcode.models import LAYERS, lines_of
from actors.worlds.printer.gcode.printed import measure
from actors.worlds.printer.gcode.program import Program, read, take
from actors.worlds.printer.gcode.remarks import REGIONS
from actors.worlds.printer.gcode.wording import headline, is_good, sentences
from actors.worlds.printer.machine import machines
from actors.worlds.printer.physics.flow import FILAMENT_AREA, INFILL_FLOW, WALL_FLOW
from actors.worlds.printer.print_job import MODELS as MINUTES
from actors.worlds.printer.printer import VirtualPrinter, draw
from actors.worlds.printer.problem import causes, possible, type_of

PLACES = [above / "shared" / "gcode" for above in Path(__file__).resolve().parents[6:8]]
SHARED = next((place for place in PLACES if place.is_dir()), PLACES[0])


@functools.cache
def program(model: str, machine: str) -> Program:
    return take(lines_of(model, machines()[machine]), machines()[machine])


def printed(
    cause: str | None = None,
    severity: str = "major",
    *,
    machine: str = "ender_3",
    model: str = "pillars",
    seed: int = 3,
) -> Deposit:
    printer = VirtualPrinter(machine, seed=seed)
    if cause is not None:
        printer.introduce_problem(type_of(cause), severity, cause=cause)
    return deposit(printer.machine, printer.values, program(model, machine), printer.rng("print file"))


def odd(done: Deposit) -> set[str]:
    """First words of the sentences that say what is off."""
    return {line.split()[0 if not line[0].isdigit() else 1] for line, wrong in sentences(measure(done)) if wrong}


@pytest.mark.parametrize("machine", machines())
def test_on_a_machine_in_order_what_is_asked_for_comes_out_where_it_is_asked_for(machine: str) -> None:
    for seed in range(1, 4):
        done = printed(machine=machine, model="cube", seed=seed)
        measured = measure(done)
        assert is_good(measured), sentences(measured)
        assert headline(measured)[0] == "Finished, and nothing is off."
        assert measured["flow"]["share"] == pytest.approx(1.0, abs=0.05)
        assert all(abs(one["error"]) < 0.15 for one in measured["dimensions"].values())


def test_plastic_is_conserved_where_nothing_slips() -> None:
    printer = VirtualPrinter("ender_3")
    printer.values = {key: one.healthy for key, one in printer.machine.parameters.items()} | {
        key: value for key, value in printer.values.items() if key not in printer.machine.parameters
    }
    shares = []
    for seed in range(8):
        done = deposit(printer.machine, printer.values, program("pillars", "ender_3"), draw(seed))
        flow = measure(done)["flow"]
        own = program("pillars", "ender_3").prints
        fed = float(done.program.delta[own, 3].sum()) * FILAMENT_AREA
        assert flow["asked_mm3"] == pytest.approx(fed)
        assert sum(one["mm3"] for one in flow["by_speed"]) == pytest.approx(fed)
        shares.append(flow["share"])
    assert abs(np.mean(shares) - 1.0) < 0.008  # the scatter is that of the filament's diameter
    assert np.std(shares) < 0.012


def test_the_same_print_is_the_same_and_the_next_differs_a_little() -> None:
    one, same, other = (measure(printed(seed=seed)) for seed in (4, 4, 5))
    assert one == same
    assert one["flow"]["share"] != other["flow"]["share"]
    printer = VirtualPrinter("ender_3", seed=4)
    twice = [
        measure(deposit(printer.machine, printer.values, program("pillars", "ender_3"), printer.rng("print file")))
        for _ in range(2)
    ]
    assert twice[0]["flow"]["share"] != twice[1]["flow"]["share"]
    assert twice[0]["flow"]["share"] == pytest.approx(twice[1]["flow"]["share"], abs=0.04)


SHOWS = [
    ("firmware.e_steps_low", {}, {"Plastic:"}),
    ("firmware.e_steps_high", {}, {"Plastic:"}),
    ("drive_gear.worn", {"model": "cube"}, {"Plastic:", "Slow"}),
    ("nozzle.worn", {"seed": 4}, {"Lines"}),
    ("slicer.retraction_low", {}, {"Strings:"}),
    ("filament.wet", {}, {"Strings:", "It"}),
    ("slicer.too_cold", {}, {"Nozzle"}),
    ("lead_screw.bent", {}, {"Size", "Bands"}),
    ("z_coupler.loose", {}, {"Layers"}),
    ("guide_x.loose", {}, {"Ghosts", "Circles"}),
    ("part_fan.worn", {}, {"Overhangs"}),
    ("probe.offset_low", {}, {"First"}),
    ("bed_springs.tilted", {"model": "first_layer"}, {"First", "Grip", "Corners"}),
    ("bed_surface.greasy", {"model": "first_layer"}, {"Grip", "Corners"}),
    ("guide_z.overtight", {}, {"Size", "squashed"}),
    ("pulley_x.loose", {"model": "cube"}, {"Size", "layer", "Circles"}),
    ("toolhead_2.misaligned", {"machine": "idex_300"}, {"Second"}),
]


@pytest.mark.parametrize(("cause", "where", "shown"), SHOWS, ids=[one[0] for one in SHOWS])
def test_each_fault_shows_in_its_own_quantity_and_in_no_other(
    cause: str, where: dict[str, str | int], shown: set[str]
) -> None:
    assert odd(printed(cause, **where)) == shown  # type: ignore[arg-type]
    assert odd(printed(**where)) == set()  # type: ignore[arg-type]


def test_a_clog_is_fine_at_a_crawl_and_bad_at_speed() -> None:
    flow = measure(printed("nozzle.debris", "moderate", machine="voron_2_4", model="cube"))["flow"]
    slow, fast = flow["by_speed"][0]["share"], flow["by_speed"][-1]["share"]
    assert slow > 0.95
    assert fast < 0.6 * slow
    assert flow["by_region"]["outer wall"] > flow["by_region"]["infill"]


@pytest.mark.parametrize(
    ("cause", "machine", "how"),
    [
        ("driver_x.weak", "ender_3", "steps"),
        ("belt_x.loose", "ender_3", "tooth"),
        ("pulley_x.loose", "ender_3", "slip"),
        ("driver_x.weak", "voron_2_4", "steps"),
    ],
)
def test_layers_shift_by_the_quantum_of_what_gave_way(cause: str, machine: str, how: str) -> None:
    shifts = measure(printed(cause, machine=machine, model="cube"))["shifts"]
    assert {one["how"] for one in shifts} == {how}
    assert [one["layer"] for one in shifts] == sorted(one["layer"] for one in shifts)
    corexy = machine == "voron_2_4"
    for one in shifts:
        quantum = {"steps": 0.8, "tooth": 2.0}.get(how)
        moved = one["x"] * (2.0 if corexy else 1.0)
        assert quantum is None or moved / quantum == pytest.approx(round(moved / quantum), abs=1e-9)
        assert abs(one["y"]) == pytest.approx(abs(one["x"]) if corexy else 0.0)  # one motor of a CoreXY: 45 degrees


def test_a_gentle_file_does_not_ask_what_a_weak_motor_cannot_give() -> None:
    printer = VirtualPrinter("voron_2_4", seed=3)
    printer.introduce_problem("layer_shift", "minor", cause="driver_y.weak")
    gentle = take(["M204 S200", *lines_of("cube", printer.machine)], printer.machine)
    rates = []
    for file in (program("cube", "voron_2_4"), gentle):
        lost = [deposit(printer.machine, printer.values, file, draw(seed)).drift for seed in range(3)]
        rates.append(sum(len(one.shifts) for one in lost if one) / file.profile.total)
    assert rates[1] < 0.8 * rates[0]


def test_a_temperature_tower_is_one() -> None:
    layers = measure(printed(model="tower"))["by_layer"]
    assert [round(layers[i]["set"]) for i in (0, 30, 60, 90, 120)] == [230, 220, 210, 200, 190]
    for i in (29, 59, 89, 119, 149):
        assert layers[i]["block"] == pytest.approx(layers[i]["set"], abs=3.0)
    assert layers[149]["bond"] < 0.8 < layers[10]["bond"]
    hairs = printed(model="tower").hairs
    assert hairs is not None
    assert hairs.hair[:50].mean() > 2.0 * hairs.hair[-50:].mean()  # the hot floors string, the cold ones do not


def test_heat_creep_takes_its_time_and_a_clog_does_not() -> None:
    creep = measure(printed("hotend_fan.worn", "critical", model="long"))
    clog = measure(printed("nozzle.debris", "critical", model="cube"))
    assert creep["jam"]["minute"] > 10
    assert creep["by_layer"][0]["flow"] > 0.95
    assert clog["by_layer"][1]["flow"] < 0.2


def test_a_file_that_says_another_temperature_gets_it_and_cold_plastic_is_refused() -> None:
    machine = machines()["ender_3"]
    cold = take((line for line in lines_of("pillars", machine) if "M109" not in line and "M104" not in line), machine)
    printer = VirtualPrinter("ender_3")
    done = deposit(machine, printer.values, cold, draw(1))
    assert "echo: cold extrusion prevented" in done.firmware
    assert measure(done)["flow"]["given_mm3"] == 0.0


def test_protection_stops_a_print_in_marlin_s_words_where_it_was() -> None:
    done = printed("heater_sock.missing", model="cube")
    measured = measure(done)
    assert measured["stopped"] == "thermal_error"
    assert measured["firmware"][0].startswith("Error:Thermal Runaway, system stopped! Heater_ID: E0")
    assert measured["firmware"][1] == "Error:Printer halted. kill() called!"
    assert 1 < measured["ended"]["layer"] < 100
    assert len(measured["by_layer"]) == measured["ended"]["layer"]
    assert measured["by_layer"][-1]["block"] < 200


@pytest.mark.parametrize(
    ("cause", "machine", "stopped"),
    [
        ("probe_servo.disconnected", "ender_3_bltouch", "homing_failed"),
        ("heater_cartridge.failing", "ender_3", "thermal_error"),
        ("mains_cable.loose", "ender_3", "died"),
    ],
)
def test_a_print_that_never_began_or_was_cut_is_told_as_such(cause: str, machine: str, stopped: str) -> None:
    measured = measure(printed(cause, "critical", machine=machine))
    assert measured["stopped"] in (stopped, "dead")
    assert not headline(measured)[1]
    assert sentences(measured)


def test_a_wedge_is_low_on_one_side_and_high_on_the_other_and_an_offset_is_the_same_everywhere() -> None:
    wedge = measure(printed("z_sync.out_of_step", machine="cr_10_dual_z", model="first_layer"))["first_layer"]
    left = np.mean([cell["gap"] for cell in wedge["cells"] if cell["x"] < 100])
    right = np.mean([cell["gap"] for cell in wedge["cells"] if cell["x"] > 200])
    assert abs(right - left) > 0.3
    high = measure(printed("probe.offset_high", "moderate", model="first_layer"))["first_layer"]
    assert high["spread_mm"] < 0.05
    assert high["gap_mm"] > 0.1
    assert high["squish"] < -0.4


def test_a_dirty_plate_lets_go_of_a_tall_part_later_than_of_nothing_at_all() -> None:
    some, more = (measure(printed("bed_surface.greasy", severity, model="long")) for severity in ("major", "critical"))
    assert some["stopped"] == more["stopped"] == "detached"
    assert some["adhesion"]["layer"] > more["adhesion"]["layer"]
    assert some["adhesion"]["where"]


def test_waves_of_a_heater_have_a_period_in_time_and_those_of_a_screw_in_height() -> None:
    (screw,) = measure(printed("lead_screw.bent"))["bands"]
    (heat,) = measure(printed("firmware.pid_wrong", "critical"))["bands"]
    assert (screw["period"], screw["unit"]) == (8.0, "mm")
    assert heat["unit"] == "s"
    assert 3.0 < heat["period"] < 60.0


def test_test_prints_of_the_bench_are_these_files() -> None:
    for model, layers in LAYERS.items():
        file = program(model, "ender_3")
        assert file.layers == layers
        assert file.profile.total / 60.0 == pytest.approx(MINUTES[model], rel=0.05)
        for name, flow in (("outer wall", WALL_FLOW), ("infill", INFILL_FLOW)):
            own = file.prints & (file.region == REGIONS.index(name)) & (file.layer > 0)
            asked = file.delta[own, 3] * FILAMENT_AREA / file.planar[own] * file.feed[own]
            assert np.allclose(asked, flow, rtol=0.01)


AGREED = [
    "nozzle.debris",
    "idler.overtight",
    "firmware.e_steps_low",
    "bed_surface.greasy",
    "belt_y.loose",
    "filament.wet",
    "lead_screw.dry",
    "part_fan.misaimed",
]


def agrees(cause: str) -> None:
    """A test print is good, or ends early, just when the file that it stands for does."""
    name = next(one for one in machines() if possible(cause, machines()[one]))
    done = printed(cause, machine=name, model="long")
    printer = VirtualPrinter(name, seed=3)
    printer.introduce_problem(type_of(cause), "major", cause=cause)
    test = printer.print_test("long")
    assert is_good(measure(done)) == test.good, (sentences(measure(done)), test)
    if test.stopped != "yes":
        assert done.stopped != "yes"


@pytest.mark.parametrize("cause", AGREED)
def test_a_test_print_and_its_file_agree(cause: str) -> None:
    agrees(cause)


WIDE = {
    "bed_springs.tilted",
    "bed_plate.warped",
    "z_sync.out_of_step",
    "driver_z2.dead",
    "probe_pin.bent",
    "firmware.mesh_off",
    "slicer.too_fast",
}
"""What a part in the middle of the plate, or lines too short for the speed that was set, need not show."""


@pytest.mark.slow
@pytest.mark.parametrize("cause", [cause for cause in causes() if cause not in WIDE])
def test_every_test_print_and_its_file_agree(cause: str) -> None:
    agrees(cause)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sliced sample files are not here")
@pytest.mark.parametrize("name", ["cube_prusaslicer.gcode", "cube_slic3r.gcode", "temptower_prusaslicer.gcode.gz"])
def test_sliced_files_print_well_on_a_machine_in_order(name: str) -> None:
    printer = VirtualPrinter("ender_3", seed=1)
    done = printer.print_file(SHARED / name)
    measured = measure(done)
    assert is_good(measured), sentences(measured)
    assert printer.hours == pytest.approx(done.ended / 3600.0)
    assert measured["dimensions"]["x"]["asked"] == pytest.approx(44.0 if "tower" in name else 20.0, abs=0.5)
    assert measured["dimensions"]["z"]["asked"] == pytest.approx(40.0 if "tower" in name else 20.0)
    sane = read(SHARED / name, printer.machine)
    assert measured["flow"]["asked_mm3"] <= np.maximum(sane.delta[:, 3], 0.0).sum() * FILAMENT_AREA + 1e-6
