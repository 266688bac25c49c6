"""Another reflector over recorded episodes: what differs, cause by cause; nothing is learned, and its cost is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.observer import Silence
from events import facts
from ops import cli, training
from tests.loopback import CANARY, provider
from tests.ops.test_model_reflector import MODEL, Critic
from tests.small_training import recorded, small


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small training."""
    path = tmp_path_factory.mktemp("rereflect") / "log.db"
    training.train(small(path, held_out=0), Silence())
    return path


def read_again(store: Path, capsys: pytest.CaptureFixture[str], *flags: str) -> dict[str, Any]:
    capsys.readouterr()
    asked = ["rescore", "--run", "train-1", *flags, "--store", f"sqlite:///{store}", "--json"]
    assert cli.run(asked) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_same_reflector_draws_the_same_lessons_for_nothing_and_writes_nothing(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [event.hash for event in recorded(store)]
    found = read_again(store, capsys, "--reflector", "counting")
    lessons = found["lessons"]
    assert lessons["recorded"] == lessons["now"] == lessons["same"] > 0
    assert (found["n"], found["cost"]["usd"], found["recorded_as"]) == (4, 0.0, None)
    assert [event.hash for event in recorded(store)] == before


def test_a_models_lessons_are_compared_its_calls_are_a_run_of_their_own_and_no_book_changes(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    books = [event.hash for event in recorded(store) if event.category in ("skillbook", "lesson")]
    with provider(Critic(slips=1)) as (_, url):
        found = read_again(store, capsys, "--reflector", MODEL, "--base-url", url)
    assert found["lessons"]["other_signs"] > 0
    assert found["lessons"]["now"] == found["lessons"]["recorded"]
    own = [event.fact() for event in recorded(store) if event.correlation == found["recorded_as"]]
    replies = [fact for fact in own if isinstance(fact, facts.ModelReplied)]
    assert len(replies) == 5
    assert found["cost"]["usd"] == pytest.approx(sum(reply.cost_usd for reply in replies), abs=1e-5)
    assert found["cost"]["usd"] > 0
    assert [event.hash for event in recorded(store) if event.category in ("skillbook", "lesson")] == books


def test_wrong_use_is_one_message(store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = ["--run", "train-1", "--store", f"sqlite:///{store}"]
    assert cli.run(["rescore", "--reflector", "nobody", *place]) == 2
    assert "unknown agent 'nobody'" in capsys.readouterr().err
    assert cli.run(["rescore", "--reflector", "counting", "--rubric", str(tmp_path / "x"), *place]) == 2
    assert "one at a time" in capsys.readouterr().err
