"""A run told to machines: an observer that logs what happens, and sums mirrored to Prometheus where Ray exports."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from actors.runtime.observer import Observer, Phase, Plan, Silence
from actors.runtime.telemetry import configure, logger

Plain = dict[str, Any]

EVERY: Final = 2.0
"""Seconds between two mirrorings: counting in Ray's registry costs 17 µs, so sums are moved, not single events."""


@contextmanager
def telling(observer: Observer, *, as_json: bool) -> Iterator[Observer]:
    """The observer itself, or, with JSON logs, one that logs in its place; both with the mirror of Ray's exporter."""
    if as_json:
        configure(as_json=True, stream=sys.stderr)
        yield Logging(Mirror())
    else:
        configure(as_json=False, stream=sys.stderr)
        yield observer


class Logging(Silence):
    """Logs the steps of a run, and every episode that failed; scores go by in numbers only.

    Args:
        mirror: is told the same.
    """

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._log = logger("conductor")

    def run_started(self, plan: Plan) -> None:
        """A run begins or goes on; from here on its name is on every line."""
        self._log = logger("conductor", run=plan.run)
        self._log.info(
            "run_started", command=plan.command, world=plan.world, agent=plan.agent, skillbook=plan.skillbook,
            episodes=plan.episodes, workers=plan.workers, runtime=plan.runtime, seed=plan.seed,
        )  # fmt: skip
        self._mirror.run_started(plan)

    def recalled(self, phase: Phase, n: int, failed: int, mean: float) -> None:
        """So much is in the log already."""
        self._log.info("recalled", phase=phase, episodes=n + failed, mean=round(mean, 2))

    def episode_finished(self, summary: Plain) -> None:
        """Only failures are worth a line."""
        self._mirror.episode_finished(summary)
        if summary.get("points") is None:
            episode = f"{summary['phase']}-{summary['arm']}-{summary['index']:06d}"
            self._log.warning("episode_failed", episode=episode, cause=summary.get("cause", ""))

    def skillbook_changed(self, version: int, added: int, revised: int, retired: int) -> None:
        """A version of the book."""
        self._log.info("skillbook_changed", version=version, added=added, revised=revised, retired=retired)

    def wave_finished(self, wave: int, phase: Phase) -> None:
        """A checkpoint, with the sums so far."""
        self._log.info("wave_finished", wave=wave, phase=phase, **self._mirror.sums())
        self._mirror.flush()

    def run_finished(self, run: str, status: str) -> None:  # noqa: ARG002 - bound to every line already
        """The end."""
        self._log.info("run_finished", status=status, **self._mirror.sums())
        self._mirror.flush()

    def note(self, text: str) -> None:
        """What a person should know."""
        self._log.warning("note", what=text)


class Mirror(Silence):
    """Sums of a run, mirrored as `journeyman_…` metrics by Ray's exporter where Ray runs; elsewhere only kept.

    The truth stays with the folds of the log: this is for boards and alarms.
    """

    def __init__(self) -> None:
        self._sums = {"finished": 0, "failed": 0, "points": 0.0, "tokens": 0, "usd": 0.0}
        self._told = dict(self._sums)
        self._counters: dict[str, Any] = {}
        self._run, self._next = "", 0.0

    def run_started(self, plan: Plan) -> None:
        """The run's name labels its metrics."""
        self._run = plan.run

    def episode_finished(self, summary: Plain) -> None:
        """Add an episode up; now and then move the sums."""
        points = summary.get("points")
        self._sums["failed" if points is None else "finished"] += 1
        self._sums["points"] += points or 0.0
        self._sums["tokens"] += summary.get("tokens", 0)
        self._sums["usd"] += summary.get("cost_usd", 0.0)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            self.flush()

    def sums(self) -> Plain:
        """As they stand."""
        return dict(self._sums)

    def flush(self) -> None:
        """Move what was added since the last time, if Ray runs in this process."""
        ray = sys.modules.get("ray")
        if ray is None or not ray.is_initialized():
            return
        from ray.util import metrics  # noqa: PLC0415 - here only where Ray runs

        for name, value in self._sums.items():
            more = value - self._told[name]
            if name not in self._counters:
                text = f"Sum of {name} over the episodes of a run"
                self._counters[name] = metrics.Counter(f"journeyman_{name}", text, tag_keys=("run",))
            if more > 0:
                self._counters[name].inc(more, tags={"run": self._run})
        self._told = dict(self._sums)
