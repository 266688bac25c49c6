"""Curation: from the evidence of all lessons to the next delta of a book; whole, and the same on every machine."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from skillbooks.evidence import CauseEvidence, Ledger, SignKey, weigh
from skillbooks.lesson import Lesson
from skillbooks.skill import BRIEF, MOST_CURES, Sign, Skill, Strength, skill_id
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]

MOST_SKILLS = 120
"""Skills that a book holds; the least supported go first."""
SIGNS_SEEN, SIGNS_SAID, SIGNS_AN_ACT = 10, 4, 5
"""Signs of a skill from looking, from the customer's words, and from any one act."""
REGULAR = 0.3
TELLING = 1.4
"""A sign belongs to a cause if it shows in this share of the looks, and so many times more often than on average."""
SELDOM = 0.2
COMMON, OCCASIONAL = 0.035, 0.012


def curate(
    book: Skillbook, lessons: Sequence[Lesson], made: Collection[str] = (), condemned: Collection[str] = ()
) -> list[Plain]:
    """The operations that bring the book up to what all lessons say; empty if it says so already.

    Lessons about one cause are merged into one skill, whatever their number; where lessons contradict each other,
    regularity decides. Skills that are pinned, and those that no lesson is about (somebody wrote or imported them),
    are left to people and to what their effect says.

    Args:
        book: the present version.
        lessons: all lessons that the book was ever made from, this wave's included.
        condemned: ids of skills that their effect retired: they come back only with another text.
        made: ids that were made from lessons, so that one of them that has none left is retired.
    """
    ledger = weigh(lessons)
    known, gone, pinned = {skill.id: skill for skill in book.skills}, book.retired, book.pinned
    judged = {key: gone[key] for key in condemned if key in gone}
    kept = sorted(ledger.causes, key=lambda cause: (-ledger.causes[cause].cases, cause))[:MOST_SKILLS]
    wanted = {skill.id: skill for skill in (compose(cause, ledger) for cause in sorted(kept))}
    wanted = {key: skill for key, skill in wanted.items() if key not in judged or not judged[key].says_the_same(skill)}
    operations = [one for key, skill in wanted.items() if key not in pinned for one in _step(skill, known, gone)]
    own = {skill_id(found.topic, cause) for cause, found in ledger.causes.items()}.union(made)
    rest = [key for key in known if key not in wanted and key in own and key not in pinned]
    return operations + [{"op": "retire", "id": key, "reason": "least supported"} for key in rest]


def _step(skill: Skill, known: Mapping[str, Skill], gone: Mapping[str, Skill]) -> list[Plain]:
    """The operation that makes the book say this of its subject; none if it does."""
    before = known.get(skill.id) or gone.get(skill.id)
    if before is None:
        return [{"op": "add", "skill": skill.model_dump(mode="json")}]
    if before.says_the_same(skill):
        return [] if skill.id in known else [{"op": "restore", "id": skill.id}]
    told = skill.model_copy(update={"version": before.version + 1}).model_dump(mode="json")
    return [{"op": "revise", "skill": told} if skill.id in known else {"op": "restore", "id": skill.id, "skill": told}]


def compose(cause: str, ledger: Ledger) -> Skill:
    """The skill about one cause, from all evidence."""
    found = ledger.causes[cause]
    when = _telling(cause, ledger)
    double = _double(cause, when, ledger)
    return Skill(
        id=skill_id(found.topic, cause),
        suspect=cause,
        topic=found.topic,
        common=_frequency(found.cases / ledger.lessons),
        when=tuple(_sign(sign, cause, ledger) for sign in when),
        unless=_against(cause, double, ledger),
        check=_check(cause, double, when, ledger),
        tells_from=double or "",
        cure=_cure(found),
    )


def _telling(cause: str, ledger: Ledger) -> list[SignKey]:
    """Signs that show regularly with the cause and more often than on average, best first; looked at before said."""
    found = ledger.causes[cause]
    worth: dict[SignKey, float] = {}
    for sign in found.seen:
        rate = ledger.rate(cause, sign)
        lift = rate / ledger.background[sign]
        said_once = sign[0].startswith(BRIEF) and found.seen[sign] < 2  # noqa: PLR2004 - one owner's word is no rule
        if rate >= REGULAR and lift >= TELLING and not said_once:
            worth[sign] = rate * math.log(lift)
    ranked = sorted(worth, key=lambda sign: (-round(worth[sign], 9), sign))
    seen = _spread([sign for sign in ranked if not sign[0].startswith(BRIEF)])[:SIGNS_SEEN]
    return seen + [sign for sign in ranked if sign[0].startswith(BRIEF)][:SIGNS_SAID]


def _spread(ranked: Sequence[SignKey]) -> list[SignKey]:
    """The same ranking with at most so many signs of one act, so that no single act crowds out what else can tell."""
    taken: Counter[str] = Counter()
    kept = []
    for sign in ranked:
        act = sign[0].partition("/")[0]
        taken[act] += 1
        if taken[act] <= SIGNS_AN_ACT:
            kept.append(sign)
    return kept


def _double(cause: str, when: Sequence[SignKey], ledger: Ledger) -> str | None:
    """The other cause that looks most like this one."""
    alike = {
        other: sum(ledger.rate(other, sign) for sign in when if sign in found.seen)
        for other, found in ledger.causes.items()
        if other != cause
    }
    best = max(alike, key=lambda other: (round(alike[other], 9), other), default=None)
    return best if best is not None and alike[best] > 0.5 else None  # noqa: PLR2004 - half a sign in common at least


def _against(cause: str, double: str | None, ledger: Ledger) -> tuple[Sign, ...]:
    """Signs of the double that this cause has not, though somebody looked."""
    if double is None:
        return ()
    found = ledger.causes[cause]
    strange = [
        sign
        for sign in ledger.causes[double].seen
        if ledger.rate(double, sign) >= 0.5 and found.looks(sign[0]) >= 2 and found.rate(sign) <= SELDOM  # noqa: PLR2004
    ]
    strange.sort(key=lambda sign: (-round(ledger.rate(double, sign), 9), sign))
    return tuple(_sign(sign, double, ledger) for sign in strange if not sign[0].startswith(BRIEF))[:4]


def _check(cause: str, double: str | None, when: Sequence[SignKey], ledger: Ledger) -> Sign | None:
    """The sign that separates the cause best from its double, or else from everything."""
    looked = [sign for sign in when if not sign[0].startswith(BRIEF)]
    if not looked:
        return None

    def gap(sign: SignKey) -> float:
        other = ledger.rate(double, sign) if double else ledger.background[sign]
        return round(ledger.rate(cause, sign) - other, 9)

    return _sign(max(looked, key=lambda sign: (gap(sign), sign)), cause, ledger)


def _cure(found: CauseEvidence) -> tuple[str, ...]:
    """Acts that were part of the cure in at least half of the cases; the most regular first."""
    regular = [act for act, count in found.cures.items() if 2 * count >= found.cases]
    acts = regular or list(found.cures)
    return tuple(sorted(acts, key=lambda act: (-found.cures[act], act))[:MOST_CURES])


def _sign(sign: SignKey, cause: str, ledger: Ledger) -> Sign:
    rate = ledger.rate(cause, sign)
    strength: Strength = "always" if rate >= 0.8 else "usually" if rate >= 0.5 else "sometimes"  # noqa: PLR2004
    return Sign(where=sign[0], state=sign[1], strength=strength)


def _frequency(share: float) -> Literal["common", "occasional", "rare"]:
    return "common" if share >= COMMON else "occasional" if share >= OCCASIONAL else "rare"
