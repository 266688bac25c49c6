"""One seed, one result, whatever runs it, whoever dies meanwhile, and however often it is stopped and resumed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.llm import catalogue as models
from actors.runtime.observer import Silence
from actors.runtime.pools import PooledRuntime
from actors.worlds import catalogue as worlds
from events import facts
from events.codec import pack
from events.log import open_log
from ops import programmes, staffing, training
from ops.failures import WrongUse
from ops.replays import replay
from ops.reports import report_of
from tests.small_training import FLAGS, Assassin, FailingReflector, Spy, final_hash, recorded, scores, small, story

Plain = dict[str, Any]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a small training that nobody disturbed."""
    store = tmp_path_factory.mktemp("undisturbed") / "log.db"
    training.train(small(store), Silence())
    return store


# ---- law 3: one seed, one result ---------------------------------------------------------------------------------


def test_the_small_training_is_worth_comparing(undisturbed: Path) -> None:
    """Episodes of all arms and test agents are scored, not all alike, and a book is written in two versions."""
    found = scores(undisturbed)
    assert len(found) == 4 + 2 * (3 + len(worlds.load("printer").baselines()))
    assert len(set(found.values())) > 3
    assert [type(e.fact()).__name__ for e in recorded(undisturbed) if e.category == "skillbook"] == [
        "SkillsAccepted"
    ] * 2


def test_the_number_of_workers_and_the_wave_s_order_change_nothing(undisturbed: Path, tmp_path: Path) -> None:
    training.train(small(tmp_path / "log.db", workers=7), Silence())
    assert story(tmp_path / "log.db") == story(undisturbed)


@pytest.mark.ray
@pytest.mark.parametrize(("placement", "workers"), [("apart", 3), ("together", 2)])
def test_ray_tells_the_same_story_to_the_byte(
    cluster: None, undisturbed: Path, tmp_path: Path, placement: str, workers: int
) -> None:
    del cluster
    store = tmp_path / "log.db"
    training.train(small(store, runtime="ray", placement=placement, workers=workers), Silence())
    assert scores(store) == scores(undisturbed)
    assert final_hash(store) == final_hash(undisturbed)
    assert story(store) == story(undisturbed)


# ---- dead workers ------------------------------------------------------------------------------------------------


def disturbed(monkeypatch: pytest.MonkeyPatch, store: Path, assassin: Assassin, **more: Any) -> None:
    """Train while the assassin is at work."""
    made = staffing._runtime

    def watched(settings: Any) -> Any:
        runtime = made(settings)
        assert isinstance(runtime, PooledRuntime)
        assassin.runtime = runtime
        return runtime

    monkeypatch.setattr(staffing, "_runtime", watched)
    training.train(small(store, workers=1, **more), assassin)


def test_workers_that_lose_their_memory_leave_no_trace(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their episodes begin anew, also those that had no request in hand, and the log holds each event once."""
    assassin = Assassin({9: "printers", 40: "agents", 41: "printers", 60: "reflectors", 90: "evaluators"})
    disturbed(monkeypatch, tmp_path / "log.db", assassin)
    assert assassin.killed == ["printers", "agents", "printers", "reflectors", "evaluators"]
    assert sum("begins anew" in note for note in assassin.notes) >= 2
    assert story(tmp_path / "log.db") == story(undisturbed)


def test_a_model_that_never_says_the_same_is_not_asked_again_what_it_has_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its episodes begin anew with the replies that the log has, and end as they would have."""
    monkeypatch.setitem(models.MODELS, "fickle", "tests.small_training:Fickle")
    store, assassin = tmp_path / "log.db", Assassin({30: "agents", 90: "printers"})
    disturbed(monkeypatch, store, assassin, agent="fickle")
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        report = report_of(log)
    assert (report["status"], report["episodes"]["finished"]) == ("finished", 4)
    assert any("begins anew" in note for note in assassin.notes)
    said = [f.text for e in recorded(store) if isinstance(f := e.fact(), facts.ModelReplied)]
    assert len(said) == len(set(said)), "each words of their own, so none was asked for twice in one place"


@pytest.mark.ray
@pytest.mark.slow
def test_killed_processes_leave_no_trace(
    cluster: None, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process of every pool is killed by the system while the training goes on; the journal's too."""
    del cluster
    plan = {9: "printers", 30: "journal", 45: "agents", 60: "generators", 75: "reflectors", 90: "evaluators"}
    assassin = Assassin(plan)
    disturbed(monkeypatch, tmp_path / "log.db", assassin, runtime="ray", placement="apart")
    assert sorted(assassin.killed) == sorted(plan.values())
    assert any("begins anew" in note for note in assassin.notes)
    assert story(tmp_path / "log.db") == story(undisturbed)


# ---- stop and go on ----------------------------------------------------------------------------------------------


LOOK_AGAIN, SOON = 0.02, 20.0
"""Seconds between two looks at a growing log; and within which a stopped training ends, on a busy machine too."""


def events_in(store: Path) -> int:
    """How many events a log that somebody writes to holds by now."""
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])
    except sqlite3.Error:
        return 0


def stopped(store: Path, number: int, after: int, *more: str) -> tuple[int, float, Plain]:
    """Send a signal to a training and its process group once its log holds so many events.

    Returns:
        Its exit status, the seconds that it took to end, and what it said.
    """
    command = [sys.executable, "-m", "ops", "train", "--json", "--store", f"sqlite:///{store}", *FLAGS, *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        deadline = time.monotonic() + 120
        while events_in(store) < after:
            assert time.monotonic() < deadline
            with contextlib.suppress(subprocess.TimeoutExpired):
                pytest.fail(f"ended by itself with {process.wait(timeout=LOOK_AGAIN)}")
        begun = time.monotonic()
        os.killpg(process.pid, number)
        said, _ = process.communicate(timeout=60)
        return process.returncode, time.monotonic() - begun, json.loads(said) if said else {}


@pytest.mark.parametrize("after", [1, 60, 400])
def test_a_training_stopped_by_ctrl_c_goes_on_as_if_nothing_had_happened(
    undisturbed: Path, tmp_path: Path, after: int
) -> None:
    store = tmp_path / "log.db"
    status, seconds, said = stopped(store, signal.SIGINT, after, "--runtime", "local")
    assert status == 130
    assert seconds < SOON
    assert said["error"]["message"] == "stopped; go on with --resume train-1"
    assert recorded(store)[-1].type == "RunPaused", "a clean checkpoint"
    assert training.train(small(store, resume="train-1"), Silence()) == "train-1"
    assert story(store) == story(undisturbed)
    with pytest.raises(WrongUse, match="finished"):
        training.train(small(store, resume="train-1"), Silence())


@pytest.mark.parametrize("after", [100, 400])
def test_a_training_killed_outright_goes_on_from_its_log(undisturbed: Path, tmp_path: Path, after: int) -> None:
    store = tmp_path / "log.db"
    assert stopped(store, signal.SIGKILL, after, "--runtime", "local")[0] == -signal.SIGKILL
    training.train(small(store, resume="train-1", workers=5), Silence())
    assert story(store) == story(undisturbed)


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_training_on_ray_stops_within_seconds_and_goes_on_anywhere(
    undisturbed: Path, tmp_path: Path, number: int, status: int
) -> None:
    """The signal reaches every process of its group, Ray's own and the workers; the log is whole all the same."""
    store = tmp_path / "log.db"
    ended, seconds, _ = stopped(store, number, 250, "--runtime", "ray", "--workers", "2")
    assert ended == status
    assert seconds < SOON
    training.train(small(store, resume="train-1"), Silence())
    assert story(store) == story(undisturbed)


def test_an_unknown_run_cannot_be_resumed(undisturbed: Path) -> None:
    with pytest.raises(WrongUse, match="no run 'train-9'"):
        training.train(small(undisturbed, resume="train-9"), Silence())


# ---- law 4: the key is sealed ------------------------------------------------------------------------------------


def planted(index: int) -> Plain:
    """A generated case whose key, title and name carry marks that occur nowhere else."""
    made = worlds.load("printer").generate(seed=11, index=index, difficulty="mixed", held_out=False)
    marks = [f"zq{name}{index}qz" for name in ("id", "title", "solution", "lesson", "history", "source")]
    key = {**made.key, "seed": 770_077_000_000 + index, "solution": marks[2], "lesson": marks[3], "note": marks[4]}
    return {
        "id": marks[0],
        "title": marks[1],
        "source": marks[5],
        "difficulty": made.difficulty,
        "brief": made.brief,
        "key": key,
        "tags": {**made.tags, "fault": f"zqfault{index}qz"},
    }


@pytest.fixture(scope="module")
def spied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The log of a training on planted cases, played by an apprentice that writes down what it is given."""
    cases = [planted(index) for index in range(4)]
    store = tmp_path_factory.mktemp("spied") / "log.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programmes, "named", lambda settings: cases)  # noqa: ARG005 - the real one's signature
        patch.setitem(models.MODELS, "apprentice", "tests.small_training:Spy")
        training.train(small(store), Silence())
    yield store
    Spy.requests.clear()


def test_nothing_of_a_key_reaches_the_agent(spied: Path) -> None:
    """Everything that the agent's model was given is searched, and every event that it may see."""
    sealed = [fact.key for event in recorded(spied) if isinstance(fact := event.fact(), facts.KeySealed)]
    marks = [b"zq", b"qz", *(str(770_077_000_000 + n).encode() for n in range(4))]
    assert all(any(mark in pack_text(key) for key in sealed) for mark in marks), "the marks are really in the keys"
    given = [pack_text([r.system, r.skills, [m.text for m in r.messages], [t.parameters for t in r.tools], r.seed])
             for r in Spy.requests]  # fmt: skip
    assert len(given) > 50
    assert [mark for mark in marks if any(mark in text for text in given)] == []
    seen = [
        e for e in recorded(spied) if e.type in ("PromptComposed", "ModelReplied", "ToolReturned", "SubmissionMade")
    ]
    briefs = [pack(f.brief) for e in recorded(spied) if isinstance(f := e.fact(), facts.ScenarioProposed)]
    assert [mark for mark in marks if any(mark in text for text in [*briefs, *(e.payload for e in seen)])] == []


def test_what_the_agent_is_told_names_no_true_cause_before_it_names_it_itself(spied: Path) -> None:
    """Neither the brief nor an answer of the world says which of the catalogue's causes is at work."""
    keys = {e.stream.partition("/")[2]: f.key for e in recorded(spied) if isinstance(f := e.fact(), facts.KeySealed)}
    told = 0
    for event in recorded(spied):
        key, fact = keys.get(event.stream.partition("/")[2]), event.fact()
        if key is None or not isinstance(fact, facts.ScenarioProposed | facts.ToolReturned):
            continue
        told += 1
        text = pack_text(fact.brief if isinstance(fact, facts.ScenarioProposed) else fact.result)
        assert [f["cause"] for f in key["faults"] if f["cause"].encode() in text] == []
        assert b"severity" not in text
    assert told > 50


def test_lessons_carry_no_name_no_seed_and_no_sentence(spied: Path) -> None:
    """What goes from the opened key into the book is typed: causes, signs and cures."""
    lessons = [e for e in recorded(spied) if e.category in ("lesson", "skillbook")]
    assert {e.type for e in lessons} == {"LessonsProposed", "SkillsAccepted"}
    for event in lessons:
        assert b"zq" not in event.payload
        assert b"770077" not in event.payload
    users = {planted(index)["brief"]["user"] for index in range(4)}
    assert not [u for u in users if any(u.encode()[:40] in event.payload for event in lessons)]


def pack_text(value: Any) -> bytes:
    """Plain values as text that can be searched for words and numbers."""
    return json.dumps(value, ensure_ascii=False, default=str).encode()


# ---- laws 1 and 2: the log is all there is, and folds are pure -----------------------------------------------------


def test_a_report_is_a_fold_that_gives_the_same_twice(undisturbed: Path) -> None:
    with open_log(f"sqlite:///{undisturbed}", read_only=True) as log:
        first, again = report_of(log), report_of(log)
    with open_log(f"sqlite:///{undisturbed}", read_only=True) as reopened:
        assert first == again == report_of(reopened)
    found = scores(undisturbed)
    practised = [points for stream, (_, points, _) in found.items() if "/train-practice-" in stream]
    assert first["score"]["mean"] == pytest.approx(sum(practised) / 4, abs=0.01)
    assert first["skillbook"]["sha256"] == final_hash(undisturbed)


def test_every_accepted_version_is_what_its_deltas_make(undisturbed: Path) -> None:
    """The hash that was recorded with each version is the hash of the fold up to it."""
    accepted = [(e, f) for e in recorded(undisturbed) if isinstance(f := e.fact(), facts.SkillsAccepted)]
    assert [fact.version for _, fact in accepted] == [1, 2]
    with open_log(f"sqlite:///{undisturbed}", read_only=True) as log:
        for event, fact in accepted:
            book, said = replay(log, "printer", until=event.position, thorough=True)
            assert (book.version, book.sha256, said["matches"]) == (fact.version, fact.sha256, True)
    assert accepted[-1][1].sha256 == final_hash(undisturbed)


def test_a_wave_sees_one_version_of_the_book_and_the_next_wave_the_next(undisturbed: Path) -> None:
    shown = {(f.phase, f.arm, f.wave): f.skillbook_version for f in begun(undisturbed)}
    assert (shown["train", "practice", 0], shown["train", "practice", 1]) == (0, 1)
    assert (shown["held_out", "with", 0], shown["held_out", "without", 0]) == (2, 0)
    composed = [f for e in recorded(undisturbed) if isinstance(f := e.fact(), facts.PromptComposed)]
    prefixes = {(f.skillbook, f.skillbook_version): f.prefix_sha256 for f in composed}
    assert all(
        prefixes[f.skillbook, f.skillbook_version] == f.prefix_sha256 for f in composed if f.skillbook == "printer"
    )


def begun(store: Path) -> list[facts.EpisodeStarted]:
    """The beginnings of all episodes."""
    return [f for e in recorded(store) if isinstance(f := e.fact(), facts.EpisodeStarted)]


# ---- a role that fails ---------------------------------------------------------------------------------------------


def test_a_reflector_that_fails_fails_its_episodes_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wave is finished, the book stays empty, the scores stay, and somebody is told."""
    from actors.runtime import staff  # noqa: PLC0415 - patched here only

    monkeypatch.setattr(staff, "Reflector", FailingReflector)
    watching = Assassin({})
    store = tmp_path / "log.db"
    training.train(small(store), watching)
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        report = report_of(log)
    assert report["status"] == "finished"
    assert (report["episodes"]["failed"], report["skillbook"]["version"]) == (4, 0)
    assert sum("ConnectionError: no model for" in note for note in watching.notes) == 4
    ends = [
        f
        for e in recorded(store)
        if "/train-practice-" in e.stream and isinstance(f := e.fact(), facts.EpisodeFinished)
    ]
    assert sorted(end.how for end in ends if end.how == "failed") == ["failed"] * 4
    assert all("reflectors" in end.cause for end in ends if end.how == "failed")
    assert [e.type for e in recorded(store) if e.type == "WaveFinished"] == ["WaveFinished"] * 3
