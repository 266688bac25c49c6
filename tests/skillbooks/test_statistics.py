"""Intervals keep their promise: they agree with a reference, and cover the truth as often as they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from skillbooks.statistics import (
    LARGE,
    detectable_effect,
    deviation,
    mean,
    paired_difference,
    pass_hat_k,
    rate,
    slope,
)

POINTS = [12.0, 30.5, 47.0, 88.0, 91.5, 90.0, 15.0, 77.0, 64.0, 99.0]


@pytest.mark.parametrize(("successes", "n"), [(8, 10), (0, 5), (5, 5), (1, 400)])
def test_a_rate_has_the_wilson_interval(successes: int, n: int) -> None:
    reference = stats.binomtest(successes, n).proportion_ci(method="wilson")
    estimate = rate(successes, n)
    assert (estimate.value, estimate.n) == (successes / n, n)
    assert estimate.low == pytest.approx(reference.low, abs=1e-12)
    assert estimate.high == pytest.approx(reference.high, abs=1e-12)


def test_an_impossible_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="5 successes in 4 tries"):
        rate(5, 4)


def test_nothing_seen_gives_no_interval() -> None:
    assert rate(0, 0).interval() is None
    assert (mean([]).n, mean([]).interval()) == (0, None)
    assert (mean([7.0]).value, mean([7.0]).interval()) == (7.0, None)
    assert paired_difference([], []).interval() is None


def test_a_mean_has_the_bca_interval_of_the_reference() -> None:
    reference = stats.bootstrap(
        (POINTS,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(5)
    ).confidence_interval
    estimate = mean(POINTS)
    assert estimate.value == pytest.approx(61.4)
    assert estimate.low == pytest.approx(reference.low, abs=1.5)
    assert estimate.high == pytest.approx(reference.high, abs=1.5)


def test_many_values_get_students_interval_without_resampling() -> None:
    values = list(np.random.default_rng(1).normal(50, 10, LARGE))
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean(values).low == pytest.approx(reference.low, abs=1e-6)


def test_the_same_numbers_give_the_same_interval() -> None:
    assert mean(POINTS) == mean(list(POINTS))
    assert mean(POINTS) != mean(POINTS, seed=1)


def test_equal_values_have_an_interval_without_width() -> None:
    assert mean([3.0, 3.0, 3.0]).interval() == [3.0, 3.0]


def test_a_paired_difference_agrees_with_students_test() -> None:
    without, with_skills = POINTS, [p + d for p, d in zip(POINTS, [5, 9, -2, 0, 1, 3, 22, 4, 8, 0], strict=True)]
    reference = stats.ttest_rel(with_skills, without).confidence_interval(0.95)
    estimate = paired_difference(without, with_skills)
    assert estimate.value == pytest.approx(5.0)
    assert (estimate.low, estimate.high) == (pytest.approx(reference.low), pytest.approx(reference.high))


def test_repeats_of_a_scenario_are_not_independent_evidence() -> None:
    differences = [10.0, 10.0, 10.0, 0.0, 0.0, 0.0, 5.0, 5.0, 5.0]
    naive = paired_difference([0.0] * 9, differences)
    clustered = paired_difference([0.0] * 9, differences, families=list("aaabbbccc"))
    of_means = paired_difference([0.0] * 3, [10.0, 0.0, 5.0])
    assert (clustered.n, clustered.clusters) == (9, 3)
    assert clustered.interval() == of_means.interval()
    assert clustered.low is not None
    assert naive.low is not None
    assert clustered.low < naive.low


def test_sequences_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        paired_difference([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="2 pairs but 1 families"):
        paired_difference([1.0, 2.0], [1.0, 2.0], families=["a"])


def test_pass_hat_k_is_the_chance_that_all_tries_succeed() -> None:
    assert pass_hat_k([(3, 4), (4, 4), (0, 4)], 2).value == pytest.approx((3 / 6 + 1 + 0) / 3)
    assert pass_hat_k([(8, 10)], 8).value == pytest.approx(1 / 45)
    assert pass_hat_k([(1, 1), (2, 4)], 4) == pass_hat_k([(2, 4)], 4)
    with pytest.raises(ValueError, match="at least 1"):
        pass_hat_k([(1, 1)], 0)


def test_a_slope_agrees_with_linear_regression() -> None:
    reference = stats.linregress(range(10), POINTS)
    estimate = slope(POINTS)
    assert estimate.value == pytest.approx(reference.slope)
    assert estimate.high == pytest.approx(reference.slope + stats.t.ppf(0.975, 8) * reference.stderr)
    assert (slope([1.0, 4.0]).value, slope([1.0, 4.0]).interval(), slope([1.0]).value) == (3.0, None, 0.0)


def test_the_detectable_effect_is_found_with_the_promised_power() -> None:
    effect = detectable_effect(20.0, 40)
    generator = np.random.default_rng(3)
    found = 0
    for _ in range(600):
        estimate = paired_difference([0.0] * 40, list(generator.normal(effect, 20.0, 40)))
        found += estimate.low is not None and estimate.low > 0
    assert found / 600 == pytest.approx(0.8, abs=0.05)
    assert detectable_effect(20.0, 0) == math.inf


def test_a_mean_of_skewed_bounded_points_is_covered() -> None:
    """95 % intervals over 40 skewed scores contain the truth about 95 times in 100 (seeded, 400 rounds)."""
    generator = np.random.default_rng(11)
    truth = 100 * 2 / 2.6
    covered = 0
    for _ in range(400):
        estimate = mean([float(x) for x in 100 * generator.beta(2, 0.6, 40)])
        covered += estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high
    assert 0.92 <= covered / 400 <= 0.985


def test_families_are_covered_where_the_naive_interval_is_not() -> None:
    """20 families of 8 correlated pairs: the clustered interval holds its promise, the naive one breaks it."""
    generator = np.random.default_rng(12)
    names = [family for family in range(20) for _ in range(8)]
    clustered = naive = 0
    for _ in range(300):
        shared = np.repeat(generator.normal(0, 10, 20), 8)
        differences = [float(x) for x in 7 + shared + generator.normal(0, 10, 160)]
        for kind in (names, []):
            estimate = paired_difference([0.0] * 160, differences, families=kind)
            hit = estimate.low is not None and estimate.high is not None and estimate.low <= 7 <= estimate.high
            clustered, naive = clustered + (hit and bool(kind)), naive + (hit and not kind)
    assert clustered / 300 > 0.92
    assert naive / 300 < 0.8


@given(st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_an_interval_contains_its_estimate_and_stays_within_what_was_seen(values: list[float]) -> None:
    estimate = mean(values)
    assert estimate.low is not None
    assert estimate.high is not None
    assert min(values) - 1e-9 <= estimate.low <= estimate.high <= max(values) + 1e-9
    assert not math.isnan(estimate.low + estimate.high)


def test_deviation_is_that_of_a_sample() -> None:
    assert deviation(POINTS) == pytest.approx(np.std(POINTS, ddof=1))
    assert deviation([1.0]) == 0
