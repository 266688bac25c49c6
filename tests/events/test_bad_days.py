"""Bad days of a SQLite log: power cuts, torn logs, full disks, forks. Nothing acknowledged is lost without a word."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from events.errors import CorruptLog, StoreUnavailable
from events.log import open_log
from events.verification import verify_url
from tests.contracts.eventlog import append, paused

ROOT = Path(__file__).parents[2]
SECTOR = 512


class Crashed:
    """The files of a log whose process is gone, as they were after each acknowledged append."""

    def __init__(self, folder: Path, events: int) -> None:
        path = folder / "journal.db"
        with open_log(f"sqlite:///{path}") as log:
            self.database = path.read_bytes()
            self.acknowledged: list[tuple[int, bytes]] = []
            for number in range(events):
                append(log, f"run/{number % 7}", paused("x" * (number * 13 % 400)), expected=number // 7 - 1)
                wal = path.with_name("journal.db-wal")
                self.acknowledged.append((wal.stat().st_size, path.with_name("journal.db-head").read_bytes()))
            self.wal = wal.read_bytes()
            assert path.read_bytes() == self.database, "nothing was merged into the file yet"

    def laid_out(self, path: Path, wal: bytes, head: bytes | None) -> str:
        path.write_bytes(self.database)
        path.with_name(path.name + "-wal").write_bytes(wal)
        path.with_name(path.name + "-shm").unlink(missing_ok=True)
        if head is None:
            path.with_name(path.name + "-head").unlink(missing_ok=True)
        else:
            path.with_name(path.name + "-head").write_bytes(head)
        return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Crashed:
    return Crashed(tmp_path_factory.mktemp("crashed"), 60)


@pytest.mark.parametrize("cuts", [25, pytest.param(600, marks=pytest.mark.slow)])
def test_a_power_cut_at_any_moment_keeps_what_was_acknowledged(crashed: Crashed, tmp_path: Path, cuts: int) -> None:
    """What was synced is whole; of what was written later each sector has reached the disk, or not, or is rubbish."""
    chance = random.Random(cuts)
    for _ in range(cuts):
        acknowledged = chance.randrange(1, 60)
        synced, head = crashed.acknowledged[acknowledged - 1]
        tail = bytearray(crashed.wal[synced : chance.randrange(synced, len(crashed.wal) + 1)])
        for start in range(0, len(tail), SECTOR):
            fate = chance.random()
            if fate < 0.5:
                tail[start : start + SECTOR] = bytes(len(tail[start : start + SECTOR]))
            elif fate < 0.6:
                tail[start : start + SECTOR] = chance.randbytes(len(tail[start : start + SECTOR]))
        url = crashed.laid_out(tmp_path / "x.db", crashed.wal[:synced] + bytes(tail), chance.choice([head, None]))
        verdict = verify_url(url)
        assert verdict.ok, verdict.problem
        assert verdict.events >= acknowledged
        with open_log(url) as log:
            append(log, "after", paused("the cut"))
        assert verify_url(url).ok


def test_a_flipped_bit_in_what_waits_to_be_merged_does_not_drop_events_in_silence(
    crashed: Crashed, tmp_path: Path
) -> None:
    """SQLite drops everything from the damaged frame on without a word; the head beside the file remembers."""
    chance = random.Random(4)
    lost = 0
    for _ in range(60):
        wal = bytearray(crashed.wal)
        wal[chance.randrange(len(wal))] ^= 1 << chance.randrange(8)
        url = crashed.laid_out(tmp_path / "x.db", bytes(wal), crashed.acknowledged[-1][1])
        verdict = verify_url(url)
        assert verdict.ok == (verdict.events == 60)
        if not verdict.ok:
            lost += 1
            assert "missing from its end" in str(verdict.problem)
            with pytest.raises(CorruptLog, match="cut off"):
                open_log(url)
    assert lost > 40


def test_a_lost_write_ahead_log_is_found(crashed: Crashed, tmp_path: Path) -> None:
    verdict = verify_url(crashed.laid_out(tmp_path / "x.db", b"", crashed.acknowledged[-1][1]))
    assert (verdict.ok, verdict.first_bad) == (False, 1)


FULL_DISK = """
import resource, signal, sys
from events.errors import StoreUnavailable
from events.log import open_log
from tests.contracts.eventlog import append, paused

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_log(sys.argv[1]) as log:
    append(log, "run/1", paused("0"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    version = 0
    try:
        while True:
            append(log, "run/1", *[paused("x" * 500)] * 20, expected=version)
            version += 20
    except StoreUnavailable as error:
        print(version, log.head().position, error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    append(log, "run/1", paused("there is room again"), expected=version)
"""


def test_a_full_disk_refuses_a_batch_whole_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: the write in the middle of a batch fails."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, url], cwd=ROOT, capture_output=True, text=True, check=True)
    version, position, said = done.stdout.split(" ", 2)
    assert int(version) > 0
    assert int(position) == int(version) + 1
    assert "disk" in said
    verdict = verify_url(url)
    assert (verdict.ok, verdict.events) == (True, int(version) + 2)


def test_a_forked_child_may_not_write_and_does_not_hold_the_place_of_a_dead_parent(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with open_log(url) as log:
        append(log, "run/1", paused("0"))
        child = os.fork()
        if child == 0:
            try:
                append(log, "run/1", paused("1"), expected=0)
            except StoreUnavailable as error:
                os._exit(0 if "fork" in str(error) else 2)
            os._exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pytest.raises(StoreUnavailable, match="being written to"):
            open_log(url)
        append(log, "run/1", paused("1"), expected=0)
    assert verify_url(url).events == 2


def test_a_reader_that_dawdles_holds_up_nobody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with open_log(url) as log, open_log(url, read_only=True) as reader:
        append(log, "run/1", *[paused(str(n)) for n in range(1500)])
        slow = reader.read_all()
        first = next(slow)
        append(log, "run/1", *[paused(str(n)) for n in range(1500, 3000)], expected=1499)
        assert [first.position, *(event.position for event in slow)] == list(range(1, 1501))


def test_an_older_copy_put_in_place_is_noticed_and_the_way_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with open_log(f"sqlite:///{path}") as log:
        append(log, "run/1", paused("0"))
    shutil.copy(path, tmp_path / "old.db")
    with open_log(f"sqlite:///{path}") as log:
        append(log, "run/1", paused("1"), expected=0)
    shutil.copy(tmp_path / "old.db", path)
    with pytest.raises(CorruptLog, match=r"older\s+copy.*remove 'x\.db-head'"):
        open_log(f"sqlite:///{path}")
    (tmp_path / "x.db-head").unlink()
    with open_log(f"sqlite:///{path}") as log:
        assert log.head().position == 1
