"""The numbers of a run, each computed from what the log says of it: score, categories, grades, comparison, cost."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from events.log import Head
from skillbooks.runs import Episode, Run
from skillbooks.statistics import Estimate, detectable_effect, deviation, mean, paired_difference, rate

Plain = dict[str, Any]

GRADES = ("A", "B", "C", "D", "F")
BASELINE = "baseline:"
WITH, WITHOUT = "with", "without"
FAULT_TAGS = ("fault", "faults", "problems")
"""Tags under which a world names what was broken; the first that an episode has counts."""


def train_report(run: Run, head: Head, skills: int) -> Plain:
    """The object that `train --json` prints.

    Args:
        run: what the log says of the run.
        head: the end of the log.
        skills: how many skills the book holds at the run's version.
    """
    training = run.played("train")
    return {
        "run": run.run,
        "status": run.status,
        "episodes": episodes(run),
        "score": score(training),
        "categories": categories(training),
        "grades": grades(training),
        "skillbook": skillbook(run, skills),
        "held_out": held_out(run),
        "breakdowns": breakdowns(training),
        "cost": cost(run),
        "log": {"events": head.position, "head": head.hash.hex()},
        "seconds": seconds(run),
    }


def episodes(run: Run) -> Plain:
    """How many training episodes were asked for and came to an end; `truncated` ones are among the `finished`."""
    training = run.played("train")
    how = [episode.how for episode in training]
    asked = run.settings.get("episodes")
    return {
        "asked": asked if isinstance(asked, int) else len(training),
        "finished": how.count("terminated") + how.count("truncated"),
        "truncated": how.count("truncated"),
        "failed": how.count("failed"),
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


def held_out(run: Run) -> Plain | None:
    """The comparison with and without the book on scenarios that were never practised; None if there was none."""
    pairs = paired(run.played("held_out", WITHOUT), run.played("held_out", WITH))
    if not pairs:
        return None
    without, with_book = [a for a, _ in pairs], [b for _, b in pairs]
    return {
        "n": len(pairs),
        "without": average([e.points for e in without]),
        "with": average([e.points for e in with_book]),
        **difference(pairs),
        "solved_without": solved(without).value,
        "solved_with": solved(with_book).value,
        "baselines": baselines(run),
    }


def paired(a: Sequence[Episode], b: Sequence[Episode]) -> list[tuple[Episode, Episode]]:
    """Episodes that were played on the same scenario in both arms and scored in both, by index."""
    other = {e.index: e for e in b if e.scored}
    return [(e, other[e.index]) for e in a if e.scored and e.index in other]


def difference(pairs: Sequence[tuple[Episode, Episode]]) -> Plain:
    """Points of the second arm over the first: mean, interval, what could have been seen at all, and who flipped."""
    estimate = paired_difference(
        [a.points for a, _ in pairs], [b.points for _, b in pairs], families=[a.scenario for a, _ in pairs]
    )
    spread = deviation([b.points - a.points for a, b in pairs])
    return {
        "difference": round(estimate.value, 2),
        "ci95": estimate.interval(),
        "clusters": estimate.clusters,
        "detectable": round(detectable_effect(spread, len(pairs)), 2),
        "flips_won": [b.scenario for a, b in pairs if b.success > a.success],
        "flips_lost": [b.scenario for a, b in pairs if b.success < a.success],
    }


def baselines(run: Run) -> dict[str, float]:
    """Mean points of each test agent on the same scenarios: what a score is to be measured by."""
    arms = sorted({e.arm for e in run.played("held_out") if e.arm.startswith(BASELINE)})
    return {
        arm.removeprefix(BASELINE): average([e.points for e in run.played("held_out", arm) if e.scored]) for arm in arms
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


def evaluation_report(run: Run, against: bool) -> Plain:
    """The object that `evaluate --json` prints: the arm `with` by itself, and paired against the arm `without`."""
    played = run.played("held_out", WITH)
    estimate = mean([e.points for e in played if e.scored])
    report = {
        "run": run.run,
        "n": estimate.n,
        "mean": round(estimate.value, 2),
        "ci95": estimate.interval(),
        "solved": solved(played).value,
        "solved_ci95": solved(played).interval(4),
        "categories": categories(played),
        "per_fault": per_fault(played),
        "baselines": baselines(run),
        "cost": cost(run),
    }
    if against:
        pairs = paired(run.played("held_out", WITHOUT), played)
        report["against"] = {"mean": average([a.points for a, _ in pairs]), **difference(pairs)}
    return report


def cost(run: Run) -> Plain:
    """Money and tokens of every model call of the run, held-out episodes included."""
    everything = run.episodes.values()
    return {
        "usd": round(math.fsum(sorted(e.cost_usd for e in everything)), 6),
        "tokens_in": sum(e.tokens_in for e in everything),
        "tokens_out": sum(e.tokens_out for e in everything),
    }


def seconds(run: Run) -> float:
    """From the run's first event to its last, pauses included."""
    return round((run.last - run.first) / 1e9, 3)


def run_line(run: Run) -> Plain:
    """One line of `log list --json`."""
    return {
        "run": run.run,
        "status": run.status,
        "started": datetime.fromtimestamp(run.first / 1e9, UTC).isoformat(timespec="seconds"),
        "episodes": episodes(run)["finished"],
        "skillbook": f"{run.skillbook}@{run.version}" if run.skillbook else "",
        "command": run.command,
        "world": run.world,
    }


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
