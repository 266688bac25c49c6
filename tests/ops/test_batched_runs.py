"""A batch is named in the log before it is waited for: after a kill its answers are collected, not paid for again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from actors.llm.claude.batches import BatchedClaude
from actors.runtime.observer import Silence
from configs.settings import Settings
from events import facts
from ops import training
from tests.loopback import CANARY, provider
from tests.small_training import recorded

HASTE = {"linger": 0.05, "poll": 0.05}
PROGRAM = """
import sys
from actors.llm.claude.batches import BatchedClaude
from actors.runtime.chronicle import Chronicle
from actors.runtime.observer import Silence
from configs.settings import Settings
from ops import training
BatchedClaude.__init__.__kwdefaults__.update(linger=0.05, poll=0.05)
write = Chronicle.write
async def loud(self, *facts, **more):
    await write(self, *facts, **more)
    if type(facts[0]).__name__ == "BatchSubmitted":
        print("submitted", flush=True)
Chronicle.write = loud
training.train(Settings(**__import__("json").loads(sys.argv[1])), Silence())
"""


def of(store: Path, kind: type[Any]) -> list[Any]:
    return [fact for event in recorded(store) if isinstance(fact := event.fact(), kind)]


@pytest.mark.slow
def test_after_a_kill_the_same_batch_is_collected_and_nothing_is_submitted_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setitem(BatchedClaude.__init__.__kwdefaults__, "linger", HASTE["linger"])
    monkeypatch.setitem(BatchedClaude.__init__.__kwdefaults__, "poll", HASTE["poll"])
    store = tmp_path / "log.db"
    with provider(latency=3.0) as (loopback, url):
        asked: dict[str, Any] = {"episodes": 2, "wave": 2, "held_out": 0, "runtime": "local", "workers": 1}
        asked |= {"store": f"sqlite:///{store}", "base_url": url, "agent": "anthropic-batch:claude-opus-5"}
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(asked)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert [process.stdout.readline(), process.stdout.readline()] == ["submitted\n"] * 2
        process.kill()
        process.communicate()
        assert len(of(store, facts.BatchSubmitted)) == 2
        assert of(store, facts.ModelReplied) == []
        loopback._latency = 0.0
        training.train(Settings(**asked, resume="train-1"), Silence())
        worked_off = [json.dumps(body, sort_keys=True) for body in loopback.requests]
    replies, batches = of(store, facts.ModelReplied), of(store, facts.BatchSubmitted)
    assert len(worked_off) == len(replies) == len(batches) == len(of(store, facts.ModelAsked))
    assert len(set(worked_off)) == len(worked_off)
    assert of(store, facts.RunFinished)


def test_a_line_that_fails_travels_again_in_another_batch_that_the_log_names_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setitem(BatchedClaude.__init__.__kwdefaults__, "linger", HASTE["linger"])
    monkeypatch.setitem(BatchedClaude.__init__.__kwdefaults__, "poll", HASTE["poll"])
    store = tmp_path / "log.db"
    with provider(faults="-,529") as (_, url):
        asked: dict[str, Any] = {"episodes": 1, "wave": 1, "held_out": 0, "runtime": "local", "workers": 1}
        asked |= {"store": f"sqlite:///{store}", "base_url": url, "agent": "anthropic-batch:claude-opus-5"}
        training.train(Settings(**asked), Silence())
    assert len(of(store, facts.BatchSubmitted)) == len(of(store, facts.ModelReplied)) + 1
    assert of(store, facts.EpisodeScored)
