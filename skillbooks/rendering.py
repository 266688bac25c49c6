"""How a book becomes the skill block of a prompt, byte-stable, and how a reader finds the skills in it again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from skillbooks.skill import Sign, Skill, Strength

HEADING = "What practice has taught so far (one block a lesson):"
CHARACTERS_A_TOKEN = 4
"""Rule of thumb for English and identifiers; the budget is kept by it without any tokenizer."""

_WORDS = {"applies when": "applies", "but not when": "not_when", "do": "strategy", "run": "run"}
"""Labels of the fields in words, and the attributes that they stand for."""
_TELLS = ", which tells it from "
_SIGN = re.compile(
    r"^(?P<where>\S+) is (?P<state>.+?) \((?P<strength>always|usually|sometimes)\)"
    rf"(?:{_TELLS}(?P<double>[^\s()]+))?$"
)
_OPENING = re.compile(
    r"^\[(?P<id>\S+) v(?P<version>\d+)\] (?:suspect (?P<suspect>\S+) of|strategy for) (?P<topic>\S+), "
    r"(?P<common>common|occasional|rare)$"
)


def render(skills: Iterable[Skill], budget: int | None = None) -> tuple[str, tuple[Skill, ...]]:
    """The skill block, and the skills that stand in it.

    Skills come in the book's order; from the first that would break the budget on, all are left out. No dates, no
    counters: the same version gives the same bytes.

    Args:
        skills: of the book; none is asked for behind the first that does not fit.
        budget: most tokens of the block, by `CHARACTERS_A_TOKEN`; None for no limit.
    """
    blocks, shown, used = [HEADING], [], len(HEADING)
    for skill in skills:
        block = _block(skill)
        used += len(block) + 2
        if budget is not None and used > budget * CHARACTERS_A_TOKEN:
            break
        blocks.append(block)
        shown.append(skill)
    return "\n\n".join(blocks) if shown else "", tuple(shown)


def parse(text: str) -> list[Skill]:
    """The skills of a skill block; anything else in the text, a skill that is none included, is passed over."""
    found: list[Skill] = []
    for block in text.split("\n\n"):
        lines = block.splitlines()
        opening = _OPENING.match(lines[0]) if lines else None
        if opening is not None:
            with suppress(ValueError):
                found.append(_skill(opening, dict(_fields(lines[1:]))))
    return found


def _block(skill: Skill) -> str:
    about = f"suspect {skill.suspect} of" if skill.suspect else "strategy for"
    lines = [f"[{skill.id} v{skill.version}] {about} {skill.topic}, {skill.common}"]
    lines += [f"  {label}: {text}" for label, text in ((n, getattr(skill, f)) for n, f in _WORDS.items()) if text]
    lines += [f"  when: {_told(sign)}" for sign in skill.when]
    lines += [f"  unless: {_told(sign)}" for sign in skill.unless]
    if skill.check is not None:
        other = f"{_TELLS}{skill.tells_from}" if skill.tells_from else ""
        lines.append(f"  check: {_told(skill.check)}{other}")
    elif skill.tells_from:
        lines.append(f"  looks like: {skill.tells_from}")
    lines += [f"  cure: {act}" for act in skill.cure]
    if skill.scope:
        lines.append(f"  applies to: {skill.scope}")
    return "\n".join(lines)


def _told(sign: Sign) -> str:
    return f"{sign.where} is {sign.state} ({sign.strength})"


def _fields(lines: Sequence[str]) -> list[tuple[str, list[str]]]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.strip().partition(": ")
        fields.setdefault(name, []).append(value)
    return list(fields.items())


def _skill(opening: re.Match[str], fields: dict[str, list[str]]) -> Skill:
    check = _SIGN.match(fields.get("check", [""])[0])
    return Skill.model_validate(
        {
            "id": opening["id"],
            "version": int(opening["version"]),
            "suspect": opening["suspect"] or "",
            "topic": opening["topic"],
            "common": opening["common"],
            "when": _signs(fields.get("when", [])),
            "unless": _signs(fields.get("unless", [])),
            "check": _sign(check) if check else None,
            "tells_from": (check["double"] or "") if check else fields.get("looks like", [""])[0],
            "cure": tuple(fields.get("cure", [])),
            "scope": fields.get("applies to", [""])[0],
            **{name: fields.get(label, [""])[0] for label, name in _WORDS.items()},
        }
    )


def _signs(lines: Sequence[str]) -> tuple[Sign, ...]:
    return tuple(_sign(match) for match in map(_SIGN.match, lines) if match)


def _sign(match: re.Match[str]) -> Sign:
    return Sign(where=match["where"], state=match["state"], strength=_strength(match["strength"]))


def _strength(word: str) -> Strength:
    return "always" if word == "always" else "usually" if word == "usually" else "sometimes"
