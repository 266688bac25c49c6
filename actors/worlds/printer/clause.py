"""Running text as clauses of plain words: what is asked, denied, doubted or only reported in each."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from actors.worlds.printer.reading import reading, stem

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_THEM = frozenset({"you", "your", "customer", "owner", "user"})
_CUT = re.compile(r"[,;!?()\"]|\.(?=\s|$)|\bbut\b|\bhowever\b|\balthough\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+(?:['\u2019][a-z]+)*|:")


def plain_words(text: str) -> list[str]:
    """The words of a text, small letters, plurals and a few other spellings made one."""
    return [word for _, word in _placed(text)]


def _placed(text: str) -> list[tuple[int, str]]:
    """The words of a text and where each begins."""
    return [
        (found.start(), part)
        for found in _WORD.finditer(text.lower())
        for bare in (found.group().replace("'", "").replace("\u2019", ""),)
        for part in map(stem, reading().same.get(bare, bare).split())
    ]


@dataclass(frozen=True, slots=True)
class Clause:
    """Some words that belong together.

    Attributes:
        words: in order, as `plain_words` gives them.
        quoted: places of words that only repeat what the customer wrote.
        asked: True if it is a question.
        conditioned: True if an earlier clause of its sentence names a condition.
    """

    words: tuple[str, ...]
    quoted: frozenset[int]
    asked: bool = False
    conditioned: bool = False

    @property
    def reported(self) -> bool:
        """True if it tells what the customer said, thought or did."""
        found = set(self.words)
        return bool(_THEM & found) and bool(reading().reported & found)

    def denied(self, places: frozenset[int]) -> bool:
        """True if what stands at these places is said not to be so."""
        first, last = min(places), max(places)
        before = _since_break(self.words[:first])
        after = _until_break(self.words[last + 1 :])
        inside = [self.words[at] for at in range(first, last) if at not in places]
        return any(word in reading().negators for word in (*before, *inside, *after)) or bool(
            reading().cleared & {*after}
        )

    def certainty(self) -> float:
        """How sure the clause is, 0 to 1."""
        return min((reading().doubts[word] for word in self.words if word in reading().doubts), default=1.0)

    @property
    def conditional(self) -> bool:
        """True if it says what to do only in some case."""
        return self.conditioned or bool(reading().conditions & set(self.words))


def clauses(text: str, heard: str = "") -> list[Clause]:
    """Cut a text into clauses.

    Args:
        text: what somebody writes.
        heard: what he read before; a sentence of it, or six words in a row, are a quotation and no statement.
    """
    known = {tuple(plain_words(sentence)) for sentence in _SENTENCE.split(heard)} | _runs(plain_words(heard))
    return [clause for sentence in _SENTENCE.split(text) for clause in _cut(sentence, known)]


def _cut(sentence: str, known: set[tuple[str, ...]]) -> list[Clause]:
    cuts = [found.span() for found in _CUT.finditer(sentence)]
    starts = [start for start, _ in cuts]
    placed = _placed(sentence)
    echoed = _echoed([word for _, word in placed], known)
    parts: dict[int, list[tuple[str, bool]]] = {}
    for place, (at, word) in enumerate(placed):
        clause = bisect_right(starts, at)
        if not (clause and at < cuts[clause - 1][1]):  # a word that cuts belongs to neither side
            parts.setdefault(clause, []).append((word, place in echoed))
    found: list[Clause] = []
    for part in parts.values():
        words = tuple(word for word, _ in part)
        quoted = frozenset(at for at, (_, old) in enumerate(part) if old)
        conditioned = any(reading().conditions & set(earlier.words) for earlier in found)
        found.append(Clause(words, quoted, sentence.rstrip().endswith("?"), conditioned))
    return found


RUN = 6
"""So many words in a row make a quotation."""


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def _echoed(words: list[str], known: set[tuple[str, ...]]) -> set[int]:
    if tuple(words) in known:
        return set(range(len(words)))
    starts = [at for at in range(len(words) - RUN + 1) if tuple(words[at : at + RUN]) in known]
    return {at + step for at in starts for step in range(RUN)}


def _since_break(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words since the last one that begins a new thought; `not because of` denies all the same."""
    for at in range(len(words) - 1, -1, -1):
        if words[at] in reading().breaks and not (at and words[at - 1] in reading().negators):
            return words[at + 1 :]
    return words


def _until_break(words: tuple[str, ...]) -> tuple[str, ...]:
    end = next((at for at, word in enumerate(words) if word == "and" or word in reading().breaks), len(words))
    return words[:end]
