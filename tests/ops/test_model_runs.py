"""Runs with a paid model: nothing paid is asked twice, budgets hold, bad days end with a cause, replays call nobody."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.llm.apprentice.model import answer
from actors.llm.port import Reply, Request
from actors.runtime.observer import Silence
from configs.settings import Settings
from events import facts
from events.log import open_log
from ops import cli, training
from tests.loopback import CANARY, provider
from tests.small_training import final_hash, recorded

ROOT = Path(__file__).parents[2]
MODEL = "anthropic:claude-opus-5"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


class Slow:
    """The apprentice, who takes his time."""

    name = "slow"

    async def reply(self, request: Request) -> Reply:
        """Wait, then answer."""
        await asyncio.sleep(0.05)
        return answer(request)


def settings(store: Path, url: str, **more: Any) -> Settings:
    asked: dict[str, Any] = {"episodes": 2, "wave": 2, "held_out": 0, "runtime": "local", "workers": 1, "agent": MODEL}
    return Settings(**{**asked, "store": f"sqlite:///{store}", "base_url": url, **more})


def told(store: Path, kind: type[facts.Fact]) -> list[Any]:
    return [fact for event in recorded(store) if isinstance(fact := event.fact(), kind)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A training of a model that nobody disturbed."""
    store = tmp_path_factory.mktemp("run") / "log.db"
    os.environ["ANTHROPIC_API_KEY"] = CANARY
    with provider() as (_, url):
        training.train(settings(store, url, held_out=1), Silence())
        yield store, url


def test_every_call_is_a_wish_and_then_an_answer_with_its_cost(run: tuple[Path, str]) -> None:
    store, _ = run
    asked, answered = told(store, facts.ModelAsked), told(store, facts.ModelReplied)
    assert len(asked) == len(answered) > 10
    assert all(reply.cost_usd > 0 and reply.priced and reply.provider_id for reply in answered)
    assert all(wish.cost_usd >= reply.cost_usd for wish, reply in zip(asked, answered, strict=True))
    for reply in answered:  # by hand, from the price list
        fresh = reply.tokens_in - reply.tokens_cached - reply.tokens_cache_written
        dollars = 5 * fresh + 0.5 * reply.tokens_cached + 6.25 * reply.tokens_cache_written + 25 * reply.tokens_out
        assert reply.cost_usd == pytest.approx(dollars / 1e6)


def test_after_the_first_turn_nearly_all_input_is_read_from_the_cache(run: tuple[Path, str]) -> None:
    later = [reply for reply in told(run[0], facts.ModelReplied) if reply.turn > 0]
    assert sum(r.tokens_cached for r in later) / sum(r.tokens_in for r in later) > 0.9


def test_the_manifest_names_the_prompt_with_its_hash(run: tuple[Path, str]) -> None:
    composed = told(run[0], facts.PromptComposed)[0]
    assert set(composed.prompts) == {"agent-1"}
    assert len(composed.prompts["agent-1"]) == 64


def test_a_recorded_run_is_reproduced_to_the_hash_without_a_call(run: tuple[Path, str], tmp_path: Path) -> None:
    del tmp_path
    store, _ = run
    before = final_hash(store)
    again = settings(store, "http://127.0.0.1:1", held_out=1, agent="recorded:train-1", skillbook="again")
    training.train(again, Silence())
    ends = told(store, facts.RunFinished)
    assert [end.skillbook_sha256 for end in ends] == [before, before]
    scores: dict[str, list[float]] = {}
    for event in recorded(store):
        if isinstance(fact := event.fact(), facts.EpisodeScored):
            scores.setdefault(event.stream.rpartition("/")[2], []).append(fact.points)
    assert all(len(found) == 2 and found[0] == found[1] for found in scores.values())


def test_a_request_that_the_recording_does_not_hold_is_an_error_and_never_a_call(run: tuple[Path, str]) -> None:
    store, url = run
    flags = ["--store", f"sqlite:///{store}", "--runtime", "local", "--base-url", url]
    assert cli.run(["try", *flags, "--agent", "recorded:train-1", "--seed", "77"]) == 3


def test_killed_at_any_moment_nothing_paid_for_is_asked_again(tmp_path: Path) -> None:
    """Every request that the log has an answer to reaches the provider once, whenever the process is killed."""
    store = tmp_path / "log.db"
    with provider(Slow()) as (loopback, url):
        flags = ["--store", f"sqlite:///{store}", "--runtime", "local", "--workers", "1", "--base-url", url]
        begin = ["train", "--episodes", "2", "--wave", "2", "--held-out", "0", "--agent", MODEL]
        for arguments in (begin, ["train", "--resume", "train-1"]):
            process = subprocess.Popen(
                [sys.executable, "-m", "ops", *arguments, *flags],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            seen, until = len(loopback.requests), time.monotonic() + 60
            while len(loopback.requests) < seen + 15 and process.poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert cli.run(["train", "--resume", "train-1", *flags]) == 0
        asked = Counter(json.dumps(body["messages"]) for body in loopback.requests)
    wishes, answers = told(store, facts.ModelAsked), told(store, facts.ModelReplied)
    lost = len(wishes) - len(answers)
    assert sum(asked.values()) <= len(answers) + lost + 2
    assert sum(count - 1 for count in asked.values()) <= lost + 2
    assert told(store, facts.RunFinished)[0].status == "finished"


@pytest.mark.parametrize("budget", [{"budget_usd": 1.0}, {"budget_tokens": 150_000}])
def test_a_budget_ends_a_run_cleanly_before_it_is_passed_and_a_larger_one_goes_on(
    tmp_path: Path, budget: dict[str, Any]
) -> None:
    store = tmp_path / "log.db"
    with provider() as (_, url):
        training.train(settings(store, url, episodes=8, wave=8, **budget), Silence())
        spent = told(store, facts.ModelReplied)
        assert told(store, facts.RunFinished)[0].status == "budget"
        assert sum(reply.cost_usd for reply in spent) <= budget.get("budget_usd", 1e9)
        assert sum(reply.tokens_in + reply.tokens_out for reply in spent) <= budget.get("budget_tokens", 1e9)
        assert len(spent) > 3
        training.train(settings(store, url, resume="train-1"), Silence())
    assert [end.status for end in told(store, facts.RunFinished)] == ["budget", "finished"]


def test_a_budget_in_dollars_is_refused_where_the_price_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        "train",
        "--agent",
        "anthropic:my-model",
        "--budget-usd",
        "1",
        "--store",
        "memory://",
        "--runtime",
        "local",
    ]
    assert cli.run([*asked, "--yes"]) == 2
    assert "--prices" in capsys.readouterr().err


def test_a_paid_run_shows_an_estimate_and_does_not_begin_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["train", "--agent", MODEL, "--store", "memory://", "--runtime", "local"]) == 2
    seen = capsys.readouterr().err
    assert "about $" in seen
    assert "--yes" in seen


@pytest.mark.parametrize(
    ("faults", "how", "cause"),
    [
        ("refuse", "truncated", "the model refused"),
        ("empty,empty,empty,empty,empty", "truncated", "no call in 5 turns"),
        ("truncated,truncated,truncated,truncated,truncated", "truncated", "no call in 5 turns"),
        ("unknown_tool,missing_arguments,wrong_arguments,text_arguments,unknown_tool", "truncated", "launch_rocket"),
        ("500,500", "failed", "internal server error"),
        ("thousand,leak,grader,surrogates,empty", "terminated", ""),
    ],
)
def test_bad_days_end_an_episode_with_a_cause_that_the_summary_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], faults: str, how: str, cause: str
) -> None:
    store = tmp_path / "log.db"
    with provider(faults=faults) as (_, url):
        training.train(settings(store, url, episodes=1, model_tries=2), Silence())
    ended = told(store, facts.EpisodeFinished)[0]
    assert (ended.how, cause in ended.cause) == (how, True)
    assert cli.run(["report", "--store", f"sqlite:///{store}"]) == 0
    assert cause in capsys.readouterr().out.replace("\n", " ")


def test_a_thousand_calls_in_one_turn_are_cut_to_what_can_be_carried_out(tmp_path: Path) -> None:
    store = tmp_path / "log.db"
    with provider(faults="thousand") as (_, url):
        training.train(settings(store, url, episodes=1), Silence())
    first = told(store, facts.ModelReplied)[0]
    assert (len(first.calls), first.calls_dropped) == (16, 984)


@pytest.mark.parametrize(("fault", "word"), [("401", "key"), ("402", "credit")])
def test_a_wrong_key_or_no_credit_stops_the_run_and_it_can_be_taken_up_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, word: str
) -> None:
    store = tmp_path / "log.db"
    with provider(faults=f"-,-,{fault}") as (_, url):
        flags = ["--store", f"sqlite:///{store}", "--runtime", "local", "--workers", "1", "--base-url", url]
        begin = ["train", "--episodes", "1", "--held-out", "0", "--agent", MODEL]
        assert cli.run([*begin, *flags]) == 3
        assert word in capsys.readouterr().err
        assert word in told(store, facts.RunPaused)[0].reason
        assert cli.run(["train", "--resume", "train-1", *flags]) == 0


RETRIED = [pytest.param(fault, marks=pytest.mark.slow) for fault in ("reset", "html", "wrong_arguments")]


@pytest.mark.parametrize("fault", ["401", "500", *RETRIED])
def test_a_planted_key_is_in_nothing_that_was_written(tmp_path: Path, fault: str) -> None:
    """Log, standard output, standard error, reports and traces: the key is searched in every byte."""
    with provider(faults=",".join([fault] * 3)) as (_, url):
        flags = ["--store", f"sqlite:///{tmp_path / 'log.db'}", "--runtime", "local", "--base-url", url]
        done = subprocess.run(
            [sys.executable, "-m", "ops", "train", "--episodes", "1", "--held-out", "0", "--agent", MODEL, *flags],
            cwd=ROOT,
            capture_output=True,
            check=False,
            env={**os.environ, "TMPDIR": str(tmp_path), "JOURNEYMAN_DEBUG": "1", "ANTHROPIC_API_KEY": f"{CANARY}\n"},
        )
    with open_log(f"sqlite:///{tmp_path / 'log.db'}", read_only=True) as log:
        assert log.head().position > 0
    cli.run(["report", "--store", f"sqlite:///{tmp_path / 'log.db'}", "--html", str(tmp_path / "report.html")])
    written = [done.stdout, done.stderr, *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    assert len(written) > 3
    assert not any(CANARY.encode() in content for content in written)
