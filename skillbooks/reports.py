"""The objects that commands print with `--json`, put together from a run's numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from events.log import Head
from skillbooks.comparison import BASELINE, WITH, WITHOUT, apart, baselines, difference, held_out, paired, reliability
from skillbooks.convergence import convergence
from skillbooks.metrics import (
    average,
    breakdown,
    breakdowns,
    categories,
    cost,
    episodes,
    grades,
    per_fault,
    score,
    seconds,
    skillbook,
    solved,
)
from skillbooks.runs import Run
from skillbooks.statistics import mean, slope

Plain = dict[str, Any]


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
        "world": run.world,
        "status": run.status,
        **({"reason": run.reason} if run.reason else {}),
        "episodes": episodes(run),
        "score": score(training),
        "categories": categories(training),
        "grades": grades(training),
        "skillbook": skillbook(run, skills),
        "learned": learned(run),
        "convergence": convergence(run),
        "levels": run.levels,
        "held_out": held_out(run),
        "breakdowns": breakdowns(training),
        "cost": cost(run),
        "log": {"events": head.position, "head": head.hash.hex()},
        "seconds": seconds(run),
    }


def learned(run: Run) -> bool:
    """Whether the run wrote anything into its book."""
    return any(change.operations for change in run.changes)


def evaluation_report(run: Run, against: bool) -> Plain:
    """The object that `evaluate --json` prints: the arm `with` by itself, and paired against the arm `without`."""
    played = run.played("held_out", WITH)
    estimate = mean([e.points for e in played if e.scored])
    report = {
        "run": run.run,
        "skillbook": f"{run.skillbook}@{run.version}",
        "n": estimate.n,
        "mean": round(estimate.value, 2),
        "ci95": estimate.interval(),
        "solved": solved(played).value,
        "solved_ci95": solved(played).interval(4),
        "categories": categories(played),
        "per_fault": per_fault(played),
        "breakdowns": breakdowns(played),
        "baselines": baselines(run),
        "reliability": reliability(played),
        "episodes": apart(played),
        "cost": cost(run),
    }
    if against:
        pairs = paired(run.played("held_out", WITHOUT), played)
        report["against"] = {
            "mean": average([a.points for a, _ in pairs]),
            **difference(pairs),
            "breakdowns": breakdowns([a for a, _ in pairs]),
            "episodes": apart(run.played("held_out", WITHOUT)),
            "unpaired": len(run.played("held_out", WITH)) - len(pairs),
        }
    return report


def tried_report(run: Run) -> Plain:
    """The object of a run that played one scenario to be read along: what came out, and what it took."""
    played = next(iter(run.episodes.values()), None)
    if played is None:
        return {"run": run.run, "scenario": ""}
    names = ("scenario", "how", "scored", "points", "success", "grade", "categories", "feedback", "tags", "turns")
    return {
        "run": run.run,
        **{name: getattr(played, name) for name in names},
        "minutes": played.minutes,
        "money": played.money,
        "skillbook": f"{run.skillbook}@{run.version}",
        "cost": cost(run),
    }


def session_statistics(run: Run) -> Plain:
    """What `TrainingSession.evaluator.get_statistics()` returns: single and stress episodes together, in order.

    `improvement_trend` is what the straight line through the points gains from the first episode to the last.
    """
    order = {arm: place for place, arm in enumerate(dict.fromkeys(e.arm for e in run.episodes.values()))}
    played = sorted((e for e in run.episodes.values() if e.scored), key=lambda e: (order[e.arm], e.index))
    points = [e.points for e in played]
    estimate, line, success = mean(points), slope(points), solved(played)
    steps = max(len(points) - 1, 0)
    ends = line.interval(12)
    return {
        "n": estimate.n,
        "average_score": round(estimate.value, 2),
        "interval": estimate.interval(),
        "improvement_trend": round(line.value * steps, 2),
        "trend_interval": [round(end * steps, 2) for end in ends] if ends else None,
        "success_rate": success.value,
        "success_interval": success.interval(4),
        "by_category": categories(played),
        "by_difficulty": breakdown(played, "difficulty"),
        "grades": grades(played),
        "failed": sum(e.how == "failed" for e in run.episodes.values()),
        "cost": cost(run),
    }


def run_line(run: Run) -> Plain:
    """One line of `log list --json`."""
    return {
        "run": run.run,
        "status": run.status,
        "started": datetime.fromtimestamp(run.first / 1e9, UTC).isoformat(timespec="seconds"),
        "episodes": _finished(run),
        "skillbook": f"{run.skillbook}@{run.version}" if run.skillbook else "",
        "command": run.command,
        "world": run.world,
    }


def _finished(run: Run) -> int:
    """Episodes of practice that came to an end; of a run without practice, those of the agent's other arms."""
    own = [e for e in run.episodes.values() if e.is_training]
    own = own or [e for e in run.episodes.values() if not e.arm.startswith(BASELINE)]
    return sum(e.how in ("terminated", "truncated") for e in own)
