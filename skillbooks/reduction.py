"""Reduction in groups: many lessons become few without anybody having to read hundreds at once.

Merging hundreds of lessons in one go is known to ruin a book (Combee, arXiv 2604.04247: 87.0 to 72.5 % from batches of
3 to 100). So n lessons are dealt into about √n groups, each lesson into two of them, in an order that the seed decides;
every group is merged by itself, and what the groups say is merged in the same way until one group is left.
"""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

COPIES = 2
"""Groups that see each lesson, so that a careless merge in one of them loses nothing."""
SMALL = 4
"""So few are merged in one go."""


def groups(count: int, seed: int, *, copies: int = COPIES) -> list[list[int]]:
    """Deal places 0 to count - 1 into about √count groups, each place into `copies` different ones.

    Sizes differ by at most `copies`. The same count and seed give the same groups, whoever asks.
    """
    wanted = max(1, math.isqrt(count))
    if count <= SMALL or wanted < copies:
        return [list(range(count))] if count else []
    dealt: list[list[int]] = [[] for _ in range(wanted)]
    order = list(range(count))
    random.Random(f"{seed}/{count}").shuffle(order)
    for turn, place in enumerate(order):
        for copy in range(copies):
            dealt[(turn + copy * (1 + turn // wanted % (wanted - 1))) % wanted].append(place)
    return dealt


async def reduced(
    items: Sequence[T],
    merge: Callable[[list[T]], Awaitable[list[T]]],
    seed: int,
    *,
    join: Callable[[list[T]], list[T]] = list,
) -> list[T]:
    """Merge many items in groups, and their results again, until one group is left.

    Args:
        items: in a fixed order.
        merge: fewer items that say what those of a group say; asked group after group, in order.
        seed: of the dealing.
        join: puts together what two groups said of the same items, so that a second copy is no second item.

    Returns:
        What the last group says. If merging brings no reduction, the items are handed to it as they are.
    """
    level, found = 0, list(items)
    while len(found) > SMALL:
        dealt = groups(len(found), seed + level)
        merged = join([one for group in dealt for one in await merge([found[n] for n in group])])
        if len(merged) >= len(found):
            break
        level, found = level + 1, merged
    return await merge(found) if found else []
