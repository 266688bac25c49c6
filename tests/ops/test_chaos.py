"""Whoever dies, and whenever: the run ends with the same scores and the same book, and nothing is in the log twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.observer import Silence
from actors.runtime.pools import PooledRuntime
from events.log import open_log
from events.verification import verify
from ops import staffing, training
from tests.chaos import HASTY, WORLD, Fate, essence, quick, replies
from tests.small_training import recorded

APART = ("printers", "agents", "generators", "evaluators", "reflectors", "journal")
TOGETHER = ("teams", "journal")


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a quick run that nobody disturbed."""
    store = tmp_path_factory.mktemp("quiet") / "log.db"
    training.stress(quick(store), Silence())
    return store


def haunted(monkeypatch: pytest.MonkeyPatch, store: Path, fate: Fate, **more: Any) -> None:
    """A run with fate at work."""
    made = staffing._runtime

    def watched(settings: Any) -> Any:
        runtime = made(settings)
        assert isinstance(runtime, PooledRuntime)
        fate.runtime = runtime
        return runtime

    monkeypatch.setattr(staffing, "_runtime", watched)
    training.stress(quick(store, **more), fate)


def assert_whole(store: Path, undisturbed: Path) -> None:
    """The log is intact, holds each call once, and folds to what the undisturbed one folds to."""
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        assert verify(log).ok
    assert essence(store) == essence(undisturbed)
    assert replies(store) == replies(undisturbed) == 60 * 5
    places = [(event.stream, event.version) for event in recorded(store)]
    assert len(places) == len(set(places))


def test_the_quick_run_is_worth_comparing(undisturbed: Path) -> None:
    found = essence(undisturbed)
    assert found["episodes"]["finished"] == 60
    assert found["skillbook"]["version"] == 4
    assert len(found["lessons"]) == 60
    assert found["cost"]["usd"] == pytest.approx(0.3)


@pytest.mark.parametrize("seed", [1, 2])
def test_workers_that_die_in_one_process_change_nothing(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    fate = Fate(seed, tuple(pool for pool in APART if pool != "journal"), deaths=8)
    haunted(monkeypatch, tmp_path / "log.db", fate)
    assert len(fate.killed) == 8
    assert_whole(tmp_path / "log.db", undisturbed)


@pytest.mark.ray
@pytest.mark.parametrize(
    ("placement", "pools"), [pytest.param("apart", APART, marks=pytest.mark.slow), ("together", TOGETHER)]
)
def test_processes_that_are_killed_on_ray_change_nothing(
    cluster: None, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, placement: str,
    pools: tuple[str, ...],
) -> None:  # fmt: skip
    del cluster
    fate = Fate(3, pools, deaths=3)
    haunted(monkeypatch, tmp_path / "log.db", fate, runtime="ray", placement=placement)
    assert len(fate.killed) == 3
    assert_whole(tmp_path / "log.db", undisturbed)


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 18))
def test_many_rounds_of_chaos(
    cluster: None, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Every role and the journal, in both placements, at moments that the seed decides."""
    del cluster
    placement, pools = (("apart", APART), ("together", TOGETHER))[seed % 2]
    fate = Fate(seed, pools, deaths=5)
    haunted(monkeypatch, tmp_path / "log.db", fate, runtime="ray", placement=placement)
    assert_whole(tmp_path / "log.db", undisturbed)


@pytest.mark.ray
@pytest.mark.slow
def test_a_journal_that_dies_between_commit_and_answer_writes_nothing_twice(
    cluster: None, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies so every sixty commits: what it had committed is told again by its successor, and found there."""
    del cluster
    made = staffing._journal
    monkeypatch.setattr(staffing, "_journal", lambda settings: {**made(settings), "die_after": 60})
    training.stress(quick(tmp_path / "log.db", runtime="ray", placement="together"), Silence())
    assert_whole(tmp_path / "log.db", undisturbed)


# ---- the driver ----------------------------------------------------------------------------------------------------


FLAGS = (
    "--episodes", "60", "--checkpoint-every", "15", "--learning", "--world", WORLD, "--agent", HASTY,
    "--workers", "2", "--in-flight", "12",
)  # fmt: skip


def started(store: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ops", "stress", "--json", "--store", f"sqlite:///{store}", *FLAGS, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def struck(store: Path, number: int, after: int, *more: str) -> tuple[int, float]:
    """Send the signal once so many calls are in the log; exit status, and seconds until the end."""
    process = started(store, *more)
    until = time.monotonic() + 120
    while not store.exists() or _count(store) < after:
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)  # looks at a file that another process writes: there is nothing to wait on
    begun = time.monotonic()
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    return process.returncode, time.monotonic() - begun


def _count(store: Path) -> int:
    try:
        return replies(store)
    except Exception:  # noqa: BLE001 - a log that is just being made
        return 0


@pytest.mark.parametrize("seed", [5])
def test_a_driver_killed_and_stopped_at_random_goes_on_where_it_stood(
    undisturbed: Path, tmp_path: Path, seed: int
) -> None:
    """Killed outright, then stopped by SIGTERM within three seconds, then left in peace: as if nothing had happened."""
    rng, store = random.Random(seed), tmp_path / "log.db"
    status, _ = struck(store, signal.SIGKILL, rng.randrange(20, 120), "--runtime", "local")
    assert status == -signal.SIGKILL
    before = replies(store)
    status, seconds = struck(
        store, signal.SIGTERM, before + rng.randrange(10, 60), "--runtime", "local", "--resume", "stress-1"
    )
    assert (status, seconds < 10.0) == (130, True)  # 3 s on a machine that has nothing else to do
    training.stress(quick(store, resume="stress-1", workers=3), Silence())
    assert_whole(store, undisturbed)


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("seed", [6, 7])
def test_a_driver_on_ray_killed_again_and_again_goes_on(undisturbed: Path, tmp_path: Path, seed: int) -> None:
    rng, store, before = random.Random(seed), tmp_path / "log.db", 0
    more: tuple[str, ...] = ("--runtime", "ray", "--placement", rng.choice(("apart", "together")))
    for resume in ((), ("--resume", "stress-1")):
        status, _ = struck(store, signal.SIGKILL, before + rng.randrange(20, 100), *more, *resume)
        assert status == -signal.SIGKILL
        before = replies(store)
    process = started(store, *more, "--resume", "stress-1")
    said, _ = process.communicate(timeout=240)
    assert json.loads(said)["status"] == "finished"
    assert_whole(store, undisturbed)
