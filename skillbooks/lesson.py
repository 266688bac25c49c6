"""A lesson: what a reflector takes from one episode, typed and not yet believed by anybody."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from skillbooks.skill import Line, Name


class Seen(BaseModel):
    """One observation of an episode: where, in what state, and whether that is out of the ordinary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: Name
    state: Line
    odd: bool


class Lesson(BaseModel):
    """What an episode taught about one true cause.

    Attributes:
        suspect: the cause; topic: its group.
        beside: other causes that were at work at the same time.
        seen: what was observed before anything was changed.
        cure: acts that cured it, as told afterwards.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    suspect: Name
    topic: Name
    beside: tuple[Name, ...] = ()
    seen: tuple[Seen, ...] = Field(default=(), max_length=400)
    cure: tuple[Line, ...] = Field(default=(), max_length=12)
