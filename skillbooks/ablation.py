"""Ablations: a book made worthless on purpose, to show that what it says helps, and not that it says something."""

from __future__ import annotations

import random
from dataclasses import replace

from skillbooks.skillbook import Skillbook


def shuffled(book: Skillbook, seed: int) -> Skillbook:
    """The same signs with other conclusions: suspicion, topic and cure move to another skill, none stays where it was.

    Args:
        book: any book; one with fewer than two skills comes back as it is.
        seed: of the permutation.
    """
    order = list(range(len(book.skills)))
    random.Random(seed).shuffle(order)
    moved = {here: order[(place + 1) % len(order)] for place, here in enumerate(order)}
    skills = tuple(
        skill.model_copy(
            update={
                "suspect": book.skills[moved[place]].suspect,
                "topic": book.skills[moved[place]].topic,
                "cure": book.skills[moved[place]].cure,
            }
        )
        for place, skill in enumerate(book.skills)
    )
    return replace(book, name=f"{book.name}~shuffled", skills=skills)
