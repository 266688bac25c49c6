"""Ablations: a book made worthless on purpose, to show that what it says helps, and not that it says something."""

from __future__ import annotations

import random
from collections.abc import Sequence

from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook

ORDERS = 20
"""Random orders that are tried before some knowledge is let through."""


def shuffled(book: Skillbook, seed: int) -> Skillbook:
    """The same signs with other conclusions: what to suspect and what to do each move to another skill, on ways apart.

    Args:
        book: any book; one with fewer than three skills comes back as it is.
        seed: of the permutations; no skill keeps its suspicion or an act of its cure, and no act stays with its
            suspicion, as far as the book's cures differ enough for that.
    """
    count = len(book.skills)
    if count < 3:  # noqa: PLR2004 - two cannot be told apart from one that kept its cure
        return book.renamed(f"{book.name}~shuffled")
    order, suspect_step, cure_step = _ways(book.skills, random.Random(seed))
    suspects = {here: order[(place + suspect_step) % count] for place, here in enumerate(order)}
    cures = {here: order[(place + cure_step) % count] for place, here in enumerate(order)}
    skills = tuple(
        skill.model_copy(
            update={
                "suspect": book.skills[suspects[place]].suspect,
                "topic": book.skills[suspects[place]].topic,
                "cure": book.skills[cures[place]].cure,
            }
        )
        for place, skill in enumerate(book.skills)
    )
    return book.renamed(f"{book.name}~shuffled", skills)


def _ways(skills: Sequence[Skill], rng: random.Random) -> tuple[list[int], int, int]:
    """An order of the skills, and how far in it suspicions and cures move: as little kept as can be found."""
    count = len(skills)
    found: list[tuple[int, list[int], int, int]] = []
    for _ in range(ORDERS):
        order = list(range(count))
        rng.shuffle(order)
        kept = [_kept(skills, order, step) for step in range(count)]
        steps = [(kept[cure] + kept[cure - away], away, cure) for cure in range(2, count) for away in range(1, cure)]
        least, away, cure = min(steps)
        found.append((least, order, away, cure))
        if least == 0:
            break
    return min(found)[1:]


def _kept(skills: Sequence[Skill], order: Sequence[int], step: int) -> int:
    """How many skills would get an act that they have, if cures moved so far."""
    count = len(order)
    return sum(
        not set(skills[here].cure).isdisjoint(skills[order[(place + step) % count]].cure)
        for place, here in enumerate(order)
    )
