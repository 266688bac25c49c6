"""Backups and archives hold the log as of one moment and give it back hash for hash; damaged ones are refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.archive import export, restore
from events.backup import FileExists, backup
from events.errors import CorruptLog, ForeignFile, StoreUnavailable
from events.event import Event, PackedEvent
from events.facts import RunPaused
from events.log import ANY, NO_STREAM, EventLog, open_log
from events.verification import verify, verify_url
from tests.contracts.eventlog import append, paused

parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    urls = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path / 'x.db'}"}
    with open_log(urls.get(request.param) or request.getfixturevalue("postgres")) as log:
        for number in range(40):
            append(log, "run/1", paused(f"ä{number}"), expected=number - 1)
            append(log, "run/2", Event(RunPaused(reason=""), id=f"i{number}", causation="run/1@0"), expected=ANY)
        log.append("odd", [PackedEvent("Odd", 3, b"\xc1 no msgpack")], expected=NO_STREAM, correlation="r2")
        yield log


def test_a_backup_is_the_same_log(log: EventLog, tmp_path: Path) -> None:
    head = backup(log, tmp_path / "copy.db")
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    assert verify_url(url).ok
    with open_log(url) as copy:
        assert head == copy.head() == log.head()
        assert list(copy.read_all()) == list(log.read_all())
        append(copy, "run/1", paused("later"), expected=39)


def test_a_backup_never_overwrites_and_leaves_nothing_behind(log: EventLog, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_text("mine")
    with pytest.raises(FileExists, match="left as it is"):
        backup(log, tmp_path / "there.db")
    with pytest.raises(StoreUnavailable, match="no directory"):
        backup(log, tmp_path / "nowhere" / "copy.db")
    backup(log, tmp_path / "copy.db")
    assert {file.name for file in tmp_path.iterdir() if "copy" in file.name} == {"copy.db", "copy.db-head"}


def test_a_backup_taken_while_a_writer_writes_verifies(tmp_path: Path) -> None:
    url, stop = f"sqlite:///{tmp_path / 'x.db'}", threading.Event()
    with open_log(url) as log, open_log(url, read_only=True) as reader:

        def write() -> None:
            number = 0
            while not stop.is_set():
                append(log, "run/1", paused(str(number)), expected=number - 1)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        heads = [backup(reader, tmp_path / f"copy{n}.db").position for n in range(5)]
        stop.set()
        writer.join()
    assert heads == sorted(heads)
    assert all(verify_url(f"sqlite:///{tmp_path / f'copy{n}.db'}").ok for n in range(5))


def test_a_damaged_log_is_not_backed_up(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - only the one who damages needs it

    path = tmp_path / "x.db"
    with open_log(f"sqlite:///{path}") as log:
        append(log, "run/1", paused("0"), paused("1"))
    other = sqlite3.connect(path)
    other.executescript("DROP TRIGGER events_no_update; UPDATE events SET time = 1 WHERE position = 2;")
    other.close()
    with open_log(f"sqlite:///{path}", read_only=True) as log:
        with pytest.raises(CorruptLog, match="event 2 was changed"):
            backup(log, tmp_path / "copy.db")
        with pytest.raises(CorruptLog, match="event 2 was changed"):
            export(log, tmp_path / "copy.parquet")
    assert not list(tmp_path.glob("copy*"))


def test_an_archive_gives_the_log_back_hash_for_hash(log: EventLog, tmp_path: Path) -> None:
    assert export(log, tmp_path / "a.parquet") == 81
    with open_log(f"sqlite:///{tmp_path / 'again.db'}") as again:
        assert restore(tmp_path / "a.parquet", again) == 81
        assert list(again.read_all()) == list(log.read_all())
        assert verify(again).head == log.head().hash.hex()
        assert restore(tmp_path / "a.parquet", again) == 0


def test_archives_in_parts_are_put_together_in_order_only(log: EventLog, tmp_path: Path) -> None:
    assert export(log, tmp_path / "a.parquet", upto=30) == 30
    assert export(log, tmp_path / "b.parquet", after=30) == 51
    with open_log("memory://") as again:
        with pytest.raises(CorruptLog, match="continue"):
            restore(tmp_path / "b.parquet", again)
        assert restore(tmp_path / "a.parquet", again) == 30
        assert restore(tmp_path / "b.parquet", again) == 51
        assert again.head() == log.head()


def test_an_archive_of_another_history_is_refused(log: EventLog, tmp_path: Path) -> None:
    export(log, tmp_path / "a.parquet")
    with open_log("memory://") as other:
        append(other, "run/1", paused("something else"))
        with pytest.raises(CorruptLog, match="another history"):
            restore(tmp_path / "a.parquet", other)
        assert other.head().position == 1


def test_the_archive_can_be_read_by_anybody(log: EventLog, tmp_path: Path) -> None:
    export(log, tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    rows = table.drop_columns(["time"]).slice(0, 2).to_pylist()  # pyarrow alone has no nanoseconds
    assert [row["id"] for row in rows] == ["run/1@0", "i0"]
    assert rows[0]["payload_json"] == '{"reason": "ä0"}'
    assert table.column("payload_json").to_pylist()[-1] is None
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - a foreign table

    (tmp_path / "text.parquet").write_text("no")
    parquet.write_table(pa.table({"x": [1]}), tmp_path / "foreign.parquet")
    with open_log("memory://") as log:
        for name in ("text", "foreign"):
            with pytest.raises(ForeignFile):
                restore(tmp_path / f"{name}.parquet", log)
        with pytest.raises(StoreUnavailable, match="no archive"):
            restore(tmp_path / "missing.parquet", log)


def test_a_byte_flipped_in_an_archive_brings_nothing_in(log: EventLog, tmp_path: Path) -> None:
    """Wherever it is, either the archive still says the same, or it is refused with a sentence and nothing is taken."""
    export(log, tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    refused = 0
    for offset in range(0, len(whole), max(1, len(whole) // 60)):
        data = bytearray(whole)
        data[offset] ^= 0x10
        (tmp_path / "b.parquet").write_bytes(data)
        with open_log("memory://") as again:
            try:
                restore(tmp_path / "b.parquet", again)
                assert list(again.read_all()) == list(log.read_all())
            except (CorruptLog, ForeignFile):
                refused += 1
                assert again.head().position == 0
    assert refused > 10
