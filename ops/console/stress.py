"""Watching a stress run, and its summary: rate, score so far, what remains, what bound it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from actors.runtime.observer import Observer, Phase, Plan
from ops.console.progress import Bars, Lines, opening
from ops.console.screen import is_lively
from ops.console.summary import between, breakdown_rows, category_rows, cost_rows, grade_rows, percent, span
from ops.console.tally import Running
from ops.console.text import line, safe

Plain = dict[str, Any]
ENDS = {
    "in_flight": "the limit --in-flight",
    "episodes": "the number of episodes",
    "supply": "how fast episodes could be begun",
}


@contextmanager
def watching_stress(stream: TextIO, every: int) -> Iterator[Observer]:
    """Bars on a terminal, else a line at each checkpoint; `every` says how many episodes lie between two."""
    if not is_lively(stream):
        yield StressLines(stream, every)
        return
    bars = Bars(stream)
    try:
        yield bars
    finally:
        bars.close()


class StressLines(Lines):
    """One line for so many episodes: how many of how many, score, rate, remaining time, cost."""

    def __init__(self, stream: TextIO, every: int) -> None:
        super().__init__(stream)
        self._every = every
        self._asked = self._ended = self._before = self._failed = 0
        self._usd, self._score = 0.0, Running()
        self._begun = time.monotonic()

    def run_started(self, plan: Plan) -> None:
        """Say what is about to happen."""
        self._asked, self._begun = plan.episodes, time.monotonic()
        self.note(opening(plan))

    def recalled(self, phase: Phase, n: int, failed: int, mean: float) -> None:  # noqa: ARG002 - the port's signature
        """Count what the log has already."""
        self._ended += n + failed
        self._before += n + failed
        self._failed += failed
        if n:
            self._score.merge(n, mean)

    def episode_finished(self, summary: Plain) -> None:
        """Take the figures in; now and then say them."""
        self._ended += 1
        self._usd += summary.get("cost_usd", 0.0)
        if summary.get("points") is None:
            self._failed += 1
        else:
            self._score.add(summary["points"])
        if self._ended % self._every == 0:
            self.note(self.words())

    def wave_finished(self, wave: int, phase: Phase) -> None:
        """The lines come by number of episodes, not by wave."""

    def words(self) -> str:
        """Where the run stands."""
        seconds = time.monotonic() - self._begun
        pace = (self._ended - self._before) / seconds if seconds > 0 else 0.0
        left = max(0, self._asked - self._ended)
        rest = f", {span(left / pace)} left" if pace and left else ""
        failed = f", {self._failed} failed" if self._failed else ""
        cost = f"${self._usd:.2f}" + (f" of about ${self._usd * self._asked / self._ended:.2f}" if self._usd else "")
        return f"{self._ended:,} of {self._asked:,}: score {self._score}{failed}, {pace:.1f} episodes/s{rest}, {cost}"


def stress_summary(report: Plain, maxima: Mapping[str, float] | None = None) -> str:
    """A stress run for people: the object of `stress --json`."""
    count, score, solved = report["episodes"], report["score"], report["score"]["solved_ci95"]
    cut = f", {count['truncated']:,} cut off by a limit" if count["truncated"] else ""
    failed = f", {count['failed']:,} failed outside" if count["failed"] else ""
    pace = f"{report['episodes_per_second']:.1f} episodes/s"
    last = report["checkpoints"][-1]["position"] if report["checkpoints"] else 0
    sure = f"{percent(score['solved'])}{between(solved, scale=100)}"
    rows = [
        f"Run {line(report['run'])} {report['status']} after {span(report['seconds'])}, {pace}",
        f"  Episodes     {count['finished']:,} of {count['asked']:,} finished{cut}{failed}",
        f"  Score        {score['mean']:.1f} of 100{between(score['ci95'])}, solved {sure}",
        f"  Trend        {score['trend']:+.1f}{between(score['trend_ci95'])} from the first episode to the last",
        *_reliability(report["reliability"]),
        *_levels(report["levels"]),
        *category_rows(report["categories"], maxima or {}),
        *grade_rows(report["grades"]),
        *breakdown_rows(report["breakdowns"]),
        *_failures(report["failures"]),
        f"  In flight    {flight_words(report['flight'])}",
        f"  Checkpoints  {len(report['checkpoints'])}, the last at position {last:,}",
        *cost_rows(report["cost"], report["log"]),
    ]
    return safe("\n".join(rows))


def flight_words(flight: Plain) -> str:
    """How many were under way at most, and why not more."""
    where = f"{flight['workers']} workers, {flight['placement']}" if "workers" in flight else "one process"
    limit = f" of {flight['limit']:,}" if flight["limit"] else ""
    return f"{flight['peak']:,}{limit} at most, bound by {ENDS[flight['bound_by']]}; {where}"


def _reliability(found: Plain) -> Iterator[str]:
    if found["tries"] > 1:
        told = ", ".join(f"pass^{k} {part['value']:.2f}{between(part['ci95'])}" for k, part in found["pass_k"].items())
        yield f"  Reliability  {told}"


def _levels(levels: list[Plain]) -> Iterator[str]:
    for level in levels:
        verdict = "reached" if level["reached"] else "not reached"
        yield (
            f"  Level {level['level'] + 1}      {line(level['name'], 24)}: {level['mean']:.1f} on {level['n']} "
            f"episodes, goal {level['goal']:g} {verdict}"
        )


def _failures(failures: list[Plain]) -> Iterator[str]:
    if failures:
        yield "  Failed outside"
    yield from (f"    {one['n']:>6,}  {line(one['cause'], 90)}" for one in failures)
