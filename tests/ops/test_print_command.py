"""`journeyman printer print` and `gcode`: what people and programs get, and one sentence where it cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ops import prints
from ops.cli import run


@pytest.fixture
def pillars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    file = tmp_path / "pillars.gcode"
    assert run(["printer", "gcode", "pillars", "--to", str(file)]) == 0
    capsys.readouterr()
    return file


def test_a_file_is_printed_and_told(pillars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["printer", "print", str(pillars)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Finished, and nothing is off.")
    assert "Size in mm" in told
    assert run(["printer", "print", str(pillars), "--fault", "slicer.retraction_low:major"]) == 0
    assert "ODD  Strings" in capsys.readouterr().out


def test_json_is_one_object_and_says_what_was_asked(pillars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("PIL")
    png = pillars.with_suffix(".png")
    words = [
        "printer",
        "print",
        str(pillars),
        "--fault",
        "nozzle_clog:major",
        "--seed",
        "2",
        "--json",
        "--png",
        str(png),
    ]
    assert run(words) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["seed"], shown["good"], shown["machine"], shown["png"]) == (2, False, "ender_3", str(png))
    assert shown["faults"][0]["severity"] == "major"
    assert shown["flow"]["share"] < 0.95
    assert len(shown["by_layer"]) == 60
    assert png.read_bytes().startswith(b"\x89PNG")


def test_the_same_command_gives_the_same_numbers(pillars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for _ in range(2):
        assert run(["printer", "print", str(pillars), "--fault", "pulley_x.loose", "--json"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["none.gcode"], "there is no such file"),
        (["prose.gcode"], "is no G-code; line 1"),
        (["empty.gcode"], "is empty"),
        (["binary.gcode"], "is binary"),
        (["."], "is a folder"),
        (["prose.gcode", "--model", "ender"], "there is no 'ender'"),
        (["prose.gcode", "--fault", "nozle_clog"], "did you mean nozzle_clog"),
        (["prose.gcode", "--png", "a.jpg"], "must end in .png"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_one_message_with_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("prose.gcode").write_text("Dear printer,\nplease print.\n")
    Path("empty.gcode").write_text("")
    Path("binary.gcode").write_bytes(bytes(range(256)))
    assert run(["printer", "print", *words]) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_without_the_library_that_draws_it_is_said_before_anything_is_printed(
    pillars: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prints, "find_spec", lambda _: None)
    assert run(["printer", "print", str(pillars), "--png", "a.png"]) == 2
    assert "pip install 'journeyman[pictures]'" in capsys.readouterr().err


def test_a_test_model_goes_to_standard_output_or_into_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["printer", "gcode", "first_layer", "--model", "prusa_mk3s"]) == 0
    assert "G28" in capsys.readouterr().out
    assert run(["printer", "gcode", "benchy"]) == 2
    assert "no test model 'benchy'; there are: cube" in capsys.readouterr().err
    assert run(["printer", "gcode", "cube", "--to", str(tmp_path / "no" / "cube.gcode")]) == 3
