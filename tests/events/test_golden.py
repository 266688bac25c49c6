"""Logs of earlier releases stay readable: the same events, the same head, the same fold, every fact understood."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from events.archive import restore
from events.codec import pack_fact
from events.errors import UnknownFact
from events.event import Event
from events.facts import RunPaused
from events.log import EventLog, open_log
from events.verification import verify, verify_url
from tests.golden.freeze import HERE, facts_example, fill, folded, main

RELEASES = sorted(path.stem for path in HERE.glob("*.json"))


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a golden log, without its ending."""
    for suffix in (".db", ".json", ".parquet"):
        shutil.copy(HERE / f"{request.param}{suffix}", tmp_path)
    return tmp_path / str(request.param)


def as_expected(log: EventLog, release: Path) -> None:
    expected = json.loads(release.with_suffix(".json").read_text(encoding="utf-8"))
    assert (log.head().position, log.head().hash.hex()) == (expected["position"], expected["head"])
    assert folded(log) == expected["fold"]
    assert verify(log).ok


def test_there_is_a_golden_log() -> None:
    assert "log-1" in RELEASES


def test_it_verifies_and_folds_to_what_was_frozen(release: Path) -> None:
    assert verify_url(f"sqlite:///{release}.db").ok
    with open_log(f"sqlite:///{release}.db", read_only=True) as log:
        as_expected(log, release)


def test_every_fact_in_it_is_understood_and_unknown_types_are_kept(release: Path) -> None:
    with open_log(f"sqlite:///{release}.db", read_only=True) as log:
        for event in log.read_all(categories=["run"]):
            assert event.fact().fact_name == event.type
        (foreign,) = log.read_all(categories=["plugin"])
        with pytest.raises(UnknownFact):
            foreign.fact()


def test_a_field_of_a_later_release_survives_read_and_write(release: Path) -> None:
    with open_log(f"sqlite:///{release}.db", read_only=True) as log:
        event = next(log.read_stream("run/2"))
        assert b"field_of_a_later_release" in pack_fact(event.fact())


def test_it_can_be_written_on(release: Path) -> None:
    with open_log(f"sqlite:///{release}.db") as log:
        before = log.head().position
        log.append("golden/on", [Event(facts_example(RunPaused))], expected=-1, correlation="now")
        assert log.head().position == before + 1
        assert verify(log).ok


def test_its_archive_gives_it_back(release: Path) -> None:
    with open_log("memory://") as log:
        restore(release.with_suffix(".parquet"), log)
        as_expected(log, release)


def test_golden_logs_are_never_overwritten() -> None:
    with pytest.raises(SystemExit, match="never changed"):
        main("log-1")


def test_a_log_frozen_today_holds_every_fact_of_today() -> None:
    """The freezer keeps up with new facts, or the next golden log would miss them."""
    with open_log("memory://") as log:
        fill(log)
        assert {event.type for event in log.read_stream("run/1")} >= {"RunStarted", "SkillsAccepted", "EpisodeScored"}
        assert all(event.fact() for event in log.read_stream("run/1"))
