"""Runs and blocks find what an index would find, whoever wrote it in whatever portions, and a lie in them is found."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.event import PackedEvent, RecordedEvent
from events.log import Batch, EventLog, open_log
from events.sqlite_layout import BLOCK, LAYOUT
from events.verification import verify_url
from tests.golden.freeze import HERE

TYPES = ("Often", "Seldom", "Once")


def fill(log: EventLog, events: int, seed: int = 1) -> list[RecordedEvent]:
    """Streams that take turns in portions of 1 to 300, types of very different frequency."""
    chance, versions = random.Random(seed), dict[str, int]()
    while log.head().position < events:
        batches = []
        for stream in chance.sample([f"s/{n}" for n in range(4)], chance.randint(1, 3)):
            some = tuple(
                PackedEvent(TYPES[0] if chance.random() < 0.98 else TYPES[1], 1, b"\x80")
                for _ in range(chance.choice([1, 1, 2, 7, 300]))
            )
            batches.append(Batch(stream, some, versions.get(stream, -1), f"run-{len(stream) % 2}"))
            versions[stream] = versions.get(stream, -1) + len(some)
        log.append_many(batches)
    log.append("s/once", [PackedEvent(TYPES[2], 1, b"\x80")], expected=-1, correlation="run-1")
    return list(log.read_all())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[RecordedEvent]]:
    path = tmp_path_factory.mktemp("places") / "log.db"
    with open_log(f"sqlite:///{path}") as log:
        return path, fill(log, 3 * BLOCK + 137)


@given(
    st.sets(st.sampled_from([*TYPES, "Never"]), min_size=1),
    st.integers(0, 3300),
    st.one_of(st.none(), st.integers(0, 4000)),
)
@settings(max_examples=60, deadline=None)
def test_events_of_types_are_those_that_a_look_at_every_event_finds(
    filled: tuple[Path, list[RecordedEvent]], types: set[str], after: int, upto: int | None
) -> None:
    path, events = filled
    with open_log(f"sqlite:///{path}", read_only=True) as log:
        found = list(log.read_all(after, types=types, upto=upto))
    wanted = [e for e in events if e.type in types and after < e.position and (upto is None or e.position <= upto)]
    assert found == wanted


@given(st.integers(0, 3), st.integers(-1, 1500))
@settings(max_examples=60, deadline=None)
def test_events_of_a_stream_are_those_that_a_look_at_every_event_finds(
    filled: tuple[Path, list[RecordedEvent]], number: int, after: int
) -> None:
    path, events = filled
    with open_log(f"sqlite:///{path}", read_only=True) as log:
        found = list(log.read_stream(f"s/{number}", after=after))
        last = log.version(f"s/{number}")
    own = [e for e in events if e.stream == f"s/{number}"]
    assert found == [e for e in own if e.version > after]
    assert last == own[-1].version


def test_a_block_is_whole_when_writers_took_turns_within_it(tmp_path: Path) -> None:
    url, event = f"sqlite:///{tmp_path}/log.db", PackedEvent("Often", 1, b"\x80")
    for first in range(0, 4 * 334, 334):  # three share the first block, the third begins the second
        with open_log(url) as log:
            log.append("s/1", [event] * 334, expected=first - 1, correlation="r")
    with open_log(url, read_only=True) as log:
        assert len(list(log.read_all(types=["Often"]))) == 4 * 334
    assert verify_url(url).ok


def test_a_log_of_layout_1_is_read_as_it_is_and_lifted_by_its_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    shutil.copy(HERE / "log-1.db", path)

    def layout() -> int:
        with sqlite3.connect(path) as other:
            return int(other.execute("PRAGMA user_version").fetchone()[0])

    with open_log(f"sqlite:///{path}", read_only=True) as log:
        before = list(log.read_all())
        by_stream = list(log.read_stream("run/1"))
    assert layout() == 1
    with open_log(f"sqlite:///{path}") as log:
        assert list(log.read_all()) == before
        assert list(log.read_stream("run/1")) == by_stream
    assert layout() == LAYOUT
    assert verify_url(f"sqlite:///{path}").ok


@pytest.mark.parametrize(
    "lie",
    [
        "DELETE FROM stream_runs WHERE version = 0 AND stream = 1",
        "UPDATE stream_runs SET position = position + 1 WHERE stream = 2 AND version = 0",
        "UPDATE stream_runs SET events = events + 1 WHERE version = (SELECT max(version) FROM stream_runs)",
        "DELETE FROM type_blocks WHERE upto = 2000 AND type = 2",
        "UPDATE type_blocks SET places = x'9101' WHERE upto = 1000 AND type = 2",
        "UPDATE type_blocks SET places = x'c1' WHERE upto = 1000 AND type = 2",
        "UPDATE type_blocks SET upto = 5000 WHERE upto = 3000 AND type = 1",
    ],
)
def test_runs_and_blocks_that_contradict_the_events_are_found(
    filled: tuple[Path, list[RecordedEvent]], tmp_path: Path, lie: str
) -> None:
    path = tmp_path / "log.db"
    shutil.copy(filled[0], path)  # without the file beside it, whose seal would find any change of a byte
    with sqlite3.connect(path) as other:
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {name}")
        assert other.execute(lie).rowcount == 1
    other.close()
    verdict = verify_url(f"sqlite:///{path}")
    assert not verdict.ok
    assert "runs" in str(verdict.problem) or "block" in str(verdict.problem)
