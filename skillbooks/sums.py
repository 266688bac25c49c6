"""Sums over very many episodes, kept as whole numbers: the same to the last digit in whatever order they came."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import NormalDist
from typing import Any

from skillbooks.statistics import LEVEL, Estimate, rate

Plain = dict[str, Any]
MILLION = 1_000_000
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
FEW = 2
"""Values below which nothing can be said of their spread."""


def millionths(value: float) -> int:
    """A number as whole millionths."""
    return round(value * MILLION)


@dataclass(slots=True)
class Cell:
    """Episodes that have something in common.

    Attributes:
        n: how many were scored.
        points, squares: sum of their points in millionths, and of the squares of these.
        solved: how many were solved.
    """

    n: int = 0
    points: int = 0
    squares: int = 0
    solved: int = 0

    def add(self, points: int, success: int) -> None:
        """Take one episode in."""
        self.n += 1
        self.points += points
        self.squares += points * points
        self.solved += success

    @property
    def mean(self) -> float:
        """Mean points; 0 of nothing."""
        return self.points / self.n / MILLION if self.n else 0.0

    def estimate(self) -> Estimate:
        """Mean points with its interval, the episodes taken as independent of each other."""
        return estimate_of(self.n, self.points, self.squares)

    def plain(self) -> Plain:
        """As in reports."""
        mean, success = self.estimate(), rate(self.solved, self.n)
        return {
            "n": self.n,
            "mean": round(mean.value, 2),
            "ci95": mean.interval(),
            "solved": round(success.value, 4),
            "solved_ci95": success.interval(4),
        }


def estimate_of(n: int, total: int, squares: int, unit: int = MILLION) -> Estimate:
    """The mean of n independent values from their sum and the sum of their squares, with its normal interval."""
    if n < FEW:
        return Estimate(total / n / unit if n else 0.0, None, None, n, n)
    centre = total / n / unit
    variance = float(Fraction(squares * n - total * total, n * (n - 1))) / unit**2
    half = _Z * math.sqrt(max(variance, 0.0) / n)
    return Estimate(centre, centre - half, centre + half, n, n)


@dataclass(slots=True)
class Tries:
    """Episodes of one scenario: how many, how many solved, and their points together in millionths."""

    n: int = 0
    solved: int = 0
    points: int = 0


@dataclass(slots=True)
class Families:
    """Scenarios that were tried several times: what they say of reliability, and how little their repeats add.

    Attributes:
        tries: how often each is tried; families of which all tries are in are only kept as sums.
        open: scenario -> its tries so far.
        whole: number of families that are complete.
        sums: of the families' points and their squares.
        chances: k -> sum, and sum of squares, of C(solved, k) over complete families.
    """

    tries: int = 1
    open: dict[str, Tries] = field(default_factory=dict)
    whole: int = 0
    points: int = 0
    squares: int = 0
    chances: dict[int, list[int]] = field(default_factory=dict)

    def add(self, scenario: str, points: int, success: int) -> None:
        """Take one try in."""
        found = self.open.setdefault(scenario, Tries())
        found.n += 1
        found.solved += success
        found.points += points
        if found.n == self.tries:
            self._close(scenario)

    def _close(self, scenario: str) -> None:
        found = self.open.pop(scenario)
        self.whole += 1
        self.points += found.points
        self.squares += found.points**2
        for k in self.ks:
            ways, sums = math.comb(found.solved, k), self.chances.setdefault(k, [0, 0])
            sums[0] += ways
            sums[1] += ways * ways

    @property
    def ks(self) -> list[int]:
        """The k of which pass^k is told."""
        return [k for k in (1, 2, 4, 8, 16) if k <= self.tries]

    def mean(self) -> Estimate:
        """Mean points over complete families, each one piece of evidence whatever its number of tries."""
        found = estimate_of(self.whole, self.points, self.squares, MILLION * self.tries)
        return Estimate(found.value, found.low, found.high, self.whole * self.tries, self.whole)

    def reliability(self) -> dict[str, Plain]:
        """pass^k: the chance that k tries at a scenario are all solved, with its interval over scenarios."""
        told = {}
        for k in self.ks:
            total, squares = self.chances.get(k, [0, 0])
            found = estimate_of(self.whole, total, squares, math.comb(self.tries, k))
            told[str(k)] = {"value": round(found.value, 4), "ci95": found.interval(4), "scenarios": self.whole}
        return told


@dataclass(slots=True)
class Line:
    """A straight line through points by index, from five sums."""

    n: int = 0
    i: int = 0
    ii: int = 0
    p: int = 0
    pp: int = 0
    ip: int = 0
    last: int = 0

    def add(self, index: int, points: int) -> None:
        """Take one episode in."""
        self.n += 1
        self.i += index
        self.ii += index * index
        self.p += points
        self.pp += points * points
        self.ip += index * points
        self.last = max(self.last, index)

    def gain(self) -> Estimate:
        """Points that the line gains from the first index to the last, with its interval."""
        spread = self.n * self.ii - self.i * self.i
        if self.n <= FEW or not spread:
            return Estimate(0.0, None, None, self.n, self.n)
        cross = self.n * self.ip - self.i * self.p
        steep = Fraction(cross, spread)
        left = Fraction(self.n * self.pp - self.p * self.p, self.n) - steep * Fraction(cross, self.n)
        variance = left / (self.n - 2) / Fraction(spread, self.n)
        gain = float(steep) * self.last / MILLION
        half = _Z * math.sqrt(max(float(variance), 0.0)) * self.last / MILLION
        return Estimate(gain, gain - half, gain + half, self.n, self.n)
