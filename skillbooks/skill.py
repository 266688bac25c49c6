"""A skill: one thing learned, in typed single-line fields that a model can read and nothing can break out of."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

Strength = Literal["always", "usually", "sometimes"]

LONGEST_LINE = 160
LONGEST_TEXT = 1200
MOST_SIGNS = 14
MOST_CURES = 4
LAST_VERSION = 2**31 - 1
BRIEF = "brief/"
"""Signs under this name are words of the customer's; everybody who reads the brief has looked for all of them."""
_HEADING = re.compile(r"^\s*(#|\[|```|---|===|<)")
_PLAIN = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
"""Printable ASCII without blanks at the ends: nearly all there is, and quick to see."""
_OPENERS = frozenset("#[`-=<")
_PLAIN_NAME = re.compile(r"[!-'*-~]*")


def screened(text: str) -> str:
    """The text, if it is one harmless line.

    Raises:
        ValueError: control characters, line breaks, lone surrogates, blanks at an end, or something that opens a
            heading or block.
    """
    if _PLAIN.fullmatch(text) and text[:1] not in _OPENERS:
        return text
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
    if _PLAIN_NAME.fullmatch(text):
        return text
    if any(character.isspace() or character in "()" for character in text):
        raise ValueError("a name must hold no blanks and no parentheses")
    return text


Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE), AfterValidator(screened)]
Name = Annotated[Line, AfterValidator(unbroken)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(screened)]
LATER = ("strategy", "applies", "not_when", "run")
"""Fields that a later release added: left out where they say nothing, so that the hash of an older book stays."""


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
    """One lesson of the trade: a suspicion with its signs, or a strategy in words; or both.

    Attributes:
        id: from what it is about, never from a counter.
        version: rises with every change of text; credit belongs to a version.
        suspect: what to suspect, empty for a mere strategy; topic: the group that it belongs to.
        common: how often it occurs in practice.
        when: signs that speak for it; unless: signs that speak against it.
        check: the sign that tells it from its double, `tells_from`.
        cure: acts that cure it, in order.
        scope: where it applies, empty for everywhere.
        strategy: what to do, in words.
        applies, not_when: when the skill holds and when it does not, in words.
        run: a check that can be run: one line of a command or an expression. It is shown, never executed by us.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Name
    version: int = Field(default=1, ge=1, le=LAST_VERSION)
    suspect: Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(screened), AfterValidator(unbroken)] = ""
    topic: Name
    common: Literal["common", "occasional", "rare"] = "occasional"
    when: tuple[Sign, ...] = Field(default=(), max_length=MOST_SIGNS)
    unless: tuple[Sign, ...] = Field(default=(), max_length=MOST_SIGNS)
    check: Sign | None = None
    tells_from: Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(screened), AfterValidator(unbroken)] = ""
    cure: tuple[Line, ...] = Field(default=(), max_length=MOST_CURES)
    scope: Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(screened)] = ""
    strategy: Text = ""
    applies: Text = ""
    not_when: Text = ""
    run: Text = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.suspect and not self.strategy:
            raise ValueError("a skill needs a suspect or a strategy")
        return self

    @model_serializer(mode="wrap")
    def _lean(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = handler(self)
        for name in LATER:
            if not plain.get(name, True):
                del plain[name]
        return plain

    def says_the_same(self, other: Skill) -> bool:
        """True if both have the same text, whatever their versions."""
        return self.model_copy(update={"version": 1}) == other.model_copy(update={"version": 1})


def skill_id(topic: str, suspect: str) -> str:
    """The id of the skill about this suspicion: the same wherever and by whomever it is learned."""
    return f"s-{hashlib.blake2b(f'{topic}|{suspect}'.encode(), digest_size=4).hexdigest()}"


def strategy_id(topic: str, strategy: str) -> str:
    """The id of a strategy: from its words, so that two who learn the same write about the same skill."""
    words = " ".join(strategy.lower().split())
    return f"t-{hashlib.blake2b(f'{topic}|{words}'.encode(), digest_size=5).hexdigest()}"


def minted_id(event: str, place: int) -> str:
    """The id of a skill that came with an event, from that event and its place there: no shared counter."""
    return f"m-{hashlib.blake2b(f'{event}#{place}'.encode(), digest_size=6).hexdigest()}"
