"""A skill: one thing learned, in typed single-line fields that a model can read and nothing can break out of."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Strength = Literal["always", "usually", "sometimes"]

LONGEST_LINE = 160
MOST_SIGNS = 14
MOST_CURES = 4
LAST_VERSION = 2**31 - 1
BRIEF = "brief/"
"""Signs under this name are words of the customer's; everybody who reads the brief has looked for all of them."""
_HEADING = re.compile(r"^\s*(#|\[|```|---|===|<)")


def screened(text: str) -> str:
    """The text, if it is one harmless line.

    Raises:
        ValueError: control characters, line breaks, lone surrogates, blanks at an end, or something that opens a
            heading or block.
    """
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text):
        raise ValueError("control characters, line breaks and lone surrogates are not allowed in a skill")
    if _HEADING.match(text):
        raise ValueError("a skill's text must not open a heading or a block")
    if text != text.strip():
        raise ValueError("a skill's text must not begin or end with a blank")
    return text


def unbroken(text: str) -> str:
    """The text, if it is one word, so that a rendered skill can be read back without doubt.

    Raises:
        ValueError: blanks or parentheses.
    """
    if any(character.isspace() or character in "()" for character in text):
        raise ValueError("a name must hold no blanks and no parentheses")
    return text


Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE), AfterValidator(screened)]
Name = Annotated[Line, AfterValidator(unbroken)]


class Sign(BaseModel):
    """Something that can be observed, in a state: `measure:pluck_belt_x/frequency` is `low`.

    Attributes:
        where: what to look at, `tool:target/what`; before the slash stands the act that shows it.
        state: what is seen there.
        strength: how regularly, with the suspected cause.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: Name
    state: Line
    strength: Strength = "usually"

    @property
    def act(self) -> str:
        """The act that shows it, `tool:target`; `brief` for what the customer said."""
        return self.where.partition("/")[0]


class Skill(BaseModel):
    """One lesson of the trade.

    Attributes:
        id: from what it is about, never from a counter.
        version: rises with every change of text; credit belongs to a version.
        suspect: what to suspect; topic: the group that it belongs to.
        common: how often it occurs in practice.
        when: signs that speak for it; unless: signs that speak against it.
        check: the sign that tells it from its double, `tells_from`.
        cure: acts that cure it, in order.
        scope: where it applies, empty for everywhere.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Name
    version: int = Field(default=1, ge=1, le=LAST_VERSION)
    suspect: Name
    topic: Name
    common: Literal["common", "occasional", "rare"] = "occasional"
    when: tuple[Sign, ...] = Field(default=(), max_length=MOST_SIGNS)
    unless: tuple[Sign, ...] = Field(default=(), max_length=MOST_SIGNS)
    check: Sign | None = None
    tells_from: Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(screened), AfterValidator(unbroken)] = ""
    cure: tuple[Line, ...] = Field(default=(), max_length=MOST_CURES)
    scope: Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(screened)] = ""

    def says_the_same(self, other: Skill) -> bool:
        """True if both have the same text, whatever their versions."""
        return self.model_copy(update={"version": 1}) == other.model_copy(update={"version": 1})


def skill_id(topic: str, suspect: str) -> str:
    """The id of the skill about this suspicion: the same wherever and by whomever it is learned."""
    return f"s-{hashlib.blake2b(f'{topic}|{suspect}'.encode(), digest_size=4).hexdigest()}"
