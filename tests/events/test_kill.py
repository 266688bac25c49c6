"""What was acknowledged survives kill -9 of the writing process, and the place of the writer is free again at once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from events.facts import RunPaused
from events.log import open_log
from events.verification import verify, verify_url


def killed_after(url: str, lines: int) -> int:
    """Start a writer, kill it after it has acknowledged some appends; the last position that it acknowledged."""
    command = [sys.executable, "-m", "tests.events.writing_process", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().decode().rpartition("\n")[0].splitlines()
    return int(rest[-1].split()[1]) if rest else 0


def survived(tmp_path: Path, rounds: int, seed: int) -> None:
    url, chance, acknowledged = f"sqlite:///{tmp_path / 'journal.db'}", random.Random(seed), 0
    for _ in range(rounds):
        acknowledged = max(acknowledged, killed_after(url, chance.randrange(1, 30)))
        verdict = verify_url(url)
        assert verdict.ok, verdict.problem
        assert verdict.events >= acknowledged
    with open_log(url) as log:
        reasons = [event.fact() for event in log.read_stream("run/1")]
        assert reasons == [RunPaused(reason=str(n)) for n in range(log.head().position)]
        assert verify(log).ok


def test_acknowledged_events_survive_kill_9(tmp_path: Path) -> None:
    survived(tmp_path, rounds=4, seed=1)


@pytest.mark.slow
def test_acknowledged_events_survive_kill_9_hundreds_of_times(tmp_path: Path) -> None:
    survived(tmp_path, rounds=200, seed=2)
