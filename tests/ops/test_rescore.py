"""Another rubric over recorded episodes: the same acts, judged anew, compared in pairs, with no model and no change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actors.llm import catalogue
from actors.runtime.observer import Silence
from events.log import open_log
from ops import cli, training
from tests.small_training import recorded, small


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small training."""
    path = tmp_path_factory.mktemp("rescore") / "log.db"
    training.train(small(path), Silence())
    return path


def rescored(store: Path, rubric: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "mine.yaml"
    file.write_text(rubric)
    capsys.readouterr()
    assert (
        cli.run(["rescore", "--run", "train-1", "--rubric", str(file), "--store", f"sqlite:///{store}", "--json"]) == 0
    )
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_same_rubric_gives_the_same_scores(store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = rescored(store, "name: same\n", capsys, tmp_path)
    assert (found["rubric"], found["against"], found["n"], found["skipped"]) == ("same", "printer outcome 1", 10, [])
    assert (found["difference"], found["grade_flips"]) == (0.0, [])


def test_other_weights_are_compared_in_pairs_with_interval_and_named_flips(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all points for communication and no cap, who told the customer something gains."""

    def nobody(*_: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(catalogue, "load", nobody)
    before = [(event.id, event.hash) for event in recorded(store)]
    rubric = "identification: 0\nroot_cause: 0\nsolution: 0\ncommunication: 100\ncap: 100\nfalsehood: 0\n"
    found = rescored(store, rubric, capsys, tmp_path)
    assert found["rubric"] == "mine"
    assert found["mean"]["rescored"] > found["mean"]["recorded"]
    assert found["ci95"][0] <= found["difference"] <= found["ci95"][1]
    assert set(found["categories"]) == {"identification", "root_cause", "solution", "communication"}
    assert found["grade_flips"]
    assert all(flip["from"] != flip["to"] and flip["episode"] for flip in found["grade_flips"])
    assert [(event.id, event.hash) for event in recorded(store)] == before


@pytest.mark.parametrize(
    ("rubric", "said"),
    [
        ("identification: 50\n", "must make 100"),
        ("communicaton: 10\n", "communicaton"),
        ("cap: much\n", "cap"),
        ("- 1\n", "field: value"),
        ("a: [", "YAML"),
    ],
)
def test_a_rubric_that_cannot_be_used_is_one_message(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, rubric: str, said: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(rubric)
    assert cli.run(["rescore", "--rubric", str(file), "--store", f"sqlite:///{store}"]) == 2
    seen = capsys.readouterr()
    assert said in seen.err
    assert "Traceback" not in seen.err


def test_the_template_is_a_rubric_that_can_be_used(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run(["rescore", "--template"]) == 0
    found = rescored(store, capsys.readouterr().out, capsys, tmp_path)
    assert found["difference"] == 0.0


def test_an_episode_that_another_version_played_is_left_out_by_name(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actors.worlds.printer import bench  # noqa: PLC0415 - changed below, as a later release might

    monkeypatch.setattr(bench, "ASK_MINUTES", 3.0)
    monkeypatch.setitem(bench.PRINT_MINUTES, "long", 60.0)
    found = rescored(store, "name: same\n", capsys, tmp_path)
    assert found["n"] + len(found["skipped"]) == 10
    assert all("another version" in one["why"] for one in found["skipped"])
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        assert log.head().position > 0
