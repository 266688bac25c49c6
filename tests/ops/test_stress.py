"""A stress run: the same figures wherever it is played, in little memory, and no episode that blocks the others."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from actors.llm.port import Reply, Request
from actors.runtime.observer import Silence
from configs.settings import Settings
from events import facts
from events.log import open_log
from ops import training
from ops.bench.counter import Prompt
from ops.cli import run
from ops.reports import stress_of
from skillbooks.metrics import breakdowns
from skillbooks.runs import read_run
from skillbooks.stress import StressProjection
from tests.small_training import recorded, story

Plain = dict[str, Any]


def few(store: Path, **more: Any) -> Settings:
    """Settings of a stress run of twelve easy episodes, three scenarios tried twice between two checkpoints."""
    asked = {"episodes": 12, "checkpoint_every": 6, "repeats": 2, "difficulty": "easy", "learning": False, **more}
    return Settings(**{"runtime": "local", "store": f"sqlite:///{store}", **asked})


def reported(store: Path, name: str = "stress-1") -> Plain:
    """The report without what a clock or a machine decides."""
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        report = stress_of(log, name)
    for key in ("seconds", "episodes_per_second", "flight", "log"):
        del report[key]
    for point in report["checkpoints"]:
        del point["position"]
    return report


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a stress run that nobody disturbed."""
    store = tmp_path_factory.mktemp("calm") / "log.db"
    training.stress(few(store), Silence())
    return store


def test_the_fold_of_sums_says_what_the_episodes_say(calm: Path) -> None:
    """Every breakdown of the streaming fold is that of the fold that keeps all episodes."""
    with open_log(f"sqlite:///{calm}", read_only=True) as log:
        report, whole = stress_of(log, "stress-1"), read_run(log, "stress-1")
        state = StressProjection().initial()
        for event in log.read_all(correlation="stress-1"):
            state = StressProjection().evolve(state, event)
    played = whole.played("held_out", "stress")
    assert len(played) == 12 == report["episodes"]["finished"]
    assert report["score"]["mean"] == pytest.approx(sum(e.points for e in played) / 12, abs=0.01)
    expected = breakdowns(played)
    assert report["breakdowns"].keys() == expected.keys()
    for tag, values in expected.items():
        assert {v: (p["n"], p["mean"]) for v, p in report["breakdowns"][tag].items()} == {
            v: (p["n"], p["mean"]) for v, p in values.items()
        }
    assert [point["scored"] for point in report["checkpoints"]] == [6, 12]
    assert (state.playing, state.families.open) == ({}, {}), "nothing of length N is held"
    assert report["reliability"]["pass_k"].keys() == {"1", "2"}
    assert report["score"]["scenarios"] == 6


def test_checkpoints_are_positions_of_the_log_before_which_their_episodes_lie(calm: Path) -> None:
    with open_log(f"sqlite:///{calm}", read_only=True) as log:
        first = stress_of(log, "stress-1")["checkpoints"][0]
    scored = [e for e in recorded(calm) if e.type == "EpisodeScored" and e.position < first["position"]]
    assert sum(int(e.stream.rpartition("-")[2]) < 6 for e in scored) == 6


@pytest.mark.ray
@pytest.mark.parametrize("placement", [pytest.param("apart", marks=pytest.mark.slow), "together"])
def test_ray_gives_the_same_report_and_the_same_events(
    cluster: None, calm: Path, tmp_path: Path, placement: str
) -> None:
    del cluster
    store = tmp_path / "log.db"
    training.stress(few(store, runtime="ray", placement=placement, workers=2, in_flight=5), Silence())
    assert story(store) == story(calm)
    assert reported(store) == reported(calm)


class Hanging(Prompt):
    """A model that never answers in every third scenario."""

    async def reply(self, request: Request) -> Reply:
        """Think for ever, or answer."""
        if request.seed % 1_000_003 % 6 < 2:
            await asyncio.Event().wait()
        return await super().reply(request)


def test_an_episode_that_hangs_is_ended_and_counted_and_blocks_nobody(tmp_path: Path) -> None:
    """Two places and four hanging episodes: they are ended after their time, and the others have their turn."""
    store, asked = tmp_path / "log.db", {"world": "ops.bench.counter:WORLD", "agent": "tests.ops.test_stress:Hanging"}
    training.stress(few(store, **asked, episode_seconds=1.5, in_flight=2, repeats=1), Silence())
    report = reported(store)
    assert report["status"] == "finished"
    assert report["episodes"] == {"asked": 12, "finished": 8, "truncated": 0, "failed": 4}
    assert report["failures"] == [{"cause": "no end after N.N s", "n": 4}]
    ends = [f for e in recorded(store) if isinstance(f := e.fact(), facts.EpisodeFinished) and f.how == "failed"]
    assert len(ends) == 4


def test_the_command_prints_one_object_and_a_stopped_run_of_another_kind_is_refused(
    calm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stress", "--resume", "stress-1", "--store", f"sqlite:///{calm}", "--runtime", "local"]) == 2
    assert "finished" in capsys.readouterr().err
    assert run(["train", "--resume", "stress-1", "--store", f"sqlite:///{calm}", "--runtime", "local"]) == 2
    assert "journeyman stress --resume stress-1" in capsys.readouterr().err


def test_pools_that_would_not_be_hired_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sizes of pools mean nothing where whole teams are hired; nobody is left to believe otherwise."""
    assert run(["stress", "--pools", "printers=3", "--runtime", "ray", "--store", f"sqlite:///{tmp_path}/log.db"]) == 2
    assert "--placement apart" in capsys.readouterr().err


def test_a_learning_stress_run_writes_a_version_at_each_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "log.db"
    flags = ["--episodes", "4", "--checkpoint-every", "2", "--learning", "--runtime", "local", "--json"]
    assert run(["stress", *flags, "--difficulty", "easy", "--store", f"sqlite:///{store}"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["skillbook"]["version"] == 2
    assert [type(e.fact()).__name__ for e in recorded(store) if e.category == "skillbook"] == ["SkillsAccepted"] * 2
