"""Many lessons are merged in groups of about √n, each seen twice, in an order that the seed decides."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from skillbooks.reduction import groups, reduced


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 400), st.integers(0, 1000))
def test_every_lesson_is_in_two_different_groups_of_about_equal_size(count: int, seed: int) -> None:
    dealt = groups(count, seed)
    assert dealt == groups(count, seed)
    if count < 9:
        return
    assert len(dealt) == math.isqrt(count)
    assert set(Counter(place for group in dealt for place in group).values()) == {2}
    assert all(len(set(group)) == len(group) for group in dealt)
    sizes = [len(group) for group in dealt]
    assert max(sizes) - min(sizes) <= 4


def test_another_seed_deals_otherwise() -> None:
    assert groups(100, 1) != groups(100, 2)


async def test_twenty_reflectors_lose_nothing_and_nobody_reads_all_at_once() -> None:
    """Each of 20 reflectors brings 20 lessons, half of them the same as others'; a merge keeps one of each."""
    lessons = [f"lesson {n % 7 if n % 2 else reflector * 100 + n}" for reflector in range(20) for n in range(20)]
    read: list[int] = []

    async def merge(group: list[str]) -> list[str]:
        read.append(len(group))
        return list(dict.fromkeys(group))

    found = await reduced(lessons, merge, seed=3)
    assert set(found) == set(lessons)
    assert len(found) == len(set(found))
    assert read[0] <= 2 * math.isqrt(len(lessons)) + 4


async def test_a_careless_merge_that_drops_a_lesson_is_made_good_by_the_other_group() -> None:
    lessons = list(range(100))
    first = groups(100, 0)[0]

    async def careless(group: list[int]) -> list[int]:
        return [one for one in group if one != 42] if group == first else sorted(set(group))

    assert 42 in await reduced(lessons, careless, seed=0)


async def test_nothing_is_reduced_to_nothing() -> None:
    async def merge(group: list[int]) -> list[int]:
        raise AssertionError(group)

    assert await reduced([], merge, seed=0) == []
