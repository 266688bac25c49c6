"""Comparisons: kin count as one, every category has its interval, failures stand apart, reliability is over repeats."""

from __future__ import annotations

from skillbooks.comparison import apart, difference, family_of, paired, reliability
from skillbooks.runs import Episode


def episode(index: int, points: float | None, scenario: str = "", causes: str = "", **more: object) -> Episode:
    found = Episode(f"e/{index}", index, 0, "held_out", "with", scenario or f"s{index}", "a", how="terminated")
    if points is not None:
        found.scored, found.points, found.success = True, points, int(points >= 50)
        found.categories = {"identification": points * 0.4, "communication": 5.0}
    found.tags = {"causes": causes} if causes else {}
    for name, value in more.items():
        setattr(found, name, value)
    return found


def test_cases_with_the_same_causes_are_kin_and_widen_the_interval() -> None:
    alone = [(episode(n, 40.0), episode(n, 60.0 + 30 * (n % 5 == 0))) for n in range(20)]
    kin = [
        (episode(n, 40.0, causes=f"c{n % 5}"), episode(n, 60.0 + 30 * (n % 5 == 0), causes=f"c{n % 5}"))
        for n in range(20)
    ]
    one, other = difference(alone), difference(kin)
    assert one["difference"] == other["difference"] == 26.0
    assert (one["clusters"], other["clusters"]) == (20, 5)
    assert other["ci95"][1] - other["ci95"][0] > one["ci95"][1] - one["ci95"][0]
    assert family_of(kin[0][0]) == "c0"


def test_each_category_and_the_rate_solved_have_intervals_of_their_own() -> None:
    found = difference([(episode(n, 40.0), episode(n, 60.0 + n)) for n in range(10)])
    assert found["by_category"]["identification"]["difference"] == round(0.4 * found["difference"], 2)
    assert found["by_category"]["communication"] == {"difference": 0.0, "ci95": [0.0, 0.0]}
    assert (found["solved_difference"], found["solved_ci95"]) == (1.0, [1.0, 1.0])


def test_failures_are_counted_apart_with_their_causes_and_are_in_no_pair() -> None:
    failed = episode(2, None, how="failed", cause="agents: ModelFailed: no route")
    played = [episode(1, 80.0), failed, episode(3, 20.0, how="truncated")]
    assert apart(played) == {"asked": 3, "scored": 2, "truncated": 1, "failed": 1, "causes": {"agents": 1}}
    assert [a.index for a, _ in paired(played, played)] == [1, 3]


def test_reliability_is_how_often_k_tries_all_succeed() -> None:
    tries = [episode(n, 90.0 if n % 4 or n < 8 else 10.0, scenario=f"s{n // 4}") for n in range(16)]
    found = reliability(tries)
    assert set(found) == {"pass^1", "pass^2", "pass^4"}
    assert found["pass^1"]["value"] == 0.875
    assert found["pass^4"]["value"] == 0.5
    assert found["pass^2"]["value"] == 0.75
    assert found["pass^4"]["n"] == 4
    assert reliability([episode(1, 90.0)]) == {}
