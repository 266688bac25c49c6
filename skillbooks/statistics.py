"""What may be concluded from a few dozen episodes: rates, means, paired differences, trends, with n and interval.

Nothing here reads a clock or an unseeded generator: the same numbers give the same interval, to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95
RESAMPLES = 2000
EQUAL = 1e-9
"""Spread below which values are one value."""
LARGE = 1000
"""From so many values on, a mean is normal enough for Student's interval, and resampling costs too much."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that stands for more than was seen.

    Attributes:
        value: the estimate; 0 when nothing was seen (n = 0).
        low: lower end of the interval, None when too little was seen to give one.
        high: upper end, None with `low`.
        n: how many observations it rests on.
        clusters: how many of them are independent of each other; n unless they come in families.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    clusters: int

    def interval(self, digits: int = 2) -> list[float] | None:
        """The interval as a rounded pair for reports, or None."""
        return None if self.low is None or self.high is None else [round(self.low, digits), round(self.high, digits)]


def rate(successes: int, n: int, *, level: float = LEVEL) -> Estimate:
    """A rate with its Wilson interval, which stays honest near 0 and 1 where the textbook interval does not.

    Raises:
        ValueError: more successes than tries, or less than none.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} tries cannot be")
    if n == 0:
        return Estimate(0.0, None, None, 0, 0)
    z = _two_sided(level)
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(p, max(0.0, centre - half), min(1.0, centre + half), n, n)


def mean(values: Sequence[float], *, level: float = LEVEL, seed: int = 0) -> Estimate:
    """A mean with its bias-corrected and accelerated bootstrap interval: points are bounded and skewed."""
    if len(values) < 2:  # noqa: PLR2004 - one value says nothing of its spread
        return _bare(values)
    if len(values) >= LARGE:
        return paired_difference([0.0] * len(values), values, level=level)
    return _bootstrap(values, level, seed)


def paired_difference(
    a: Sequence[float], b: Sequence[float], *, families: Sequence[Hashable] = (), level: float = LEVEL
) -> Estimate:
    """The mean of b - a over pairs, with Student's interval.

    Args:
        a: one value a pair, the same scenario and seed as the value of `b` at the same place.
        b: see `a`.
        families: names which pairs belong together (the same scenario again); their deviations are added up
            before they are squared, because repeats of one scenario are not independent evidence.
        level: of the interval.

    Raises:
        ValueError: the sequences differ in length.
    """
    differences = [y - x for x, y in zip(a, b, strict=True)]
    names = list(families) or list(range(len(differences)))
    if len(names) != len(differences):
        raise ValueError(f"{len(differences)} pairs but {len(names)} families")
    if len(set(names)) < 2:  # noqa: PLR2004 - one family says nothing of its spread
        return _bare(differences)
    n, centre = len(differences), math.fsum(differences) / len(differences)
    sums: dict[Hashable, float] = dict.fromkeys(names, 0.0)
    for name, difference in zip(names, differences, strict=True):
        sums[name] += difference - centre
    count = len(sums)
    error = math.sqrt(count / (count - 1) * math.fsum(s * s for s in sums.values())) / n
    half = _student(level, count - 1) * error
    return Estimate(centre, centre - half, centre + half, n, count)


def pass_hat_k(tasks: Sequence[tuple[int, int]], k: int, *, level: float = LEVEL, seed: int = 0) -> Estimate:
    """Reliability: the chance that k tries at a task all succeed, averaged over tasks.

    Args:
        tasks: (successes, tries) of each task; tasks with fewer than k tries are left out.
        k: tries that must all succeed.
        level: of the interval, a bootstrap over tasks.
        seed: of the bootstrap.

    Raises:
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k is {k}; it must be at least 1")
    return mean([math.comb(c, k) / math.comb(n, k) for c, n in tasks if n >= k], level=level, seed=seed)


def slope(values: Sequence[float], *, level: float = LEVEL) -> Estimate:
    """Change from each value to the next: the least-squares line through them, with Student's interval."""
    n = len(values)
    if n < 3:  # noqa: PLR2004 - a line through two points leaves nothing to judge it by
        return Estimate(values[1] - values[0] if n > 1 else 0.0, None, None, n, n)
    middle, centre = (n - 1) / 2, math.fsum(values) / n
    spread = math.fsum((i - middle) ** 2 for i in range(n))
    steep = math.fsum((i - middle) * (value - centre) for i, value in enumerate(values)) / spread
    left = math.fsum((value - centre - steep * (i - middle)) ** 2 for i, value in enumerate(values))
    half = _student(level, n - 2) * math.sqrt(left / (n - 2) / spread)
    return Estimate(steep, steep - half, steep + half, n, n)


def detectable_effect(deviation: float, n: int, *, power: float = 0.8, level: float = LEVEL) -> float:
    """The smallest true mean difference that n pairs would find with the given chance.

    Args:
        deviation: standard deviation of the pairs' differences.
        n: number of pairs.
        power: chance of finding it.
        level: of the two-sided test.
    """
    return math.inf if n < 1 else (_two_sided(level) + _NORMAL.inv_cdf(power)) * deviation / math.sqrt(n)


def deviation(values: Sequence[float]) -> float:
    """Standard deviation of a sample; 0 for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004 - one value says nothing of its spread
        return 0.0
    centre = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def _bare(values: Sequence[float]) -> Estimate:
    return Estimate(math.fsum(values) / len(values) if values else 0.0, None, None, len(values), len(values))


def _two_sided(level: float) -> float:
    return _NORMAL.inv_cdf((1 + level) / 2)


def _student(level: float, freedom: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, and only reports need it

    return float(stdtrit(freedom, (1 + level) / 2))


def _bootstrap(values: Sequence[float], level: float, seed: int) -> Estimate:
    """BCa after Efron (1987): the percentiles are moved for bias and for a spread that changes with the value."""
    import numpy as np  # noqa: PLC0415 - heavy, and only reports need it

    sample = np.asarray(values, dtype=np.float64)
    n = len(sample)
    value = math.fsum(values) / n
    if sample.max() - sample.min() < EQUAL:
        return Estimate(value, value, value, n, n)
    draws = np.random.default_rng(seed).integers(0, n, size=(RESAMPLES, n))
    replicas = sample[draws].mean(axis=1)
    below = np.count_nonzero(replicas < value) + np.count_nonzero(replicas == value) / 2
    bias = _NORMAL.inv_cdf(min(max(below / RESAMPLES, 1 / RESAMPLES), 1 - 1 / RESAMPLES))
    left_out = sample.mean() - (sample.sum() - sample) / (n - 1)
    acceleration = float((left_out**3).sum() / (6 * (left_out**2).sum() ** 1.5))
    low, high = (
        float(np.quantile(replicas, _moved(z, bias, acceleration))) for z in (-_two_sided(level), _two_sided(level))
    )
    return Estimate(value, low, high, n, n)


def _moved(z: float, bias: float, acceleration: float) -> float:
    return _NORMAL.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
