"""Sums say what the values themselves would say, in whatever order these come."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillbooks.statistics import paired_difference, pass_hat_k, slope
from skillbooks.sums import MILLION, Cell, Families, Line, millionths

POINTS = st.lists(st.integers(0, 100 * MILLION), min_size=2, max_size=60)


@settings(deadline=None)
@given(POINTS, st.randoms())
def test_the_order_of_episodes_changes_no_digit(points: list[int], rng: random.Random) -> None:
    cell, other, line, again = Cell(), Cell(), Line(), Line()
    numbered = list(enumerate(points))
    for index, value in numbered:
        cell.add(value, value % 2)
        line.add(index, value)
    rng.shuffle(numbered)
    for index, value in numbered:
        other.add(value, value % 2)
        again.add(index, value)
    assert cell.plain() == other.plain()
    assert line.gain() == again.gain()


@settings(deadline=None)
@given(POINTS)
def test_mean_and_spread_are_those_of_the_values(points: list[int]) -> None:
    cell = Cell()
    for value in points:
        cell.add(value, 0)
    values = [value / MILLION for value in points]
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
    found = cell.estimate()
    assert found.value == pytest.approx(mean, abs=1e-9)
    assert found.high is not None
    assert found.high - found.value == pytest.approx(1.959964 * deviation / math.sqrt(len(values)), rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=4, max_size=40))
def test_the_line_is_the_least_squares_line(values: list[float]) -> None:
    line = Line()
    for index, value in enumerate(values):
        line.add(index, millionths(value))
    assert line.gain().value == pytest.approx(slope(values).value * (len(values) - 1), abs=1e-4)


def test_repeats_of_one_scenario_are_no_independent_evidence() -> None:
    """Fifty scenarios of twenty like tries each: the interval is that over scenarios, far wider than the naive one."""
    rng, families, cell = random.Random(4), Families(20), Cell()
    values, names = [], []
    for scenario in range(50):
        own = rng.uniform(20, 80)
        for _ in range(20):
            value = own + rng.gauss(0, 2)
            values.append(value)
            names.append(scenario)
            families.add(str(scenario), millionths(value), 0)
            cell.add(millionths(value), 0)
    honest = paired_difference([0.0] * len(values), values, families=names)
    found, naive = families.mean(), cell.estimate()
    assert (found.n, found.clusters) == (1000, 50)
    assert found.high is not None
    assert honest.high is not None
    assert naive.high is not None
    assert found.high - found.value == pytest.approx(honest.high - honest.value, rel=0.05)
    assert found.high - found.value > 3 * (naive.high - naive.value)


def test_pass_k_is_that_of_the_tasks_and_nothing_complete_is_kept() -> None:
    rng, families = random.Random(1), Families(4)
    tasks = []
    for scenario in range(300):
        solved = [int(rng.random() < 0.7) for _ in range(4)]
        tasks.append((sum(solved), 4))
        for success in solved:
            families.add(str(scenario), 0, success)
    assert families.open == {}
    told = families.reliability()
    assert list(told) == ["1", "2", "4"]
    for k in (1, 2, 4):
        assert told[str(k)]["value"] == pytest.approx(pass_hat_k(tasks, k).value, abs=1e-4)
