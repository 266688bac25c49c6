"""From any position of a run practice can go another way; the same way leads to the same book."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.observer import Silence
from events.log import open_log
from ops import cli, training
from skillbooks.skillbook import load_book
from tests.small_training import small

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forks")
    training.train(small(folder / "log.db", episodes=6, held_out=2), Silence())
    return folder


@pytest.fixture
def store(trained: Path, tmp_path: Path) -> str:
    shutil.copytree(trained, tmp_path / "copy")
    return f"sqlite:///{tmp_path}/copy/log.db"


def ask(capsys: Captured, store: str, *arguments: str, status: int = 0) -> Any:
    found = cli.run([*arguments, "--store", store, "--json"])
    told = capsys.readouterr()
    assert found == status, told.err
    return json.loads(told.out) if told.out else told.err


def test_the_same_way_from_the_middle_leads_to_the_same_book_and_scores(store: str, capsys: Captured) -> None:
    """Nothing is taken from after the position, and lessons from before it count."""
    at = ask(capsys, store, "skills", "history")["history"][1]["position"]
    told = ask(capsys, store, "fork", "--run", "train-1", "--at", str(at), "--as", "other", "--runtime", "local")
    with open_log(store, read_only=True) as log:
        first, second = load_book(log, "printer"), load_book(log, "other")
        begun = [event.type for event in log.read_stream("skillbook/other")][:2]
    assert begun == ["SkillbookForked", "SkillsAccepted"]
    assert (told["fork"]["version"], told["fork"]["from_wave"], told["episodes"]["asked"]) == (2, 2, 2)
    assert second.skills == first.skills
    assert second.sha256 == first.sha256
    assert told["compared"]["difference"] == 0
    assert told["compared"]["n"] == 2
    assert ask(capsys, store, "replay", "--skillbook", "other", "--verify")["matches"]
    assert ask(capsys, store, "compare", "train-1", "train-2")["flips_lost"] == []


def test_another_way_is_another_book_and_the_first_is_untouched(store: str, capsys: Captured) -> None:
    history = ask(capsys, store, "skills", "history")["history"]
    told = ask(
        capsys, store, "fork", "--run", "train-1", "--at", str(history[0]["position"]), "--as", "other",
        "--episodes", "4", "--runtime", "local",
    )  # fmt: skip
    assert told["skillbook"]["name"] == "other"
    assert ask(capsys, store, "skills", "history")["history"] == history
    skill = ask(capsys, store, "skills", "list", "--skillbook", "other")["skills"][0]
    blamed = ask(capsys, store, "skills", "blame", skill["id"], "--skillbook", "other")
    assert blamed["versions"][0]["lessons"], "a fork's skills still name the episodes of the origin"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--run": "train-9"}, "no run 'train-9'"),
        ({"--at": "999999"}, "lies outside the log"),
        ({"--as": "printer"}, "already"),
        ({"--as": "a@1"}, "without @"),
    ],
)
def test_a_fork_that_cannot_be_is_one_message(store: str, capsys: Captured, change: dict[str, str], said: str) -> None:
    flags = {"--run": "train-1", "--at": "300", "--as": "other"} | change
    told = ask(capsys, store, "fork", *(part for flag in flags.items() for part in flag), status=2)
    assert said in str(told)


def test_runs_that_share_no_scenario_are_not_compared(store: str, capsys: Captured) -> None:
    path = Path(store.removeprefix("sqlite:///"))
    training.train(small(path, episodes=2, held_out=0, seed=5), Silence())
    assert "no held-out scenario in common" in str(ask(capsys, store, "compare", "train-1", "train-2", status=2))
