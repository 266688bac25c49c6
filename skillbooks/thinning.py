"""Thinning: a skill block with some skills left out by lot, the rest to the byte as it was."""

from __future__ import annotations

import random
from collections.abc import Sequence

TRIAL = "trial"
"""The arm of practice that plays each case a second time, without some of the skills."""
Manifest = tuple[tuple[str, int], ...]
"""Ids and versions of skills, in the order of their blocks."""


def thinned(text: str, skills: Sequence[tuple[str, int]], share: float, lot: str) -> tuple[str, Manifest, Manifest]:
    """Leave out a share of the skills, at least one.

    Args:
        text: a rendered block: a heading, then one paragraph a skill.
        skills: their ids and versions, in the order of the paragraphs.
        share: of the skills that are left out, from 0 to 1.
        lot: what decides which; the same lot leaves out the same.

    Returns:
        The text, what still stands in it, and what was left out.
    """
    heading, *blocks = text.split("\n\n")
    count = min(max(1, round(share * len(skills))), len(skills)) if share else 0
    out = set(random.Random(f"thinned/{lot}").sample(range(len(skills)), count))
    kept = [place for place in range(len(skills)) if place not in out]
    told = "\n\n".join([heading, *(blocks[place] for place in kept)]) if kept else ""
    return told, tuple(skills[place] for place in kept), tuple(skills[place] for place in sorted(out))
