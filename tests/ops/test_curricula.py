"""Curricula: a level waits for the goal of the one before, mixtures keep their shares, all of it is resumable."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.local import LocalRuntime
from actors.runtime.observer import Silence
from actors.runtime.scenarios import Source
from events import facts
from ops import training
from ops.cli import run
from tests.chaos import HASTY, WORLD, essence, quick
from tests.ops.test_chaos import struck
from tests.small_training import recorded

PLAN = """\
title: Two steps and one too high
levels:
  - {name: loose ends, episodes: 10, kinds: [loose]}
  - {name: within reach, episodes: 20, goal: 60, attempts: 3}
  - {name: out of reach, episodes: 10, goal: 99, attempts: 2}
  - {name: never, episodes: 10}
"""


def planned(tmp_path: Path, **more: Any) -> Any:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    return quick(tmp_path / "log.db", curriculum=str(plan), checkpoint_every=5, **more)


def levels(store: Path) -> list[tuple[str, int, int, bool]]:
    found = (e.fact() for e in recorded(store))
    return [(f.name, f.attempt, f.n, f.reached) for f in found if isinstance(f, facts.LevelFinished)]


def test_a_level_that_is_not_reached_is_tried_again_and_then_ends_the_practice(tmp_path: Path) -> None:
    training.stress(planned(tmp_path), Silence())
    assert levels(tmp_path / "log.db") == [
        ("within reach", 0, 20, True),
        ("out of reach", 0, 10, False),
        ("out of reach", 1, 10, False),
    ]
    tags = [f.tags for e in recorded(tmp_path / "log.db") if isinstance(f := e.fact(), facts.EpisodeScored)]
    assert len(tags) == 10 + 20 + 20
    first = [f for e in recorded(tmp_path / "log.db")
             if isinstance(f := e.fact(), facts.EpisodeScored) and int(e.stream[-6:]) < 10]  # fmt: skip
    assert {fact.tags["fault"] for fact in first} == {"loose"}


def test_a_goal_that_was_not_reached_is_a_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned(tmp_path)
    where = ["--curriculum", str(tmp_path / "plan.yaml"), "--store", f"sqlite:///{tmp_path}/log.db"]
    assert run(["stress", "--world", WORLD, "--agent", HASTY, "--runtime", "local", *where]) == 1
    assert "out of reach" in capsys.readouterr().out


def test_a_curriculum_killed_in_the_middle_of_a_level_goes_on_there(tmp_path: Path) -> None:
    """Also when its file is gone: the run keeps its plan."""
    (tmp_path / "calm").mkdir()
    (tmp_path / "hit").mkdir()
    training.stress(planned(tmp_path / "calm"), Silence())
    settings, store = planned(tmp_path / "hit"), tmp_path / "hit" / "log.db"
    struck(store, signal.SIGKILL, 70, "--runtime", "local", "--curriculum", settings.curriculum,
           "--checkpoint-every", "5")  # fmt: skip
    Path(settings.curriculum).unlink()
    training.stress(quick(store, resume="stress-1"), Silence())
    assert levels(store) == levels(tmp_path / "calm" / "log.db")
    assert essence(store) == essence(tmp_path / "calm" / "log.db")


def test_a_mixture_keeps_its_percentages_over_every_hundred() -> None:
    parts = tuple((share, Source(0, given=[{"id": name}])) for share, name in ((50, "a"), (33, "b"), (17, "c")))
    mixed = Source(0, parts=parts)

    async def drawn() -> list[str]:
        return [(await mixed.scenario(LocalRuntime(), index))["id"] for index in range(200)]

    names = asyncio.run(drawn())
    assert Counter(names[:100]) == Counter(names[100:]) == {"a": 50, "b": 33, "c": 17}
    assert all(4 <= names[start : start + 10].count("a") <= 6 for start in range(190)), "spread, not in blocks"


def test_a_slip_in_a_plan_is_said_before_anything_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, store = tmp_path / "plan.yaml", tmp_path / "log.db"
    plan.write_text("title: t\nlevels:\n  - {name: a, episodes: 4, kinds: [layer_shft]}\n", encoding="utf-8")
    assert run(["train", "--curriculum", str(plan), "--store", f"sqlite:///{store}", "--runtime", "local"]) == 2
    assert "unknown problem type 'layer_shft'" in capsys.readouterr().err
    plan.write_text("title: t\nlevels:\n  - {name: a, episodez: 4}\n", encoding="utf-8")
    assert run(["train", "--curriculum", str(plan), "--store", f"sqlite:///{store}", "--runtime", "local"]) == 2
    assert f"{plan}:3: levels[0].episodez: there is no such field; did you mean 'episodes'?" in capsys.readouterr().err
    assert not store.exists()
