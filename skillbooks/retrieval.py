"""Retrieval: a stable core of the book, then the skills that fit the case at hand, within a hard budget of tokens.

Naive top-k on a good book is known to keep only some 60 % of what the whole book brings; so it is a policy that is
recorded in every manifest, and two policies can be compared on the same cases.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from skillbooks.rendering import CHARACTERS_A_TOKEN
from skillbooks.thinning import Manifest

WHOLE, BM25 = "whole", "bm25"
POLICIES = (WHOLE, BM25)
CORE = 0.5
"""Share of the budget that goes to the core: the book's first skills, the same in every prompt of a version."""
K1, B = 1.2, 0.75
"""Of Okapi BM25: how soon a repeated word tells no more, and how much long texts are discounted."""
_WORD = re.compile(r"[a-z]{3,}|\d+")


def retrieved(text: str, skills: Manifest, query: str, budget: int) -> tuple[str, Manifest]:
    """The block for one case.

    Args:
        text: the whole book, rendered: a heading, then one paragraph a skill.
        skills: their ids and versions, in the order of the paragraphs.
        query: what is known of the case: the customer's words, what can be seen.
        budget: most tokens.

    Returns:
        The text, never longer than the budget allows, and what stands in it, the core first.
    """
    heading, *blocks = text.split("\n\n")
    room = budget * CHARACTERS_A_TOKEN - len(heading)
    if sum(len(block) + 2 for block in blocks) <= room:
        return text, skills
    core, used = _core(blocks, CORE * room)
    room -= used
    tail: list[int] = []
    for place in _index(tuple(blocks)).ranked(query):
        size = len(blocks[place]) + 2
        if place >= core and size <= room:
            tail.append(place)
            room -= size
    places = [*range(core), *tail]
    if not places:
        return "", ()
    return "\n\n".join([heading, *(blocks[place] for place in places)]), tuple(skills[place] for place in places)


def query_of(brief: dict[str, Any]) -> str:
    """What a brief says in words: the customer's message and what can be seen."""
    return " ".join(_words(brief, depth=3))


def _words(value: Any, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if depth and isinstance(value, dict):
        return [word for key, inner in value.items() if key != "offers" for word in _words(inner, depth - 1)]
    if depth and isinstance(value, list | tuple):
        return [word for inner in value for word in _words(inner, depth - 1)]
    return []


def _core(blocks: Sequence[str], room: float) -> tuple[int, int]:
    """How many blocks from the first on fit, and how much room they take."""
    used = count = 0
    for block in blocks:
        if used + len(block) + 2 > room:
            break
        used, count = used + len(block) + 2, count + 1
    return count, used


class Index:
    """Texts by their words, ranked for a query after Okapi BM25 (Robertson and Zaragoza, 2009)."""

    def __init__(self, texts: Sequence[str]) -> None:
        counted = [Counter(_WORD.findall(text.lower())) for text in texts]
        self._lengths = [sum(counts.values()) for counts in counted]
        self._mean = (sum(self._lengths) / len(self._lengths)) if texts else 1.0
        self._found: dict[str, list[tuple[int, int]]] = {}
        for place, counts in enumerate(counted):
            for word, count in counts.items():
                self._found.setdefault(word, []).append((place, count))

    def ranked(self, query: str, most: int = 200) -> list[int]:
        """Places of the texts that share a word with the query, best first; ties in the order of the texts."""
        scores: dict[int, float] = {}
        for word in dict.fromkeys(_WORD.findall(query.lower())):
            postings = self._found.get(word, ())
            rare = math.log(1 + (len(self._lengths) - len(postings) + 0.5) / (len(postings) + 0.5))
            for place, count in postings:
                long = 1 - B + B * self._lengths[place] / self._mean
                scores[place] = scores.get(place, 0.0) + rare * count * (K1 + 1) / (count + K1 * long)
        return heapq.nsmallest(most, scores, key=lambda place: (-round(scores[place], 9), place))


@lru_cache(maxsize=4)
def _index(blocks: tuple[str, ...]) -> Index:
    return Index(blocks)
