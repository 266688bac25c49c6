"""Each practised case can be played again without some skills: recorded, never learned from, in no score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actors.runtime.observer import Silence
from events import facts
from events.log import open_log
from ops import cli, training
from ops.reports import report_of
from skillbooks.credit import TYPES, Trials
from skillbooks.runs import read_run
from skillbooks.thinning import TRIAL
from tests.small_training import recorded, small, story

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trials") / "log.db"
    training.train(small(path, episodes=6, held_out=0, dropout=0.4), Silence())
    return path


def test_the_manifest_of_a_trial_names_what_was_left_out_and_nothing_else_differs(store: Path) -> None:
    composed = {e.stream: f for e in recorded(store) if isinstance(f := e.fact(), facts.PromptComposed)}
    trials = {stream: fact for stream, fact in composed.items() if f"-{TRIAL}-" in stream}
    assert len(trials) == 4, "the first wave has no skills to leave out"
    for stream, fact in trials.items():
        whole = composed[stream.replace(TRIAL, "practice")]
        assert fact.dropped
        assert sorted((*fact.skills, *fact.dropped), key=str) == sorted(whole.skills, key=str)
        assert not whole.dropped
        assert "0.4 out" in fact.policy


def test_within_a_wave_the_practised_prompt_never_changes(store: Path) -> None:
    found: dict[str, set[str]] = {}
    for event in recorded(store):
        if event.type == "WaveStarted":
            wave = event.stream
        fact = event.fact()
        if isinstance(fact, facts.PromptComposed) and "-practice-" in event.stream:
            found.setdefault(wave, set()).add(fact.prefix_sha256)
    assert [len(prefixes) for prefixes in found.values()] == [1, 1, 1]


def test_trials_teach_nothing_and_stand_in_no_score(store: Path) -> None:
    assert all(TRIAL not in e.stream for e in recorded(store) if e.category == "lesson")
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        run, report = read_run(log), report_of(log)
    assert len(run.played("train", TRIAL)) == 4
    assert len(run.played("train")) == 6
    assert report["episodes"] == {"asked": 6, "finished": 6, "truncated": 0, "failed": 0}
    assert report["score"]["n"] == 6


def test_pairs_are_of_one_case_and_one_agent_seed(store: Path) -> None:
    trials = Trials("printer")
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        for event in log.read_all(types=TYPES):
            trials.take(event.stream, event.fact())
        points = {e.stream: e.points for e in read_run(log).episodes.values()}
    assert len(trials.pairs) == 4
    gains = [
        points[stream.replace(TRIAL, "practice")] - value for stream, value in sorted(points.items()) if TRIAL in stream
    ]
    assert sorted(pair.gain for pair in trials.pairs) == sorted(gains)
    assert all(any("." in word for word in pair.about) for pair in trials.pairs), "causes are what a skill is about"


@pytest.mark.slow
def test_the_number_of_workers_changes_no_lot(store: Path, tmp_path: Path) -> None:
    training.train(small(tmp_path / "log.db", episodes=6, held_out=0, dropout=0.4, workers=5), Silence())
    assert story(tmp_path / "log.db") == story(store)


def test_what_each_skill_is_worth_is_told_with_n_and_interval(store: Path, capsys: Captured) -> None:
    assert cli.run(["skills", "credit", "--store", f"sqlite:///{store}", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pairs"] == 4
    for one in found["skills"]:
        assert one["verdict"] == "open"
        assert one["interval"][0] <= one["effect"] <= one["interval"][1]
    assert cli.run(["skills", "credit", "--store", f"sqlite:///{store}"]) == 0
    assert "4 pairs" in capsys.readouterr().out
