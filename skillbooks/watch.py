"""The watch: whether a version in service does worse than the one before it, one-sided, at any time one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillbooks.statistics import mean
from skillbooks.wager import capital, strongest

ALPHA = 0.01
"""How often, at most, a version is taken back that is not worse."""
MARGIN = 2.0
"""Points that it may be worse before that counts."""
FEWEST = 20
"""Tasks of the version before that the comparison needs."""
MOST_POINTS = 100.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """What live feedback says.

    Attributes:
        raised: whether the version is to be taken back.
        baseline: points that it is held to: a lower bound of what the version before got, less the margin.
        evidence: capital of the bet that it is below; 1 / alpha raises the alarm.
        n, n_before: tasks of the version, and of the one before.
    """

    raised: bool
    baseline: float | None
    evidence: float
    n: int
    n_before: int

    def plain(self) -> dict[str, Any]:
        """For the log and for programs."""
        return {name: getattr(self, name) for name in self.__slots__}


def watch(before: Sequence[float], now: Sequence[float], *, alpha: float = ALPHA, margin: float = MARGIN) -> Alarm:
    """Hold live points against those of the version before.

    Args:
        before: points (0 to 100) of tasks with the version that was current before; at least `FEWEST`.
        now: points of tasks with the current version, in order.
        alpha: error rate, over all looks together.
        margin: what it may be worse.
    """
    if len(before) < FEWEST:
        return Alarm(False, None, 1.0, len(now), len(before))
    found = mean(before)
    baseline = (found.value if found.low is None else found.low) - margin
    evidence = strongest(capital([baseline - points for points in now], MOST_POINTS))
    return Alarm(evidence >= 1 / alpha, round(baseline, 2), round(min(evidence, 1e12), 3), len(now), len(before))
