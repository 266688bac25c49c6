"""Ablations: a book made worthless on purpose, to show that what it says helps, and not that it says something."""

from __future__ import annotations

import random
from dataclasses import replace

from skillbooks.skillbook import Skillbook


def shuffled(book: Skillbook, seed: int) -> Skillbook:
    """The same signs with other conclusions: what to suspect and what to do each move to another skill, on ways apart.

    Args:
        book: any book; one with fewer than three skills comes back as it is.
        seed: of the permutations; no skill keeps its suspicion or its cure, and no cure stays with its suspicion.
    """
    count = len(book.skills)
    if count < 3:  # noqa: PLR2004 - two cannot be told apart from one that kept its cure
        return replace(book, name=f"{book.name}~shuffled")
    order = list(range(count))
    random.Random(seed).shuffle(order)
    suspects = {here: order[(place + 1) % count] for place, here in enumerate(order)}
    cures = {here: order[(place + 2) % count] for place, here in enumerate(order)}
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
    return replace(book, name=f"{book.name}~shuffled", skills=skills)
