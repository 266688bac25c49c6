"""Chaos: workers that die at random moments of a run, and what its log must have in common with an undisturbed one."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from actors.runtime.observer import Silence
from actors.runtime.pools import PooledRuntime
from configs.settings import Settings
from events import facts
from events.log import open_log
from ops.reports import stress_of
from tests.small_training import recorded

Plain = dict[str, Any]
WORLD, HASTY = "ops.bench.counter:WORLD", "ops.bench.counter:Hasty"


def quick(store: Path, **more: Any) -> Settings:
    """Settings of a learning run of sixty episodes with a model that has its price and takes a moment to think."""
    asked = {"episodes": 60, "checkpoint_every": 15, "learning": True, "world": WORLD, "agent": HASTY, "workers": 2}
    return Settings(**{**asked, "in_flight": 12, "runtime": "local", "store": f"sqlite:///{store}", **more})


class Fate(Silence):
    """An observer that kills a random worker after random episodes.

    Args:
        seed: of the moments and the victims.
        pools: who may die.
        deaths: how many.
        episodes: over which they are spread.
    """

    def __init__(self, seed: int, pools: tuple[str, ...], deaths: int = 4, episodes: int = 60) -> None:
        self.runtime: PooledRuntime | None = None
        self.killed: list[str] = []
        self.notes: list[str] = []
        self._rng = random.Random(seed)
        self._pools = pools
        self._moments = sorted(self._rng.sample(range(1, episodes - 5), deaths))
        self._ended = 0

    def episode_finished(self, summary: Plain) -> None:
        """Count, and strike when it is time."""
        del summary
        self._ended += 1
        while self._moments and self._ended >= self._moments[0]:
            self._moments.pop(0)
            self.strike()

    def strike(self) -> None:
        """Kill one worker."""
        assert self.runtime is not None
        pool = self._rng.choice(self._pools)
        self.runtime.kill(pool, self._rng.randrange(len(self.runtime._pools[pool])))
        self.killed.append(pool)

    def note(self, text: str) -> None:
        """Remember."""
        self.notes.append(text)


def essence(store: Path, run: str = "stress-1") -> Plain:
    """What no disturbance may change: scores, counts, lessons, the skillbook's hash; clocks and places left out."""
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        report = stress_of(log, run)
    lessons = sorted((e.stream, e.payload) for e in recorded(store) if e.type == "LessonsProposed")
    names = ("episodes", "score", "categories", "grades", "breakdowns", "skillbook", "cost", "status")
    return {**{name: report[name] for name in names}, "lessons": lessons}


def replies(store: Path) -> int:
    """Model calls in the log."""
    return sum(e.type == facts.ModelReplied.fact_name for e in recorded(store))
