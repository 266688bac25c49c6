"""The log can be carried away and brought back from the command line, and nothing that is there is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from events.event import Event
from events.facts import RunPaused
from events.log import NO_STREAM, open_log
from ops.commands.log import command


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A log of three events."""
    url = f"sqlite:///{tmp_path}/log.db"
    with open_log(url) as log:
        events = [Event(RunPaused(reason=f"reason {n}")) for n in range(3)]
        log.append("run/r", events, expected=NO_STREAM, correlation="r")
    return url


def run(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_an_exported_log_comes_back_hash_for_hash(store: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    archive, again = tmp_path / "log.parquet", f"sqlite:///{tmp_path}/again.db"
    assert run("export", "--to", str(archive), "--store", store)["events"] == 3
    assert run("import", str(archive), "--store", again)["events"] == 3
    with open_log(store, read_only=True) as one, open_log(again, read_only=True) as other:
        assert one.head() == other.head()
    assert run("import", str(archive), "--store", again)["events"] == 0, "a second import adds nothing"


def test_a_backup_taken_while_the_log_is_written_verifies(store: str, tmp_path: Path) -> None:
    with open_log(store) as writer:
        head = writer.head()
        made = run("backup", "--to", str(tmp_path / "copy.db"), "--store", store)
    assert (made["events"], made["head"]) == (head.position, head.hash.hex())
    assert run("verify", "--store", f"sqlite:///{tmp_path}/copy.db")["ok"] is True
