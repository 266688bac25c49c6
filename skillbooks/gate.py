"""The gate: whether a version of a book may become the current one, by a stated rule with a stated error rate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from skillbooks.comparison import family_of
from skillbooks.runs import Episode
from skillbooks.statistics import Estimate, paired_difference
from skillbooks.wager import capital, strongest

Method = Literal["sequential", "fixed"]
Pairs = Sequence[tuple[Episode, Episode]]
MOST_POINTS = 100.0


@dataclass(frozen=True, slots=True)
class Rule:
    """When a version passes.

    Attributes:
        method: `sequential` may stop as soon as the evidence is strong enough, at any pair; `fixed` decides once.
        alpha: most often that a version passes which is no better than the current one.
        margin: share of a category's points that may be lost at most; that it is more must be excluded, at `alpha`.
        most: pairs after which it is over.
    """

    method: Method = "sequential"
    alpha: float = 0.05
    margin: float = 0.1
    most: int = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rule says of the pairs so far.

    Attributes:
        passed: whether the version may become current.
        over: whether more pairs could not change that, or may not be asked for.
        difference, bound: mean points gained, and the lower end of what that can be at `alpha`.
        evidence: capital of the bet that the version is better; 1 / alpha is enough.
        categories: of each the difference, its lower bound and the most that may be lost.
        won, lost: scenarios that only one of the two solved.
        reasons: what stands against it.
    """

    passed: bool
    over: bool
    n: int
    difference: float
    bound: float | None
    evidence: float
    categories: dict[str, Any] = field(default_factory=dict)
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def decide(pairs: Pairs, rule: Rule, maxima: Mapping[str, float]) -> Decision:
    """What the rule says.

    Args:
        pairs: (with the current version, with the new one) on the same scenario and seed, in the order of play.
        rule: of the gate.
        maxima: category of the rubric -> its most points.
    """
    gains = [b.points - a.points for a, b in pairs]
    evidence = strongest(capital(gains, MOST_POINTS))
    whole = _lower(pairs, [(a.points, b.points) for a, b in pairs], rule.alpha)
    better = evidence >= 1 / rule.alpha if rule.method == "sequential" else (whole.low or 0.0) > 0
    categories = {name: _category(pairs, name, most, rule) for name, most in maxima.items()}
    reasons = [] if better else [_why_not(rule, evidence, whole)]
    reasons += [
        f"{name} may have fallen by more than {told['margin']:g}: bound {told['bound']}"
        for name, told in categories.items()
        if told["bound"] is None or told["bound"] < -told["margin"]
    ]
    spent = len(pairs) >= rule.most
    ready = spent if rule.method == "fixed" else spent or not reasons
    return Decision(
        passed=ready and not reasons,
        over=ready,
        n=len(pairs),
        difference=round(whole.value, 2),
        bound=None if whole.low is None else round(whole.low, 2),
        evidence=round(min(evidence, 1e12), 3),
        categories=categories,
        won=tuple(b.scenario for a, b in pairs if b.success > a.success),
        lost=tuple(b.scenario for a, b in pairs if b.success < a.success),
        reasons=tuple(reasons),
    )


def _why_not(rule: Rule, evidence: float, whole: Estimate) -> str:
    if rule.method == "sequential":
        return f"evidence {evidence:.2f} that it is better; {1 / rule.alpha:g} is needed"
    low = "unknown" if whole.low is None else f"{whole.low:+.2f}"
    return f"the lower bound of the difference is {low}; it must be above 0"


def _category(pairs: Pairs, name: str, most: float, rule: Rule) -> dict[str, Any]:
    values = [(a.categories.get(name, 0.0), b.categories.get(name, 0.0)) for a, b in pairs]
    found = _lower(pairs, values, rule.alpha)
    low = None if found.low is None or math.isnan(found.low) else round(found.low, 2)
    return {"difference": round(found.value, 2), "bound": low, "margin": round(rule.margin * most, 3)}


def _lower(pairs: Pairs, values: Sequence[tuple[float, float]], alpha: float) -> Estimate:
    """A difference whose interval's lower end is a one-sided bound at alpha; cases of one family count as one."""
    families = [family_of(a) for a, _ in pairs]
    return paired_difference([a for a, _ in values], [b for _, b in values], families=families, level=1 - 2 * alpha)
