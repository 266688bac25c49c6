"""The reflector: reads what happened in an episode beside its score and key, and proposes small typed lessons.

It counts and compares; it copies no sentence, no scenario name and no seed into a lesson: of the customer's words only
single stems are kept. A reflector that asks a model stands behind the same two functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skillbooks.lesson import Lesson, Seen
from skillbooks.skill import BRIEF
from skillbooks.words import stems

Plain = dict[str, Any]

NAME = "counting 1"
MOST_WORDS = 80


def reflect(brief: Plain, turns: Sequence[Plain], key: Plain, remedies: dict[str, list[str]]) -> list[Lesson]:
    """One lesson for each true cause of the episode.

    Args:
        brief: what the agent knew at the start.
        turns: tool calls with their results, `{"path", "changes", "findings"}`, in order.
        key: the opened key; `faults` with type and cause.
        remedies: cause -> acts that cured it.
    """
    seen = observed(brief, turns)
    faults = {fault["cause"]: fault["type"] for fault in key["faults"]}
    return [
        Lesson(
            suspect=cause,
            topic=topic,
            beside=tuple(sorted(set(faults) - {cause})),
            seen=seen,
            cure=tuple(remedies.get(cause, ())),
        )
        for cause, topic in faults.items()
    ]


def observed(brief: Plain, turns: Sequence[Plain]) -> tuple[Seen, ...]:
    """What the customer said, stem by stem, and what was observed before anything was changed."""
    return (*_said(brief), *_observed(turns))


def _said(brief: Plain) -> list[Seen]:
    texts = [str(brief.get("user", "")), *map(str, brief.get("symptoms", ()))]
    return [Seen(where=f"{BRIEF}{stem}", state="mentioned", odd=True) for stem in stems(texts)[:MOST_WORDS]]


def _observed(turns: Sequence[Plain]) -> list[Seen]:
    """What was seen before anything was changed; later readings belong to another machine."""
    seen: dict[str, Seen] = {}
    for turn in turns:
        if turn["changes"]:
            break
        for finding in turn["findings"]:
            odd = finding["state"] != "normal"
            seen[finding["sign"]] = Seen(where=finding["sign"], state=finding["state"], odd=odd)
    return list(seen.values())
