"""Whether practice still brings anything: a stated rule over the last waves, computed from the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skillbooks.runs import Run
from skillbooks.statistics import Estimate, mean

Plain = dict[str, Any]

WINDOW = 3
RULE = f"{WINDOW} waves in a row added no skill, and the mean of each lies within the 95 % intervals of the others"


def convergence(run: Run) -> Plain | None:
    """Whether and since which wave a run has levelled off; None when there was no learning or too few waves to say.

    A run that levelled off and later moved again counts from the last time only.
    """
    points: dict[int, list[float]] = {}
    for episode in run.played("train"):
        if episode.scored:
            points.setdefault(episode.wave, []).append(episode.points)
    waves = sorted(points)
    if run.settings.get("learning") is False or len(waves) < WINDOW:
        return None
    grew = {change.wave for change in run.changes if change.operations.get("add")}
    estimates = {wave: mean(points[wave]) for wave in waves}
    windows = [waves[place : place + WINDOW] for place in range(len(waves) - WINDOW + 1)]
    level = [not grew.intersection(window) and _agree([estimates[wave] for wave in window]) for window in windows]
    since = next((window[0] for window, flat in _tail(windows, level)), None)
    return {"converged": since is not None, "since_wave": since, "rule": RULE}


def _tail(windows: Sequence[list[int]], level: Sequence[bool]) -> list[tuple[list[int], bool]]:
    """The windows at the end that are all level."""
    first = len(level)
    while first and level[first - 1]:
        first -= 1
    return list(zip(windows[first:], level[first:], strict=True))


def _agree(estimates: Sequence[Estimate]) -> bool:
    return all(_within(one, other) for one in estimates for other in estimates if one is not other)


def _within(one: Estimate, other: Estimate) -> bool:
    """Whether a mean lies in another's interval; a wave of one episode has none, and agrees with nothing."""
    return other.low is not None and other.high is not None and other.low <= one.value <= other.high
