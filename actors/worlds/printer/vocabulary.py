"""What people call printers, problems and causes, and the catalogue ids that they mean.

Words are compared as sets: capitals, dashes, underscores, order and small words make no difference. A cause may be
named by its id, its title, its aliases, or by part and title together ("X motor pulley: grub screw loose").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from actors.worlds.printer.component import components
from actors.worlds.printer.machine import machines
from actors.worlds.printer.problem import causes, problems

_SMALL = frozenset({"a", "an", "and", "axis", "has", "in", "is", "it", "its", "my", "of", "on", "or", "the", "was"})
_BETWEEN = re.compile(r"[^a-z0-9]+")

Words = frozenset[str]


def words(text: str) -> Words:
    """The words that count in a text."""
    found = frozenset(_BETWEEN.sub(" ", text.lower().replace("'", "")).split())
    return found - _SMALL or found


def near(text: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """The known names that look most like a text, best first; none if nothing looks like it."""
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - only wrong input needs it

    names = list(known)
    found = process.extract(
        text[:200], names, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=55
    )
    return [name for name, _, _ in found]


def named_machine(text: str) -> list[str]:
    """Ids of the printer models that a text may name: one if it is clear, several if not, none if unknown."""
    return _lookup(_machine_words(), text, machines())


def named_type(text: str) -> list[str]:
    """Ids of the problem types that a text may name."""
    return _lookup(_type_words(), text, problems())


def named_cause(text: str, *, type_: str | None = None) -> list[str]:
    """Ids of the root causes that a text may name.

    Parameters:
        text: as written by a person.
        type_: id of the problem type; settles what would be ambiguous otherwise.
    """
    found = _lookup(_cause_words(), text, causes())
    if len(found) > 1 and type_ is not None:
        found = [one for one in found if one in problems()[type_].causes] or found
    return found


def near_machines(text: str) -> list[str]:
    """Ids of the models whose names look most like a text."""
    return _near_ids(_machine_words(), text)


def near_types(text: str) -> list[str]:
    """Ids of the problem types whose names look most like a text."""
    return _near_ids(_type_words(), text)


def near_causes(text: str, *, type_: str | None = None) -> list[str]:
    """Ids of the root causes whose names look most like a text, of one problem type or of all."""
    own = problems()[type_].causes if type_ is not None else causes()
    known = {key: phrases for key, phrases in _cause_phrases().items() if key in own}
    return _near_ids(known, text)


def _lookup(known: dict[str, tuple[str, ...]], text: str, ids: Iterable[str]) -> list[str]:
    plain = text.strip().lower()
    if plain in ids:
        return [plain]
    wanted = words(text)
    return [key for key in known if wanted in _sets(known[key])] if wanted else []


@cache
def _sets(phrases: tuple[str, ...]) -> frozenset[Words]:
    return frozenset(words(phrase) for phrase in phrases)


def _near_ids(known: dict[str, tuple[str, ...]], text: str) -> list[str]:
    owner = {phrase: key for key, phrases in known.items() for phrase in phrases}
    found = near(text, owner, limit=12)
    return list(dict.fromkeys(owner[phrase] for phrase in found))[:3]


@cache
def _machine_words() -> dict[str, tuple[str, ...]]:
    return {key: (key, machine.name, *machine.aliases) for key, machine in machines().items()}


@cache
def _type_words() -> dict[str, tuple[str, ...]]:
    return {key: (key, problem.title, *problem.aliases) for key, problem in problems().items()}


@cache
def _cause_phrases() -> dict[str, tuple[str, ...]]:
    return {key: (key, *cause.aliases, f"{_part(key)} {cause.title}") for key, cause in causes().items()}


@cache
def _cause_words() -> dict[str, tuple[str, ...]]:
    found = {}
    for key, cause in causes().items():
        parts = components()[key.partition(".")[0]]
        joined = (f"{part} {cause.title}" for part in (parts.name, *parts.aliases))
        found[key] = (key, cause.title, *cause.aliases, *joined)
    return found


def _part(cause: str) -> str:
    return components()[cause.partition(".")[0]].name
