"""The numbers of a run, each computed from what the log says of it: score, categories, grades, breakdowns, cost."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from skillbooks.runs import Episode, Run
from skillbooks.spending import summed, told
from skillbooks.statistics import Estimate, mean, rate

Plain = dict[str, Any]

LONGEST_CAUSE, MOST_CAUSES = 200, 8
"""Of what a report says about episodes that ended badly."""

GRADES = ("A", "B", "C", "D", "F")
FAULT_TAGS = ("fault", "faults", "problems")
"""Tags under which a world names what was broken; the first that an episode has counts."""


def episodes(run: Run) -> Plain:
    """How many training episodes were asked for and came to an end; `truncated` ones are among the `finished`."""
    training = run.played("train")
    how = [episode.how for episode in training]
    asked, behind = run.settings.get("episodes"), run.settings.get("from_wave", 0) * run.settings.get("wave", 0)
    return {
        "asked": max(asked - behind, 0) if isinstance(asked, int) else len(training),
        "finished": how.count("terminated") + how.count("truncated"),
        "truncated": how.count("truncated"),
        "failed": how.count("failed"),
        **({"causes": found} if (found := causes(list(run.episodes.values()))) else {}),
    }


def score(played: Sequence[Episode]) -> Plain:
    """Points over training: mean with interval, wave by wave, and how the last wave differs from the first."""
    points = [e.points for e in played if e.scored]
    waves = list(by_wave(played).values())
    estimate = mean(points)
    return {
        "mean": round(estimate.value, 2),
        "first": waves[0] if waves else 0.0,
        "last": waves[-1] if waves else 0.0,
        "trend": round(waves[-1] - waves[0], 2) if waves else 0.0,
        "by_wave": waves,
        "n": estimate.n,
        "ci95": estimate.interval(),
        "solved": solved(played).value,
    }


def by_wave(played: Sequence[Episode]) -> dict[int, float]:
    """Mean points of each wave that has a scored episode, in order."""
    points: dict[int, list[float]] = {}
    for episode in played:
        if episode.scored:
            points.setdefault(episode.wave, []).append(episode.points)
    return {wave: average(points[wave]) for wave in sorted(points)}


def categories(played: Sequence[Episode]) -> dict[str, float]:
    """Mean points of each part of the rubric."""
    scored = [e for e in played if e.scored]
    names = dict.fromkeys(name for e in scored for name in e.categories)
    return {name: average([e.categories.get(name, 0.0) for e in scored]) for name in names}


def grades(played: Sequence[Episode]) -> dict[str, int]:
    """How often each grade was given, the unseen ones with 0."""
    given = [e.grade for e in played if e.scored]
    return {grade: given.count(grade) for grade in (*GRADES, *sorted(set(given) - set(GRADES)))}


def solved(played: Sequence[Episode]) -> Estimate:
    """The rate of success with its interval."""
    scored = [e for e in played if e.scored]
    estimate = rate(sum(e.success for e in scored), len(scored))
    return Estimate(round(estimate.value, 4), estimate.low, estimate.high, estimate.n, estimate.clusters)


def skillbook(run: Run, skills: int) -> Plain:
    """The book that the run left behind, and what the run changed in it."""
    done: dict[str, int] = {}
    for change in run.changes:
        for kind, count in change.operations.items():
            done[kind] = done.get(kind, 0) + count
    return {
        "name": run.skillbook,
        "version": run.version,
        "skills": skills,
        "sha256": run.sha256,
        "added": done.get("add", 0),
        "revised": done.get("revise", 0) + done.get("merge", 0),
        "retired": done.get("retire", 0),
    }


def breakdowns(played: Sequence[Episode]) -> dict[str, dict[str, Plain]]:
    """For each tag (machine, fault, difficulty, voice, …) and each of its values: n, mean, rate solved, intervals."""
    names = sorted({name for e in played if e.scored for name in e.tags})
    return {name: breakdown(played, name) for name in names}


def breakdown(played: Sequence[Episode], tag: str) -> dict[str, Plain]:
    """The episodes cut by one tag; an episode with two faults counts under each."""
    parts: dict[str, list[Episode]] = {}
    for episode in played:
        for value in _values(episode.tags.get(tag, "")) if episode.scored else ():
            parts.setdefault(value, []).append(episode)
    return {value: _part(parts[value]) for value in sorted(parts)}


def per_fault(played: Sequence[Episode]) -> dict[str, Plain]:
    """The breakdown by what was broken."""
    tag = next((name for name in FAULT_TAGS if any(name in e.tags for e in played)), "")
    return breakdown(played, tag) if tag else {}


def cost(run: Run) -> Plain:
    """Money and tokens of every model call of the run, held-out episodes included; by role where several were paid."""
    roles = {role: told(part) for role, part in sorted(run.spending.items())}
    return {**told(summed(run.spending.values())), **({"by_role": roles} if len(roles) > 1 else {})}


def causes(played: Sequence[Episode]) -> dict[str, int]:
    """Why episodes failed or were cut off, as far as they say, the commonest first."""
    named = Counter(e.cause[:LONGEST_CAUSE] for e in played if e.cause)
    return dict(sorted(named.items(), key=lambda item: (-item[1], item[0]))[:MOST_CAUSES])


def seconds(run: Run) -> float:
    """From the run's first event to its last, pauses included."""
    return round((run.last - run.first) / 1e9, 3)


def average(values: Sequence[float]) -> float:
    """The mean, rounded for reports; 0 of nothing."""
    return round(math.fsum(values) / len(values), 2) if values else 0.0


def _values(tag: str) -> list[str]:
    return sorted({part for part in re.split(r"[+,;|]\s*", tag) if part})


def _part(played: Sequence[Episode]) -> Plain:
    estimate, success = mean([e.points for e in played]), solved(played)
    return {
        "n": estimate.n,
        "mean": round(estimate.value, 2),
        "ci95": estimate.interval(),
        "solved": success.value,
        "solved_ci95": success.interval(4),
    }
