"""What is known while a run goes on: mean and spread of the points so far, per arm, and what was spent."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Running:
    """Mean and spread of numbers that come one at a time, kept without keeping the numbers (Welford)."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Take one number in."""
        self.n += 1
        step = value - self.mean
        self.mean += step / self.n
        self.squares += step * (value - self.mean)

    def merge(self, n: int, mean: float) -> None:
        """Take `n` numbers in of which only the mean is known; their own spread is passed over."""
        whole = self.n + n
        self.squares += (mean - self.mean) ** 2 * self.n * n / whole
        self.mean += (mean - self.mean) * n / whole
        self.n = whole

    def __str__(self) -> str:
        if not self.n:
            return "-"
        if self.n == 1:
            return f"{self.mean:.1f}"
        return f"{round(self.mean, 2):.1f} ±{1.96 * math.sqrt(self.squares / (self.n - 1) / self.n):.1f}"


@dataclass(slots=True)
class Tally:
    """The running figures of a run. The log decides in the end; these are only for watching."""

    arms: dict[tuple[str, str], Running] = field(default_factory=dict)
    wave: Running = field(default_factory=Running)
    failed: int = 0
    usd: float = 0.0
    tokens: int = 0

    def begin_wave(self) -> None:
        """Forget the wave before."""
        self.wave = Running()

    def add(self, summary: dict[str, Any]) -> None:
        """Take one finished episode in."""
        self.usd += summary.get("cost_usd", 0.0)
        self.tokens += summary.get("tokens", 0)
        points = summary.get("points")
        if points is None:
            self.failed += 1
            return
        self.wave.add(points)
        self.arms.setdefault((summary["phase"], summary["arm"]), Running()).add(points)

    def words(self) -> str:
        """One line for a bar: the score that matters in this phase, and the money."""
        compared = [
            f"{arm} {self.arms['held_out', arm]}"
            for arm in ("without", "with", "shuffled")
            if ("held_out", arm) in self.arms
        ]
        said = ", ".join(compared) or f"score {self.wave}"
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{said}{failed}, ${self.usd:.2f}"
