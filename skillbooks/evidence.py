"""Evidence: what all lessons together say of each cause: which signs go with it, how regularly, and what cured it.

Where several causes were at work, an odd sign is shared among them by how well each explains it (a few rounds of
expectation and maximisation), so that a companion's signs do not stick to the wrong cause for ever.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from skillbooks.lesson import Lesson
from skillbooks.skill import BRIEF

SignKey = tuple[str, str]
ROUNDS = 4
SEEN, LOOKED = 0.15, 1.0
"""What is assumed of a sign before anything is known of it: one look, hardly ever odd."""
UNDECIDED = 0.5


@dataclass
class CauseEvidence:
    """What is known of one cause.

    Attributes:
        topic: its group.
        cases: episodes in which it was at work.
        looked: where -> in how many of them somebody looked there.
        seen: (where, odd state) -> weight with which it is put down to this cause.
        cures: act -> in how many it was part of the cure, in the order in which they were first told.
    """

    topic: str
    cases: int = 0
    looked: Counter[str] = field(default_factory=Counter)
    seen: defaultdict[SignKey, float] = field(default_factory=lambda: defaultdict(float))
    cures: Counter[str] = field(default_factory=Counter)

    def looks(self, where: str) -> int:
        """In how many cases somebody looked there; a customer's words are always heard."""
        return self.cases if where.startswith(BRIEF) else self.looked[where]

    def rate(self, sign: SignKey, usual: float = SEEN) -> float:
        """How regularly the sign shows with this cause, where somebody looked; few looks are drawn towards `usual`."""
        return (self.seen.get(sign, 0.0) + usual * LOOKED) / (self.looks(sign[0]) + LOOKED)


@dataclass
class Ledger:
    """Evidence of all causes, and how often each sign shows over all lessons."""

    causes: dict[str, CauseEvidence]
    lessons: int
    background: dict[SignKey, float]

    def rate(self, cause: str, sign: SignKey) -> float:
        """How regularly a sign shows with a cause; where little is known, as with any cause."""
        return self.causes[cause].rate(sign, self.background.get(sign, SEEN))


def weigh(lessons: Sequence[Lesson]) -> Ledger:
    """Weigh lessons of many episodes; their order does not matter."""
    ordered = sorted(lessons, key=lambda lesson: lesson.model_dump_json())
    rates: dict[str, dict[SignKey, float]] = {}
    causes: dict[str, CauseEvidence] = {}
    for _ in range(ROUNDS):
        causes = _count(ordered, rates)
        rates = {name: {sign: found.rate(sign) for sign in found.seen} for name, found in causes.items()}
    return Ledger(causes, len(ordered), _background(ordered))


def _count(lessons: Sequence[Lesson], rates: dict[str, dict[SignKey, float]]) -> dict[str, CauseEvidence]:
    causes: dict[str, CauseEvidence] = {}
    for lesson in lessons:
        found = causes.setdefault(lesson.suspect, CauseEvidence(lesson.topic))
        found.cases += 1
        found.cures.update(dict.fromkeys(lesson.cure, 1))
        found.looked.update({seen.where for seen in lesson.seen})
        for seen in lesson.seen:
            if seen.odd:
                sign = (seen.where, seen.state)
                found.seen[sign] += _share(lesson, sign, rates)
    return causes


def _share(lesson: Lesson, sign: SignKey, rates: dict[str, dict[SignKey, float]]) -> float:
    """How much of the sign is put down to the lesson's cause: all of it when alone, else by who explains it better."""
    if not lesson.beside:
        return 1.0
    unknown = SEEN if rates else UNDECIDED
    own = rates.get(lesson.suspect, {}).get(sign, unknown)
    others = sum(rates.get(other, {}).get(sign, unknown) for other in lesson.beside)
    return own / (own + others)


def _background(lessons: Sequence[Lesson]) -> dict[SignKey, float]:
    looked: Counter[str] = Counter()
    odd: Counter[SignKey] = Counter()
    for lesson in lessons:
        looked.update({seen.where for seen in lesson.seen})
        odd.update({(seen.where, seen.state) for seen in lesson.seen if seen.odd})
    heard = len(lessons)
    return {
        sign: (count + SEEN) / ((heard if sign[0].startswith(BRIEF) else looked[sign[0]]) + LOOKED)
        for sign, count in odd.items()
    }
