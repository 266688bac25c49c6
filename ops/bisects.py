"""Bisecting: which accepted delta made a book worse, by playing versions in between on the same held-out scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from events import facts
from events.log import EventLog
from skillbooks.comparison import family_of, metric_of, paired
from skillbooks.runs import Episode
from skillbooks.skillbook import stream_of
from skillbooks.statistics import Estimate, paired_difference

Plain = dict[str, Any]
Played = list[Episode]
Play = Callable[[int], Played]
"""Plays a version on the held-out scenarios and says how each episode went."""


@dataclass
class Search:
    """A binary search that goes by intervals, and stops where they do not decide.

    Args:
        play: plays one version.
        metric: `points`, `success`, or a category of the rubric.
        level: of the intervals.
    """

    play: Play
    metric: str
    level: float = 0.95
    steps: list[Plain] = field(default_factory=list)
    _played: dict[int, Played] = field(default_factory=dict)

    def between(self, good: int, bad: int) -> Plain:
        """Search from the last version that is known to be good to the first that is known to be bad.

        Returns:
            `verdict`: `found` with the `version` whose delta did it; `no fall` if the second is not worse than the
            first by more than chance; `cannot tell` with the `candidates` that are left.
        """
        whole = self._difference(good, bad)
        self._note(bad, whole, None)
        if whole.high is None or whole.high >= 0:
            return {"verdict": "no fall", "difference": _plain(whole), "candidates": [good, bad], "version": None}
        while bad - good > 1:
            middle = (good + bad) // 2
            down, up = self._difference(good, middle), self._difference(middle, bad)
            self._note(middle, down, up)
            fell, falls = _below(down), _below(up)
            if fell and (not falls or down.value <= up.value):
                bad = middle
            elif falls:
                good = middle
            else:
                return {
                    "verdict": "cannot tell", "difference": _plain(whole), "candidates": [good, bad], "version": None
                }  # fmt: skip
        final = self._difference(good, bad)
        return {"verdict": "found", "difference": _plain(final), "candidates": [good, bad], "version": bad}

    def _difference(self, a: int, b: int) -> Estimate:
        pairs = paired(self._of(a), self._of(b))
        values = [(metric_of(x, self.metric), metric_of(y, self.metric)) for x, y in pairs]
        return paired_difference(
            [x for x, _ in values], [y for _, y in values], families=[family_of(x) for x, _ in pairs], level=self.level
        )

    def _of(self, version: int) -> Played:
        if version not in self._played:
            self._played[version] = self.play(version)
        return self._played[version]

    def _note(self, version: int, down: Estimate, up: Estimate | None) -> None:
        """What was seen of a version: how it stands to the last good one, and how the first bad one stands to it."""
        scored = [metric_of(e, self.metric) for e in self._of(version) if e.scored]
        mean = round(sum(scored) / len(scored), 2) if scored else None
        step: Plain = {"version": version, "n": len(scored), "mean": mean, "from_good": _plain(down)}
        self.steps.append(step | {"to_bad": _plain(up) if up else None})


def _below(estimate: Estimate) -> bool:
    return estimate.high is not None and estimate.high < 0


def _plain(estimate: Estimate) -> Plain:
    return {"value": round(estimate.value, 2), "ci95": estimate.interval(), "n": estimate.n}


def named_delta(log: EventLog, name: str, version: int | None) -> Plain | None:
    """What the delta that was found did: its position, operations and the episodes behind each."""
    for event in log.read_stream(stream_of(name)):
        fact = event.fact()
        if isinstance(fact, facts.SkillsAccepted) and fact.version == version:
            return {
                "version": fact.version,
                "position": event.position,
                "run": event.correlation,
                "wave": fact.wave,
                "curator": fact.curator,
                "operations": list(fact.operations),
                "sources": [list(names) for names in fact.sources],
            }
    return None
