"""Drafts: a delta in the loose form in which somebody proposes it, made definite against a book, or refused with why.

Ids and versions are ours, never the proposer's. Causes, observations and cures must be some that a lesson or the book
holds; words may be new, and are screened like all others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from skillbooks.delta import DeltaRejected
from skillbooks.lesson import Lesson
from skillbooks.screening import complaint
from skillbooks.similarity import in_words, twins
from skillbooks.skill import Skill, skill_id, strategy_id
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]
Refused = list[tuple[Plain, str]]

MOST_OPERATIONS = 60
"""Operations of one draft; a wave hardly ever teaches more."""
WORDS = ("strategy", "applies", "not_when")
FIELDS = ("common", "when", "unless", "check", "tells_from", "cure", *WORDS)
"""What a draft may say of a skill, beside what it is about."""


@dataclass(frozen=True)
class Grounds:
    """What a draft may name: what its lessons and the book know."""

    suspects: frozenset[str]
    topics: frozenset[str]
    signs: frozenset[tuple[str, str]]
    cures: frozenset[str]

    @classmethod
    def of(cls, book: Skillbook, lessons: Sequence[Lesson]) -> Grounds:
        """Of a book, the retired skills included, and of lessons."""
        skills = [*book.skills, *book.retired.values()]
        signs = {(s.where, s.state) for k in skills for s in (*k.when, *k.unless, *((k.check,) if k.check else ()))}
        return cls(
            frozenset({lesson.suspect for lesson in lessons} | {k.suspect for k in skills}),
            frozenset({lesson.topic for lesson in lessons} | {k.topic for k in skills}),
            frozenset(signs | {(seen.where, seen.state) for lesson in lessons for seen in lesson.seen}),
            frozenset({a for lesson in lessons for a in lesson.cure} | {a for k in skills for a in k.cure}),
        )


def definite(
    book: Skillbook, drafted: Sequence[Plain], lessons: Sequence[Lesson], condemned: Collection[str] = ()
) -> tuple[list[Plain], Refused]:
    """The operations of a draft that fit the book, in order, and the others, each with the reason.

    Args:
        book: as it stands.
        drafted: `op` with `id`, `ids`, `reason`, `skill` as the operation needs them.
        lessons: what the draft was made from.
        condemned: ids of skills that their effect retired: they come back only with another text.
    """
    grounds, fit, refused = Grounds.of(book, lessons), list[Plain](), Refused()
    for one in drafted[:MOST_OPERATIONS]:
        try:
            operation = _definite(book, one, grounds, condemned)
            book.after([*fit, operation])
            _refuse_twin(book, fit, operation)
        except (DeltaRejected, ValidationError) as why:
            refused.append((one, _first(why)))
        else:
            fit.append(operation)
    rest = drafted[MOST_OPERATIONS:]
    return fit, refused + [(one, f"a draft holds {MOST_OPERATIONS} operations at most") for one in rest]


def _definite(book: Skillbook, one: Plain, grounds: Grounds, condemned: Collection[str]) -> Plain:
    match one["op"]:
        case "add":
            return _added(book, _skill(None, one, grounds))
        case "revise":
            known = _held(book, one.get("id", ""))
            return {"op": "revise", "skill": _next(known, _skill(known, one, grounds))}
        case "merge":
            ids = list(dict.fromkeys(one.get("ids", ())))
            if not ids:
                raise DeltaRejected("a merge names the skills that become one")
            first = _held(book, ids[0])
            return {"op": "merge", "ids": ids, "skill": _next(first, _skill(first, one, grounds), same=True)}
        case "retire":
            return {"op": "retire", "id": _held(book, one.get("id", "")).id, "reason": _reason(one)}
        case "restore":
            return _restored(one, condemned)
        case other:
            raise DeltaRejected(f"a draft cannot '{other}'")


def _added(book: Skillbook, skill: Skill) -> Plain:
    """An addition; of what was retired, a return with another text."""
    gone = book.retired.get(skill.id)
    if gone is None:
        return {"op": "add", "skill": skill.model_dump(mode="json")}
    return {"op": "restore", "id": skill.id, "skill": _next(gone, skill)}


def _restored(one: Plain, condemned: Collection[str]) -> Plain:
    id_ = str(one.get("id", ""))
    if id_ in condemned:
        raise DeltaRejected(f"skill '{id_}' was retired for what it does; it comes back only with another text")
    return {"op": "restore", "id": id_}


def _held(book: Skillbook, id_: str) -> Skill:
    found = next((skill for skill in book.skills if skill.id == id_), None)
    if found is None:
        raise DeltaRejected(f"there is no skill '{id_}'")
    return found


def _skill(known: Skill | None, one: Plain, grounds: Grounds) -> Skill:
    """What the draft says; where it says nothing, what the skill said before."""
    told: Plain = one.get("skill") or {}
    about = {"suspect": told.get("suspect", ""), "topic": told.get("topic", "")}
    if known is not None:
        about = {"suspect": known.suspect, "topic": known.topic}
    if about["suspect"] and about["suspect"] not in grounds.suspects:
        raise DeltaRejected(f"neither the lessons nor the book know the cause '{about['suspect']}'")
    if about["topic"] not in grounds.topics:
        raise DeltaRejected(f"neither the lessons nor the book know the topic '{about['topic']}'")
    before = known.model_dump(mode="json") if known is not None else {}
    said = {name: told[name] for name in FIELDS if name in told}
    skill = Skill.model_validate({**before, **said, **about, "id": "unnamed", "version": 1})
    _grounded(skill, grounds)
    wrong = complaint(skill.model_dump(mode="json"))
    if wrong:
        raise DeltaRejected(wrong)
    return skill.model_copy(update={"id": known.id if known is not None else _id(skill)})


def _id(skill: Skill) -> str:
    return skill_id(skill.topic, skill.suspect) if skill.suspect else strategy_id(skill.topic, skill.strategy)


def _grounded(skill: Skill, grounds: Grounds) -> None:
    for sign in (*skill.when, *skill.unless, *((skill.check,) if skill.check else ())):
        if (sign.where, sign.state) not in grounds.signs:
            raise DeltaRejected(f"neither the lessons nor the book know that '{sign.where}' is '{sign.state}'")
    for act in skill.cure:
        if act not in grounds.cures:
            raise DeltaRejected(f"neither the lessons nor the book know the cure '{act}'")
    if skill.tells_from and skill.tells_from not in grounds.suspects:
        raise DeltaRejected(f"neither the lessons nor the book know the cause '{skill.tells_from}'")


def _next(known: Skill, skill: Skill, *, same: bool = False) -> Plain:
    if not same and known.says_the_same(skill):
        raise DeltaRejected(f"skill '{known.id}' says so already")
    return skill.model_copy(update={"version": known.version + 1}).model_dump(mode="json")


def _reason(one: Plain) -> str:
    reason = str(one.get("reason") or "the curator wants it out")
    wrong = complaint({"reason": reason})
    if wrong:
        raise DeltaRejected(wrong)
    return reason


def _refuse_twin(book: Skillbook, fit: Sequence[Plain], operation: Plain) -> None:
    """Refuse a new text that says what another skill says.

    Raises:
        DeltaRejected: with the other's id.
    """
    if operation["op"] not in ("add", "restore") or not operation.get("skill"):
        return
    new = Skill.model_validate(operation["skill"])
    others = [*book.skills, *(Skill.model_validate(one["skill"]) for one in fit if one["op"] == "add")]
    rivals = [other for other in others if other.suspect == new.suspect and other.id != new.id]
    last = len(rivals)
    for twin in twins([*map(in_words, rivals), in_words(new)]):
        if twin.second == last:
            raise DeltaRejected(f"skill '{rivals[twin.first].id}' says the same; revise that one")


def _first(why: DeltaRejected | ValidationError) -> str:
    if isinstance(why, DeltaRejected):
        return str(why)
    first = why.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
