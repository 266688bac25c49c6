"""A user adds a fault or a machine by writing it down; what is not in order is refused with file, line and field."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from actors.worlds.printer.component import components
from actors.worlds.printer.datafile import DATA, OWN, DataInvalid
from actors.worlds.printer.machine import machines
from actors.worlds.printer.marked import load_plain
from actors.worlds.printer.problem import problems

FAULT = """\
layer_shift:
  causes:
    guide_x.dirty:
      title: X axis caked with dirt
      share: 0.1
      aliases: [dirty x rails]
      effects: {guide_x.dirt: [2.6, 3.2, 3.9, 5.0]}
"""
MACHINE = """\
my_printer:
  like: ender_3
  name: My Printer
  bed_size: [300, 300]
"""
PLAYED = """
from actors.worlds.port import Scenario
from actors.worlds.printer import case, evaluator, rubric, VirtualPrinter
from actors.worlds.printer.generator import sound
from actors.worlds.printer.world import WORLD

printer = VirtualPrinter("my_printer", seed=1)
assert printer.get_symptoms() == []
printer.introduce_problem("layer_shift", "major", cause="guide_x.dirty")
assert "layers are shifted left or right" in printer.get_symptoms()
fault = {"type": "layer_shift", "cause": "guide_x.dirty", "severity": "major"}
key = {"machine": "my_printer", "seed": 1, "hours": 0.0, "faults": [fault], "voice": "expert", "history": None}
assert sound(key)
assert WORLD.remedies(key) == {"guide_x.dirty": ["clean:guide_x"]}
scenario = Scenario("mine", "mine", "mine", "easy", {"user": "It shifts.", "symptoms": []}, key)
judged = evaluator.judge_text(scenario, "The dirty x rails are the cause. Clean the x rail. Unplug it first.")
assert judged.grade == "A", judged
assert "guide_x.dirty" in WORLD.rules()[1]
print("played")
"""


def test_a_fault_and_a_machine_of_ones_own_are_played_like_any_other(tmp_path: Path) -> None:
    """The recipe of the README: two files in a directory, and the variable that names it."""
    (tmp_path / "problems.yaml").write_text(FAULT, encoding="utf-8")
    (tmp_path / "machines.yaml").write_text(MACHINE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PLAYED],
        env={**os.environ, OWN: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "played\n"), done.stderr


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("problems.yaml", FAULT.replace("share", "shear"), r":\d+: layer_shift\.causes\.guide_x\.dirty"),
        (
            "problems.yaml",
            FAULT.replace("guide_x.dirt:", "guide_x.mud:"),
            r":7: .*no such parameter; there are guide_x",
        ),
        ("problems.yaml", FAULT.replace("5.0]", "500]"), r":7: .*outside of what is possible, 0 to 6"),
        ("problems.yaml", FAULT.replace("guide_x.dirty", "axle.dirty"), r":4: .*components are nozzle"),
        ("problems.yaml", FAULT.replace("2.6, ", ""), r":7: .*effects"),
        ("problems.yaml", FAULT + "    wobble: [\n", r"problems\.yaml:\d+: "),
        ("problems.yaml", "- nonsense\n", r"problems\.yaml:1: holds no entries"),
        (
            "machines.yaml",
            MACHINE.replace("ender_3", "ender_9"),
            r":2: my_printer\.like: unknown model; known are",
        ),
        ("machines.yaml", MACHINE + "  colour: red\n", r":5: my_printer\.colour: .*fields here are id, name"),
        ("machines.yaml", MACHINE + "  lacks: [wings]\n", r":5: my_printer\.lacks: there is no component 'wings'"),
        ("machines.yaml", MACHINE + "  volts: many\n", r":5: my_printer\.volts: Input should be a valid number"),
        (
            "components.yaml",
            "nozzle:\n  upsets: {probe.height: 0.1}\n",
            r":2: nozzle\.upsets\.probe\.height: ",
        ),
        (
            "components.yaml",
            "nozzle:\n  parameters:\n    wear:\n      unit: inch\n",
            r":4: nozzle\.parameters\.wear\.unit: unknown unit 'inch'; known are 1/min",
        ),
    ],
)
def test_what_is_not_in_order_is_refused_at_its_line(
    name: str, text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    load = {"problems.yaml": problems, "machines.yaml": machines, "components.yaml": components}[name].__wrapped__
    with pytest.raises(DataInvalid, match=says):
        load()


def test_a_directory_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN, "/no/such/place")
    with pytest.raises(DataInvalid, match=f"{OWN} names '/no/such/place', which is no directory"):
        machines.__wrapped__()


def test_one_field_can_be_overruled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates are an assumption: who has better ones writes them down."""
    (tmp_path / "problems.yaml").write_text("stringing: {rate: 9.5}\n", encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    own = problems.__wrapped__()
    assert own["stringing"].rate == 9.5
    assert own["stringing"].causes == problems()["stringing"].causes
    assert own["nozzle_clog"] == problems()["nozzle_clog"]


@pytest.mark.parametrize("name", ["components.yaml", "machines.yaml", "materials.yaml"])
def test_the_parser_at_hand_reads_what_the_plain_one_reads(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert load_plain(text) == yaml.safe_load(text)
