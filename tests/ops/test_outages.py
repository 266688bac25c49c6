"""Outages of whole machines: a node that is killed, a disk that is full and freed again, a store that stalls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.journal import Journal
from actors.runtime.observer import Silence
from actors.runtime.port import AskFailed
from events.errors import StoreUnavailable
from ops import training
from ops.failures import explain
from tests.chaos import essence, quick, replies
from tests.ops.test_chaos import assert_whole


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a quick run that nobody disturbed."""
    store = tmp_path_factory.mktemp("quiet") / "log.db"
    training.stress(quick(store), Silence())
    return store


class FullDisk(Journal):
    """A journal whose disk is full after some commits, until it is freed."""

    room = 40

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        append = self._log.append_group

        def appended(requests: Any) -> Any:
            FullDisk.room -= 1
            if FullDisk.room < 0:
                raise StoreUnavailable("log cannot be appended to: database or disk is full; free some space")
            return append(requests)

        self._log.append_group = appended  # type: ignore[method-assign]


class Stalling(Journal):
    """A journal whose store stalls once, for as long as it says."""

    seconds = 2.0
    stalled = False

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        append, self._count = self._log.append_group, 0

        def appended(requests: Any) -> Any:
            self._count += 1
            if self._count == 30 and not Stalling.stalled:
                Stalling.stalled = True
                time.sleep(self.seconds)  # what the disk does to us
            return append(requests)

        self._log.append_group = appended  # type: ignore[method-assign]


def test_a_full_disk_stops_the_run_with_one_sentence_and_once_freed_it_goes_on(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "log.db"
    monkeypatch.setattr("actors.runtime.journal.Journal", FullDisk)
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - a group of those that could not write
        training.stress(quick(store), Silence())
    failure = explain(raised.value)
    assert (failure.status, "full" in failure.message) == (3, True)
    monkeypatch.undo()
    assert 0 < replies(store) < 300
    training.stress(quick(store, resume="stress-1"), Silence())
    assert_whole(store, undisturbed)


def test_a_store_that_stalls_only_costs_its_time(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing gives up, nothing is written twice."""
    monkeypatch.setattr("actors.runtime.journal.Journal", Stalling)
    training.stress(quick(tmp_path / "log.db"), Silence())
    assert Stalling.stalled
    assert_whole(tmp_path / "log.db", undisturbed)


def test_a_refused_append_is_no_failure_of_the_episode() -> None:
    """What a full disk says comes from the journal by its own name, so that no episode is counted as failed for it."""
    assert explain(AskFailed("journal", "StoreUnavailable", "disk is full")).status == 3


# ---- a node --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Ray of a head and a worker node on this machine, quick to notice a death."""
    import ray  # noqa: PLC0415 - only here

    if ray.is_initialized():
        ray.shutdown()
    for name, value in (("initial_delay", 1000), ("period", 500), ("timeout", 1000)):
        monkeypatch.setenv(f"RAY_health_check_{name}_ms", str(value))
    monkeypatch.setenv("RAY_health_check_failure_threshold", "3")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - only here

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "object_store_memory": 150_000_000})
    cluster.add_node(num_cpus=2, object_store_memory=150_000_000)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.mark.nodes
@pytest.mark.parametrize("placement", ["together", "apart"])
def test_a_killed_node_costs_seconds_and_nothing_else(
    two_nodes: Any, undisturbed: Path, tmp_path: Path, placement: str
) -> None:
    """Half of the workers vanish with their machine; they are hired anew on the other, and the run ends as it would."""
    store = tmp_path / "log.db"
    settings = quick(store, runtime="ray", ray_address=two_nodes.address, placement=placement, workers=3, in_flight=6)
    killed = threading.Event()

    class Watching(Silence):
        ended = 0

        def episode_finished(self, summary: Any) -> None:
            del summary
            Watching.ended += 1
            if Watching.ended == 20 and not killed.is_set():
                killed.set()
                victim = next(iter(two_nodes.worker_nodes))
                threading.Thread(target=two_nodes.remove_node, args=(victim,), kwargs={"allow_graceful": False}).start()

    training.stress(settings, Watching())
    assert killed.is_set()
    assert_whole(store, undisturbed)
    assert essence(store)["episodes"]["failed"] == 0


@pytest.mark.slow
def test_a_store_that_stalls_for_ten_seconds_only_costs_its_time(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stalling, "seconds", 10.0)
    monkeypatch.setattr(Stalling, "stalled", False)
    monkeypatch.setattr("actors.runtime.journal.Journal", Stalling)
    training.stress(quick(tmp_path / "log.db"), Silence())
    assert_whole(tmp_path / "log.db", undisturbed)
