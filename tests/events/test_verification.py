"""Damage to a log, of whatever kind, is a finding with a place and a sentence, never a traceback."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from events.errors import CorruptLog
from events.event import Event
from events.facts import RunPaused
from events.log import ANY, open_log
from events.verification import Verification, verify_url
from tests.contracts.eventlog import append, paused, resumed

EVENTS = 60


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log that was closed in order, with explicit ids, a causation and several streams."""
    path = tmp_path_factory.mktemp("whole") / "journal.db"
    with open_log(f"sqlite:///{path}") as log:
        for number in range(EVENTS // 3):
            append(log, "run/1", paused(f"reason {number} " * 9), expected=number - 1)
            append(log, f"episode/{number}", resumed("x" * 40 * (number % 9)), run=f"r{number % 3}")
            event = Event(RunPaused(reason="y"), id=f"0198-{number}", causation=f"run/1@{number}")
            append(log, "run/2", event, expected=ANY)
        log.keep_snapshot(_snapshot(log.head().hash))  # type: ignore[attr-defined]
    return path


def _snapshot(value: bytes) -> object:
    from events.snapshot import Snapshot  # noqa: PLC0415 - only this fixture needs it

    return Snapshot("some#1", EVENTS, value, b"\x90")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy with the file beside it."""
    for name in ("", "-head"):
        shutil.copy(f"{whole}{name}", f"{tmp_path / 'journal.db'}{name}")
    return tmp_path / "journal.db"


def found(path: Path) -> Verification:
    return verify_url(f"sqlite:///{path}")


def tampered(path: Path, *statements: str) -> Verification:
    """Do as somebody does who knows SQL: drop the triggers, change the rows."""
    with sqlite3.connect(path) as other:
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            other.execute(statement)
    other.close()
    return found(path)


def test_a_log_closed_in_order_is_whole_and_so_is_the_file_alone(copy: Path) -> None:
    assert (found(copy).ok, found(copy).events, found(copy).problem) == (True, EVENTS, None)
    copy.with_name("journal.db-head").unlink()
    assert found(copy).ok


def test_looking_at_a_log_with_other_programs_does_not_make_it_suspect(copy: Path) -> None:
    other = sqlite3.connect(copy)
    assert other.execute("SELECT count(*) FROM events").fetchone() == (EVENTS,)
    other.close()
    assert found(copy).ok


@pytest.mark.parametrize(
    "column",
    ["payload = x'81a6726561736f6ea178'", "time = time + 1", "type = 3 - type", "schema = 2", "correlation = 2",
     "causation = 'me'", "id = 'me'", "hash = zeroblob(32)", "version = 999", "stream = 5"]
)  # fmt: skip
def test_a_changed_column_is_found_at_its_event(copy: Path, column: str) -> None:
    verdict = tampered(copy, f"UPDATE events SET {column} WHERE position = 31")
    assert (verdict.ok, verdict.first_bad, verdict.events) == (False, 31, 30)
    assert "event 31 was changed" in str(verdict.problem)


def test_a_missing_event_is_found_at_its_place(copy: Path) -> None:
    verdict = tampered(copy, "DELETE FROM events WHERE position = 31")
    assert (verdict.first_bad, verdict.ok) == (31, False)
    assert "event 31 is missing" in str(verdict.problem)


def test_events_that_changed_places_are_found_at_the_first(copy: Path) -> None:
    verdict = tampered(
        copy, *(f"UPDATE events SET position = {b} WHERE position = {a}" for a, b in [(31, 99), (32, 31), (99, 32)])
    )
    assert (verdict.first_bad, verdict.ok) == (31, False)


@pytest.mark.parametrize("beside", [True, False])
def test_a_log_that_lost_its_end_is_found_with_or_without_the_file_beside(copy: Path, beside: bool) -> None:
    if not beside:
        copy.with_name("journal.db-head").unlink()
    verdict = tampered(copy, "DELETE FROM events WHERE position > 50")
    assert (verdict.first_bad, verdict.events, verdict.ok) == (51, 50, False)
    assert "10 events are missing from its end" in str(verdict.problem)


def test_a_log_that_lost_everything_is_found(copy: Path) -> None:
    assert tampered(copy, "DELETE FROM events").first_bad == 1


def test_a_rewritten_history_with_a_chain_of_its_own_is_not_the_one_that_was_acknowledged(copy: Path) -> None:
    forged = copy.with_name("forged.db")
    with open_log(f"sqlite:///{forged}") as log:
        append(log, "run/1", *[paused(str(n)) for n in range(EVENTS)])
    shutil.copy(forged, copy)
    verdict = found(copy)
    assert not verdict.ok
    assert "rewritten" in str(verdict.problem)


def test_a_renamed_stream_is_found(copy: Path) -> None:
    verdict = tampered(copy, "UPDATE streams SET name = 'episode/x' WHERE name = 'episode/7'")
    assert (verdict.ok, verdict.first_bad) == (False, 23)


def test_a_lost_name_is_found(copy: Path) -> None:
    verdict = tampered(copy, "DELETE FROM streams WHERE name = 'episode/7'")
    assert (verdict.ok, verdict.first_bad) == (False, 23)


def test_a_value_that_no_event_can_have_is_found(copy: Path) -> None:
    verdict = tampered(copy, "UPDATE events SET causation = cast(x'ff' AS TEXT) WHERE position = 31")
    assert (verdict.ok, verdict.first_bad) == (False, 31)


def test_a_changed_snapshot_is_found(copy: Path) -> None:
    assert "snapshot" in str(tampered(copy, "UPDATE snapshots SET state = x'9101'").problem)


def test_a_writer_refuses_a_log_that_lost_its_end(copy: Path) -> None:
    tampered(copy, "DELETE FROM events WHERE position > 50")
    with pytest.raises(CorruptLog, match=r"ends at position 50.*up to 60"):
        open_log(f"sqlite:///{copy}")


def test_a_log_that_is_gone_does_not_begin_anew_in_silence(copy: Path) -> None:
    copy.unlink()
    with pytest.raises(CorruptLog, match="remembers 60 events"):
        open_log(f"sqlite:///{copy}")


def damaged(path: Path, change: Callable[[bytearray], None]) -> Verification:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    return found(path)


def test_a_flipped_byte_anywhere_in_the_file_is_found(copy: Path) -> None:
    """Every byte of the header, and some hundreds elsewhere: pages, indexes, dictionaries, and bytes nobody uses."""
    whole = copy.read_bytes()
    chance = random.Random(1)
    for offset in [*range(100), *chance.sample(range(100, len(whole)), 400)]:

        def flip(data: bytearray, offset: int = offset) -> None:
            data[offset] ^= 1 << chance.randrange(8)

        verdict = damaged(copy, flip)
        assert not verdict.ok, f"byte {offset} of {len(whole)}"
        assert verdict.problem
        copy.write_bytes(whole)


def test_a_file_cut_off_or_overwritten_anywhere_is_found(copy: Path) -> None:
    whole = copy.read_bytes()
    chance = random.Random(2)
    for cut in [0, 1, 50, 100, 4096, 8192, *chance.sample(range(len(whole)), 20)]:
        copy.write_bytes(whole[:cut])
        if cut == 0:
            continue
        assert not found(copy).ok, f"cut at {cut}"
        copy.write_bytes(whole[:cut] + bytes(len(whole) - cut))
        if any(whole[cut:]):
            assert not found(copy).ok, f"zeroes from {cut}"


def test_a_byte_flipped_in_a_payload_is_found_at_its_event_without_the_file_beside(copy: Path) -> None:
    copy.with_name("journal.db-head").unlink()
    at = copy.read_bytes().index(b"reason 7 reason 7")

    def flip(data: bytearray) -> None:
        data[at] ^= 1

    verdict = damaged(copy, flip)
    assert (verdict.ok, verdict.first_bad) == (False, 22)
