"""The words by which free text is read: which deny, doubt, cut and order, from `data/reading.yaml`."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, field_validator

from actors.worlds.printer.datafile import DATA
from actors.worlds.printer.marked import load_plain

_ENDS = ("ss", "us", "is", "as")


class Reading(BaseModel):
    """Word lists; the data file says what each is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    same: dict[str, str]
    small: frozenset[str]
    negators: frozenset[str]
    breaks: frozenset[str]
    cleared: frozenset[str]
    doubts: dict[str, float]
    conditions: frozenset[str]
    reported: frozenset[str]
    verbs: dict[str, tuple[str, ...]]
    instead: dict[str, tuple[str, ...]]
    disabling: frozenset[str]
    pronouns: frozenset[str]

    @field_validator("small", "negators", "breaks", "cleared", "conditions", "reported", "disabling", "pronouns")
    @classmethod
    def _stemmed(cls, words: frozenset[str]) -> frozenset[str]:
        return frozenset(stem(word) for word in words)

    @field_validator("doubts")
    @classmethod
    def _stemmed_doubts(cls, doubts: dict[str, float]) -> dict[str, float]:
        return {stem(word): left for word, left in doubts.items()}


def stem(word: str) -> str:
    """A word without the s of its plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(_ENDS) else word


@cache
def reading() -> Reading:
    """The word lists, read once."""
    with (DATA / "reading.yaml").open(encoding="utf-8") as file:
        return Reading.model_validate(load_plain(file.read()))
