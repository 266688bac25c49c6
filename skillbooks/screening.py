"""Screening: what must never be learned, however well formed: text that talks to the grader or to the model itself.

It is asked when an operation is proposed. A fold does not ask it: what was accepted once stays readable for ever.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

Plain = dict[str, Any]

_GRADER = r"\b(evaluator|grader|examiner|scorer|(the|any|dear|whatever) (judge|marker))s?\b"
_BEST = r"\b(full|maximum|max|perfect|top|highest|100)\b"
_ORDERS = (
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instruction|rule|rubric|prompt|guideline|above|previous)",
    rf"{_GRADER}.{{0,60}}\b(give|award|assign|score|mark|rate|grade|grant|must|should|shall|note)\b",
    rf"\b(give|award|assign|grant|report)\b.{{0,40}}{_BEST}.{{0,30}}\b(score|mark|point|grade|credit)s?\b",
    rf"\b(score|rate|grade|mark)\b.{{0,30}}\b(this|it|me|answer|submission|response)\b.{{0,30}}{_BEST}",
    r"\b(system|developer) prompt\b",
    r"\byou are (now|no longer)\b",
    r"\b(act|behave|respond) as (the|a|an) (system|grader|evaluator|judge|administrator)\b",
    r"^(system|assistant|user|human|developer|tool)\s*:",
    r"<\|?\s*/?\s*(im start|im end|system|assistant|user|endoftext)|\[/?inst\]|\{\{.*\}\}",
)
_ORDER = re.compile("|".join(f"(?:{order})" for order in _ORDERS))


def sifted(operations: Sequence[Plain]) -> tuple[list[Plain], list[tuple[Plain, str]]]:
    """The operations that may be proposed, and those that may not, each with the reason."""
    fit: list[Plain] = []
    unfit: list[tuple[Plain, str]] = []
    for operation in operations:
        reason = complaint(operation.get("skill") or {})
        if reason:
            unfit.append((operation, reason))
        else:
            fit.append(operation)
    return fit, unfit


def complaint(skill: Plain) -> str:
    """Why a skill must not be learned; empty if nothing speaks against it."""
    for field, text in _texts(skill, ""):
        if _ORDER.search(_folded(text)):
            return f"{field} gives orders to a grader or a model, and says nothing of the trade"
    return ""


def _folded(text: str) -> str:
    """The text as a model would read it: letters without accents, no joiners, single blanks, lower case."""
    plain = unicodedata.normalize("NFKD", text)
    shown = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Mn"))
    return " ".join(re.sub(r"[_*~\s]+", " ", shown).lower().split())


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{name}[{place}]")
