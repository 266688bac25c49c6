"""A fault may be a Python class that a package offers; it is played like any other, or refused by its name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[4] / "README.md"
PLAYED = """
from actors.worlds.printer import VirtualPrinter, case, rubric
from actors.worlds.printer.generator import sound
from actors.worlds.printer.world import WORLD

printer = VirtualPrinter("ender_3", seed=1)
printer.introduce_problem("over_extrusion", "major", cause="firmware.other_board")
assert printer.values["firmware.e_steps"] == 2.0
other = VirtualPrinter("idex_300", seed=1)
other.introduce_problem("over_extrusion", "major", cause="firmware.other_board")
assert other.values["firmware.e_steps"] == 415.0 / 400.0
assert "lines are too thick, the surface bulges" in printer.get_symptoms()
fault = {"type": "over_extrusion", "cause": "firmware.other_board", "severity": "major"}
key = {"machine": "ender_3", "seed": 1, "hours": 0.0, "faults": [fault], "voice": "expert", "history": None}
assert sound(key)
assert WORLD.remedies(key) == {"firmware.other_board": ["adjust:firmware.e_steps"]}
assert "firmware.other_board" in WORLD.rules()[1]
print("played")
"""


def installed(folder: Path, code: str, target: str = "board_swap:OtherBoard") -> dict[str, str]:
    """An environment in which a package with this module is there, as pip leaves it behind."""
    (folder / "board_swap.py").write_text(code, encoding="utf-8")
    info = folder / "board_swap-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: board-swap\nVersion: 1.0\n", encoding="utf-8")
    points = f"[journeyman.printer_faults]\nother_board = {target}\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(folder)}


def recipe() -> str:
    found = re.search(r"```python\n(# board_swap\.py\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def run(code: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_the_class_in_the_readme_is_played_like_any_other_fault(tmp_path: Path) -> None:
    assert 'other_board = "board_swap:OtherBoard"' in README.read_text(encoding="utf-8")
    done = run(PLAYED, installed(tmp_path, recipe()))
    assert (done.returncode, done.stdout) == (0, "played\n"), done.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("over_extrusion", "over_exertion"), "there is no problem type 'over_exertion'; there are nozzle_clog"),
        (("firmware.other_board", "firmware.e_steps_high"), "there is a cause 'firmware.e_steps_high' already"),
        (("firmware.other_board", "board.other"), "a cause is named `component.condition`"),
        (("firmware.e_steps", "firmware.steps"), "there is no parameter 'firmware.steps'"),
        (("2.0)", "9.0)"), "a value of firmware.e_steps is outside of what is possible, 0.3 to 2"),
        (("* 4", "* 3"), "Field required"),
        (("machine.steps.e", "machine.steps.q"), "effects() fails for ender_3"),
        (("def effects", "def affects"), "is no fault; it needs problem, cause, title, share, effects(machine)"),
        (("class OtherBoard", "class Another"), "cannot be loaded"),
    ],
)
def test_what_is_not_in_order_is_refused_by_the_name_of_who_offers_it(
    change: tuple[str, str], says: str, tmp_path: Path
) -> None:
    code = (
        "from actors.worlds.printer.datafile import DataInvalid\n"
        "from actors.worlds.printer.problem import problems\n"
        "try:\n    problems()\nexcept DataInvalid as error:\n    print(error)\n"
    )
    text = recipe()
    assert change[0] in text
    done = run(code, installed(tmp_path, text.replace(*change)))
    assert done.stdout.startswith("entry point 'other_board' (board_swap:OtherBoard)"), done.stderr
    assert says in done.stdout
