"""How a world lets its scenario records be asked for: a module `questions` in its folder with `QUESTIONS` and `check`.

`check(name, text, so_far) -> str` gives an answer as it stands in the record, or raises ValueError with what is
allowed; `so_far` holds the answers before it, those of the same part laid over those of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Plain = dict[str, Any]


def _nothing(_: Plain) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a record.

    Attributes:
        name: of the field.
        ask: what a person is asked.
        choices: from the answers so far to what may be chosen, id -> meaning; None for free words.
        usual: from the answers so far to the answer that an empty line gives; empty for none.
        parts: the questions of one entry, for a field that is a list of mappings.
        least, most: entries of a list; `most` 0 for a field that is no list.
    """

    name: str
    ask: str
    choices: Callable[[Plain], Mapping[str, str]] | None = None
    usual: Callable[[Plain], str] = _nothing
    parts: tuple[Question, ...] = ()
    least: int = 0
    most: int = 0
