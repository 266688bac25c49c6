"""The gate lets null edits through no more often than it says, finds real gains, and guards every category."""

from __future__ import annotations

import random

import pytest

from skillbooks.gate import MOST_POINTS, Decision, Rule, decide
from skillbooks.runs import Episode
from skillbooks.wager import capital, strongest
from skillbooks.watch import watch

MAXIMA = {"identification": 40.0, "root_cause": 30.0}
Pairs = list[tuple[Episode, Episode]]


def episode(index: int, points: float, **categories: float) -> Episode:
    found = Episode(f"e/{index}", index, 0, "held_out", "with", f"s{index}", "a")
    found.scored, found.points, found.success = True, points, int(points >= 50)
    found.categories = {"identification": points * 0.4, "root_cause": points * 0.3} | categories
    return found


def played(rng: random.Random, count: int, before: float, after: float, start: int = 0) -> Pairs:
    """Pairs of a model that is never the same twice: each episode succeeds by chance, 100 points or none."""
    return [
        (episode(n, MOST_POINTS * (rng.random() < before)), episode(n, MOST_POINTS * (rng.random() < after)))
        for n in range(start, start + count)
    ]


def gated(rng: random.Random, rule: Rule, before: float, after: float) -> Decision:
    """As the command does it: 20 pairs at a time, with a look after each."""
    pairs: Pairs = []
    decision = decide(pairs, rule, MAXIMA)
    while not decision.over:
        step = 20 if rule.method == "sequential" else rule.most
        pairs += played(rng, step, before, after, len(pairs))
        decision = decide(pairs, rule, MAXIMA)
    return decision


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_of_1000_null_edits_no_more_pass_than_stated(method: str) -> None:
    """The strict ">" of a known peer lets 43 % pass at 20 tasks. Ours says 5 %: at most 64 of 1,000 (2 deviations)."""
    rng = random.Random(7)
    rule = Rule(method="fixed" if method == "fixed" else "sequential", most=60)
    passed = sum(gated(rng, rule, 0.7, 0.7).passed for _ in range(1000))
    strict = sum(
        sum(b.points for _, b in pairs) > sum(a.points for a, _ in pairs)
        for pairs in (played(rng, 20, 0.7, 0.7) for _ in range(300))
    )
    assert passed <= 64
    assert strict > 100, "the simulation is one in which the strict rule fails"


@pytest.mark.parametrize(("method", "least"), [("sequential", 45), ("fixed", 45)])
def test_a_gain_of_30_points_is_found_in_nine_of_ten(method: str, least: int) -> None:
    rng = random.Random(3)
    rule = Rule(method="fixed" if method == "fixed" else "sequential", most=100)
    decisions = [gated(rng, rule, 0.5, 0.8) for _ in range(50)]
    assert sum(one.passed for one in decisions) >= least
    if method == "sequential":
        assert sum(one.n for one in decisions) / 50 < 80, "it stops early where the evidence is strong"


def test_an_edit_that_changes_nothing_at_all_never_passes() -> None:
    """A deterministic agent with the same text gets the same points: no evidence, however long one looks."""
    pairs = [(episode(n, 70.0), episode(n, 70.0)) for n in range(60)]
    for method in ("sequential", "fixed"):
        found = decide(pairs, Rule(method=method, most=60), MAXIMA)  # type: ignore[arg-type]
        assert (found.passed, found.evidence, found.difference) == (False, 1.0, 0.0)


def test_a_gain_that_costs_a_category_too_much_does_not_pass_and_says_which() -> None:
    pairs = [(episode(n, 40.0, root_cause=20.0), episode(n, 80.0, root_cause=15.0 + n % 2)) for n in range(40)]
    found = decide(pairs, Rule(most=40), MAXIMA)
    assert not found.passed
    assert found.evidence > 20
    assert [reason.split()[0] for reason in found.reasons] == ["root_cause"]
    assert decide(pairs, Rule(most=40, margin=0.2), MAXIMA).passed


def test_flips_are_named() -> None:
    pairs = [
        (episode(1, 20.0), episode(1, 90.0)),
        (episode(2, 90.0), episode(2, 20.0)),
        (episode(3, 90.0), episode(3, 95.0)),
    ]
    found = decide(pairs, Rule(), MAXIMA)
    assert (found.won, found.lost) == (("s1",), ("s2",))


def test_without_pairs_nothing_passes_and_nothing_breaks() -> None:
    found = decide([], Rule(), MAXIMA)
    assert (found.passed, found.over, found.n, found.bound) == (False, False, 0, None)


def test_kin_count_as_one() -> None:
    """Forty repeats of one lucky family are one observation: no bound, no pass by the fixed rule."""
    pairs = [(episode(n, 40.0), episode(n, 80.0)) for n in range(40)]
    for a, b in pairs:
        a.tags = b.tags = {"causes": "belt.slack"}
    assert not decide(pairs, Rule(method="fixed", most=40), MAXIMA).passed


def test_capital_grows_beyond_20_for_at_most_one_fair_game_in_20() -> None:
    rng = random.Random(5)
    games = [strongest(capital([rng.choice((-100.0, 100.0)) for _ in range(300)], 100.0)) for _ in range(400)]
    assert sum(game >= 20 for game in games) <= 400 / 20 + 9
    with pytest.raises(ValueError, match="below the stated bound"):
        capital([-101.0], 100.0)


def test_a_version_that_does_worse_in_service_raises_the_alarm_and_one_that_does_not_seldom_does() -> None:
    """Success 80 % in 100 tasks before: 45 % now is found within 150 in 45 of 50; 80 % now in at most 2 of 50."""
    rng = random.Random(11)

    def tasks(rate: float, count: int) -> list[float]:
        return [100.0 * (rng.random() < rate) for _ in range(count)]

    before = [tasks(0.8, 100) for _ in range(50)]
    assert sum(watch(one, tasks(0.45, 150)).raised for one in before) >= 45
    assert sum(watch(one, tasks(0.8, 150)).raised for one in before) <= 2
    assert not watch(tasks(0.8, 5), [0.0] * 500).raised, "nothing to compare with yet"
