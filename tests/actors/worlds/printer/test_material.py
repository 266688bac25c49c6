"""Printers have a material: it decides temperatures, flow, strings, grip and softening, and a user may add one."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from actors.worlds.port import Act
from actors.worlds.printer.bench import TARGET, PrinterBench, offers
from actors.worlds.printer.datafile import OWN, DataInvalid
from actors.worlds.printer.gcode import models, program
from actors.worlds.printer.gcode.deposit import deposit
from actors.worlds.printer.gcode.printed import measure
from actors.worlds.printer.machine import loaded
from actors.worlds.printer.material import materials
from actors.worlds.printer.physics import flow, heat, surface
from actors.worlds.printer.printer import VirtualPrinter

RECIPE = """\
nylon:
  like: petg
  name: Nylon
  nozzle: 255 C
  uptake: 20
"""


def found(material: str, **changed: float) -> dict[str, object]:
    """What a long test print gave, by sign."""
    printer = VirtualPrinter("ender_3", seed=2, material=material)
    printer.values.update({name.replace("__", "."): value for name, value in changed.items()})
    return {one.sign.rpartition("/")[2]: one for one in printer.print_test("long").findings}


@pytest.mark.parametrize("material", materials())
def test_a_machine_in_order_has_nothing_to_complain_of_with_any_material(material: str) -> None:
    for model in ("ender_3", "voron_2_4")[:: 1 if material == "abs" else 2]:
        printer = VirtualPrinter(model, seed=2, material=material)
        table = PrinterBench(printer, {"machine": model, "seed": 2, "voice": "expert"})
        looks = [(tool, target) for tool, targets in offers(printer.machine)["looks"].items() for target in targets]
        for tool, target in [*looks, ("test_print", "long")]:
            readings = table.act(Act(tool, {TARGET[tool]: target})).data["findings"]
            assert all(one["state"] == "normal" for one in readings), (model, target, readings)


def test_without_a_word_it_is_pla_and_a_machine_says_what_it_usually_prints() -> None:
    assert VirtualPrinter("ender_3").machine.material.id == "pla"
    assert VirtualPrinter("ender_3", material="abs").machine.material.id == "abs"
    with pytest.raises(ValueError, match="unknown material 'wood'; known are pla, petg, abs, tpu"):
        VirtualPrinter("ender_3", material="wood")


def test_the_melt_of_pla_pushes_back_as_it_was_tried() -> None:
    """8, 12 and 15 N at 3, 8 and 12 mm3/s through 0.4 mm at 210 degrees."""
    pla = materials()["pla"]
    forces = [flow.pressure_force(pla, 0.4, 210.0, rate) for rate in (3.0, 8.0, 12.0)]
    assert forces == pytest.approx([8.0, 12.0, 15.0], abs=1.2)


def test_heat_creep_takes_pla_and_leaves_abs_alone() -> None:
    assert found("pla", hotend_fan__wear=0.8)["late_flow"].state == "low"
    assert found("abs", hotend_fan__wear=0.8)["late_flow"].state == "normal"
    assert heat.sink_temperature(VirtualPrinter("ender_3").values, 210.0, 60.0) < materials()["tpu"].softens


def test_damp_shows_most_in_what_takes_up_water_and_hours_make_it_damp() -> None:
    pops = {name: surface.pops(one, {"filament.moisture": 0.6}) for name, one in materials().items()}
    assert pops["tpu"] > pops["petg"] > pops["pla"] > pops["abs"]
    damp = {}
    for name in ("abs", "tpu"):
        printer = VirtualPrinter("ender_3", seed=9, material=name)
        printer.simulate_printing(60)
        damp[name] = printer.values["filament.moisture"]
    assert damp["tpu"] > damp["abs"] + 0.05


def test_a_hot_material_ages_the_tube_faster() -> None:
    worn = {}
    for name in ("pla", "abs"):
        printer = VirtualPrinter("ender_3", seed=9, material=name)
        printer.simulate_printing(100)
        worn[name] = printer.values["ptfe_tube.wear"]
    assert worn["abs"] > worn["pla"] + 0.1


def test_a_soft_filament_buckles_where_a_stiff_one_is_pushed_on() -> None:
    stiff, soft = (found(name, nozzle__clog=0.4) for name in ("pla", "tpu"))
    assert soft["wall_flow"].value < stiff["wall_flow"].value - 0.05


@pytest.mark.parametrize("material", materials())
def test_a_test_model_is_sliced_for_the_material_and_prints_well_with_it(material: str) -> None:
    machine = loaded("ender_3", material)
    done = deposit(
        machine,
        VirtualPrinter("ender_3", seed=2).values,
        program.take(models.lines_of("cube", machine), machine),
        random.Random(1),
    )
    measured = measure(done)
    assert (measured["stopped"], measured["material"]) == ("yes", material)
    assert measured["flow"]["share"] == pytest.approx(1.0, abs=0.04)
    shrunk = 1.0 - measured["dimensions"]["x"]["got"] / measured["dimensions"]["x"]["asked"]
    assert shrunk == pytest.approx(machine.material.shrinks, abs=0.004)


def test_a_file_for_pla_does_not_hold_abs_on_the_plate() -> None:
    file = program.take(models.lines_of("cube", loaded("ender_3")), loaded("ender_3"))
    values = VirtualPrinter("ender_3", seed=2).values
    assert deposit(loaded("ender_3", "abs"), values, file, random.Random(1)).stopped == "detached"
    assert deposit(loaded("ender_3", "pla"), values, file, random.Random(1)).stopped == "yes"


def test_the_recipe_of_the_readme_adds_a_material(tmp_path: Path) -> None:
    assert RECIPE in (Path(__file__).parents[4] / "README.md").read_text(encoding="utf-8")
    (tmp_path / "materials.yaml").write_text(RECIPE, encoding="utf-8")
    played = (
        "from actors.worlds.printer import VirtualPrinter\n"
        "printer = VirtualPrinter('ender_3', seed=9, material='nylon')\n"
        "assert printer.get_symptoms() == []\n"
        "assert printer.machine.material.bed == 80.0\n"
        "printer.simulate_printing(60)\n"
        "print('filament.moisture' in printer.out_of_order())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", played],
        env={**os.environ, OWN: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RECIPE.replace("255 C", "491 F"), r":4: nylon\.nozzle: .*'491 F' is not in C; write for example `491 C`"),
        (RECIPE.replace("255 C", "255"), r":4: nylon\.nozzle: .*'255' is not in C"),
        (RECIPE.replace("255 C", "hot C"), r":4: nylon\.nozzle: "),
        (RECIPE.replace("255 C", "2550 C"), r":4: nylon\.nozzle: .*less than 400"),
        (RECIPE.replace("like: petg", "like: pteg"), r":2: nylon\.like: unknown material; known are pla, petg"),
        (RECIPE + "  colour: red\n", r":6: nylon\.colour: .*fields here are id, name"),
        (RECIPE + "  melt: {eta0: 3 bar}\n", r":6: nylon\.melt\.eta0: .*is not in Pa s"),
        (RECIPE + "  melt: thick\n", r":6: nylon\.melt: "),
        ("nylon: 3\n", r":1: nylon"),
    ],
)
def test_what_is_not_in_order_is_refused_at_its_line(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "materials.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    with pytest.raises(DataInvalid, match=says):
        materials.__wrapped__()
