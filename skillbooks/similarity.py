"""Duplicates by meaning: skills that say the same in nearly the same words, found without comparing all pairs.

Words and pairs of words are weighed by how rare they are; what two texts share is one sparse product, in blocks. Texts
that differ in a number, or in one word of a pair of opposites, are never duplicates, however alike they are.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from skillbooks.skill import Skill

ALIKE = 0.8
"""Cosine from which on two texts without a veto say the same."""
BLOCK = 1024
COMMON = 0.2
"""Words that occur in more than this share of many texts tell nothing apart and are passed over."""
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9_.:/-]*[a-z0-9])?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OPPOSITES = (
    ("raise", "lower"), ("increase", "decrease"), ("more", "less"), ("higher", "lower"), ("high", "low"), ("on", "off"),
    ("open", "close"), ("open", "closed"), ("enable", "disable"), ("left", "right"), ("before", "after"), ("x", "y"),
    ("hot", "cold"), ("tighten", "loosen"), ("always", "never"), ("add", "remove"), ("clockwise", "counterclockwise"),
    ("front", "rear"), ("min", "max"), ("minimum", "maximum"), ("with", "without"), ("start", "stop"), ("up", "down"),
)  # fmt: skip
_NOT = frozenset({"not", "never", "no", "don't", "dont", "without", "unless", "avoid"})


@dataclass(frozen=True, slots=True)
class Twin:
    """Two texts that are alike: their places, the earlier first, and the cosine."""

    first: int
    second: int
    cosine: float


def in_words(skill: Skill) -> str:
    """All that a skill says, as one text."""
    told = [skill.suspect, skill.topic, skill.applies, skill.not_when, skill.strategy, skill.run, *skill.cure]
    for sign in (*skill.when, *skill.unless, *((skill.check,) if skill.check else ())):
        told += [sign.where, sign.state]
    return " ".join(text for text in told if text)


def twins(texts: Sequence[str], least: float = ALIKE) -> list[Twin]:
    """All pairs of texts that are at least so alike and differ in nothing that matters, most alike first.

    Args:
        texts: of which each is compared with all others.
        least: cosine, from 0 (no word in common) to 1 (the same words).
    """
    if len(texts) < 2:  # noqa: PLR2004 - nobody to be alike
        return []
    vectors = _vectors(texts)
    found = []
    for begin in range(0, len(texts), BLOCK):
        product = (vectors[begin : begin + BLOCK] @ vectors.T).tocoo()
        near = (product.data >= least) & (product.col > product.row + begin)
        for row, column, cosine in zip(product.row[near], product.col[near], product.data[near], strict=True):
            if not differs(texts[begin + int(row)], texts[int(column)]):
                found.append(Twin(begin + int(row), int(column), min(float(cosine), 1.0)))
    return sorted(found, key=lambda twin: (-round(twin.cosine, 9), twin.first, twin.second))


def differs(a: str, b: str) -> bool:
    """Whether two texts differ in a number, a negation, or one word of a pair of opposites."""
    one, other = _signature(a), _signature(b)
    return one != other


@lru_cache(maxsize=4096)
def _signature(text: str) -> tuple[tuple[str, ...], frozenset[str], bool]:
    words = set(re.findall(r"[a-z']+", text.lower()))
    sides = frozenset(word for pair in _OPPOSITES for word in pair if word in words)
    return tuple(sorted(_NUMBER.findall(text))), sides, bool(words & _NOT)


def _vectors(texts: Sequence[str]) -> "csr_matrix":  # type: ignore[name-defined]  # noqa: F821, UP037 - loaded below
    """One sparse row of length 1 a text."""
    import numpy as np  # noqa: PLC0415 - heavy, and only who looks for duplicates pays for it
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - likewise

    counted = [Counter(_terms(text)) for text in texts]
    frequency = Counter(term for counts in counted for term in counts)
    most = len(texts) * COMMON if len(texts) > 50 else len(texts)  # noqa: PLR2004 - of few texts nothing is common
    column = {term: place for place, term in enumerate(t for t, n in frequency.items() if n <= most)}
    weight = {term: math.log(1 + len(texts) / frequency[term]) for term in column}
    data, rows, columns = [], [], []
    for row, counts in enumerate(counted):
        for term, count in counts.items():
            if term in column:
                data.append((1 + math.log(count)) * weight[term])
                rows.append(row)
                columns.append(column[term])
    matrix = csr_matrix((data, (rows, columns)), shape=(len(texts), max(len(column), 1)), dtype=np.float32)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    length[length == 0] = 1.0
    return csr_matrix(matrix.multiply((1.0 / length)[:, None]))


def _terms(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    yield from words
    yield from (f"{a} {b}" for a, b in pairwise(words))
