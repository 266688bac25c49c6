"""The delta that made a book worse is found, or it is said that it cannot be told."""

from __future__ import annotations

import random

from ops.bisects import Search
from skillbooks.runs import Episode


def episode(index: int, points: float) -> Episode:
    found = Episode(f"e/{index}", index, 0, "held_out", "with", f"s{index}", "a")
    found.scored, found.points, found.categories = True, points, {"identification": points * 0.4}
    return found


class Bench:
    """Versions whose true mean is given; cases differ more than versions do, as real ones."""

    def __init__(self, means: list[float], noise: float, n: int = 40) -> None:
        self.means, self.noise, self.n = means, noise, n
        self.asked: list[int] = []
        case = random.Random(1)
        self.cases = [case.gauss(0, 25) for _ in range(n)]

    def play(self, version: int) -> list[Episode]:
        self.asked.append(version)
        rng = random.Random(version)
        return [episode(n, self.means[version] + case + rng.gauss(0, self.noise)) for n, case in enumerate(self.cases)]


def test_the_delta_behind_a_fall_is_found_with_few_plays() -> None:
    for guilty in range(1, 17):
        bench = Bench([80.0] * guilty + [60.0] * (17 - guilty), noise=10)
        found = Search(bench.play, "points").between(0, 16)
        assert (found["verdict"], found["version"]) == ("found", guilty)
        assert len(bench.asked) <= 6
        assert found["difference"]["value"] < -10


def test_a_category_is_bisected_by_itself() -> None:
    bench = Bench([80.0] * 5 + [60.0] * 4, noise=5)
    assert Search(bench.play, "identification").between(0, 8)["version"] == 5


def test_no_fall_is_said_to_be_none_in_nineteen_of_twenty_cases() -> None:
    """Both ends are alike: a two-sided 95 % interval lies below zero in 2.5 % of cases; 200 seeds, at most 6 %."""
    found = 0
    for seed in range(200):
        rng = random.Random(seed)

        def play(version: int, rng: random.Random = rng) -> list[Episode]:
            del version
            return [episode(n, rng.gauss(70, 15)) for n in range(20)]

        found += Search(play, "points").between(0, 8)["verdict"] != "no fall"
    assert found <= 12


def test_a_slow_slide_cannot_be_pinned_to_one_delta_and_the_rest_is_named() -> None:
    bench = Bench([80.0 - 2.0 * version for version in range(17)], noise=35)
    found = Search(bench.play, "points").between(0, 16)
    assert found["verdict"] == "cannot tell"
    low, high = found["candidates"]
    assert high - low > 1
