"""What a comparison says: the same scenarios with the book, without it, and with a book made worthless on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from skillbooks.metrics import average, breakdowns, solved
from skillbooks.runs import Episode, Run
from skillbooks.statistics import Estimate, detectable_effect, deviation, paired_difference, pass_hat_k

Plain = dict[str, Any]

BASELINE = "baseline:"
WITH, WITHOUT, SHUFFLED = "with", "without", "shuffled"


def held_out(run: Run) -> Plain | None:
    """The comparison with and without the book on scenarios that were never practised; None if there was none.

    `shuffled` is the arm whose skills kept their signs and swapped their conclusions; None if it was not played.
    """
    pairs = paired(run.played("held_out", WITHOUT), run.played("held_out", WITH))
    if not pairs:
        return None
    without, with_book = [a for a, _ in pairs], [b for _, b in pairs]
    worthless = paired(without, run.played("held_out", SHUFFLED))
    arms = {WITHOUT: without, WITH: with_book, SHUFFLED: [b for _, b in worthless]}
    return {
        "n": len(pairs),
        "without": average([e.points for e in without]),
        "with": average([e.points for e in with_book]),
        **difference(pairs),
        "solved_without": solved(without).value,
        "solved_with": solved(with_book).value,
        **_shuffled(worthless),
        "baselines": baselines(run),
        "breakdowns": {arm: breakdowns(played) for arm, played in arms.items() if played},
    }


def between_runs(a: Run, b: Run) -> Plain | None:
    """Two runs on the held-out scenarios that both played with their books; None if they have none in common."""
    pairs = [
        (x, y) for x, y in paired(a.played("held_out", WITH), b.played("held_out", WITH)) if x.scenario == y.scenario
    ]
    if not pairs:
        return None
    return {
        "n": len(pairs),
        "means": [average([x.points for x, _ in pairs]), average([y.points for _, y in pairs])],
        "solved": [solved([x for x, _ in pairs]).value, solved([y for _, y in pairs]).value],
        **difference(pairs),
    }


def family_of(episode: Episode) -> str:
    """What makes episodes kin, so that they are no independent evidence: the same causes, else the same scenario."""
    return episode.tags.get("causes") or episode.tags.get("family") or episode.scenario


def metric_of(episode: Episode, metric: str) -> float:
    """One number of an episode: `points`, `success`, or a category of the rubric.

    Raises:
        LookupError: the rubric has no such category; the text names those that it has.
    """
    if metric in ("points", "success"):
        return float(getattr(episode, metric))
    if metric not in episode.categories:
        raise LookupError(f"there is no metric '{metric}'; there are points, success, {', '.join(episode.categories)}")
    return episode.categories[metric]


def _shuffled(pairs: Sequence[tuple[Episode, Episode]]) -> Plain:
    """The ablation beside the arm without: what a book of the same length and wrong conclusions brings."""
    if not pairs:
        return {"shuffled": None, "solved_shuffled": None, "shuffled_difference": None, "shuffled_ci95": None}
    gain = difference(pairs)
    return {
        "shuffled": average([b.points for _, b in pairs]),
        "solved_shuffled": solved([b for _, b in pairs]).value,
        "shuffled_difference": gain["difference"],
        "shuffled_ci95": gain["ci95"],
    }


def paired(a: Sequence[Episode], b: Sequence[Episode]) -> list[tuple[Episode, Episode]]:
    """Episodes that were played on the same scenario in both arms and scored in both, by index."""
    other = {e.index: e for e in b if e.scored}
    return [(e, other[e.index]) for e in a if e.scored and e.index in other]


def difference(pairs: Sequence[tuple[Episode, Episode]]) -> Plain:
    """Points of the second arm over the first: mean, interval, what could have been seen at all, and who flipped."""
    estimate = gained(pairs, lambda e: e.points)
    names = dict.fromkeys(name for pair in pairs for e in pair for name in e.categories)
    parts = {name: gained(pairs, partial(_points_in, name)) for name in names}
    rate = gained(pairs, lambda e: float(e.success))
    spread = deviation([b.points - a.points for a, b in pairs])
    return {
        "difference": round(estimate.value, 2),
        "ci95": estimate.interval(),
        "clusters": estimate.clusters,
        "detectable": round(detectable_effect(spread, len(pairs)), 2),
        "solved_difference": round(rate.value, 4),
        "solved_ci95": rate.interval(4),
        "by_category": {name: {"difference": round(e.value, 2), "ci95": e.interval()} for name, e in parts.items()},
        "flips_won": [b.scenario for a, b in pairs if b.success > a.success],
        "flips_lost": [b.scenario for a, b in pairs if b.success < a.success],
    }


def _points_in(name: str, episode: Episode) -> float:
    return episode.categories.get(name, 0.0)


def gained(pairs: Sequence[tuple[Episode, Episode]], number: Callable[[Episode], float]) -> Estimate:
    """How much more the second arm has of some number; cases with the same causes are kin, and count as one cluster."""
    return paired_difference(
        [number(a) for a, _ in pairs], [number(b) for _, b in pairs], families=[family_of(a) for a, _ in pairs]
    )


def reliability(played: Sequence[Episode]) -> dict[str, Plain]:
    """pass^k over scenarios that were played several times: how often k tries all succeed, with interval and n."""
    tries: dict[str, list[int]] = {}
    for episode in played:
        if episode.scored:
            tries.setdefault(episode.scenario, []).append(episode.success)
    tasks = [(sum(found), len(found)) for found in tries.values()]
    most = max((n for _, n in tasks), default=0)
    told = {}
    for k in (1, 2, 4, 8, 16):
        if most >= 2 and k <= most:  # noqa: PLR2004 - one try says nothing of reliability
            estimate = pass_hat_k(tasks, k)
            told[f"pass^{k}"] = {"value": round(estimate.value, 4), "ci95": estimate.interval(4), "n": estimate.n}
    return told


def apart(played: Sequence[Episode]) -> Plain:
    """What never came to a score, counted by itself: it is in no mean, and never left out in silence."""
    failed = [e for e in played if e.how == "failed"]
    return {
        "asked": len(played),
        "scored": sum(e.scored for e in played),
        "truncated": sum(e.how == "truncated" for e in played),
        "failed": len(failed),
        "causes": dict(Counter(e.cause.partition(":")[0] for e in failed)),
    }


def baselines(run: Run) -> dict[str, float]:
    """Mean points of each test agent on the same scenarios: what a score is to be measured by."""
    arms = sorted({e.arm for e in run.played("held_out") if e.arm.startswith(BASELINE)})
    return {
        arm.removeprefix(BASELINE): average([e.points for e in run.played("held_out", arm) if e.scored]) for arm in arms
    }
