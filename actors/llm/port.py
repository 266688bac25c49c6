"""The Model port: what an agent asks of whatever speaks for it, and what comes back. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a model sees it: name, one line of purpose, JSON schema of its arguments."""

    name: str
    description: str
    parameters: Plain


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that a model wishes; `id` ties the answer to it."""

    id: str
    name: str
    arguments: Plain


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation.

    Attributes:
        role: who speaks. `tool` messages answer the call named by `answers`.
        text: what is said; a tool's answer is JSON text.
        calls: tool calls of an assistant message.
        answers: id of the call that a tool message answers.
    """

    role: Literal["user", "assistant", "tool"]
    text: str
    calls: tuple[Call, ...] = ()
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that a model is given. What is not here, the agent does not know.

    Attributes:
        system: constant blocks first: the trade, the catalogue, the rules.
        skills: the rendered skill block, a cacheable prefix of its own; empty without skills.
        messages: the conversation so far.
        tools: what may be called.
        max_tokens: limit of the answer.
        seed: of this attempt; adapters that cannot use it ignore it.
    """

    system: tuple[str, ...]
    skills: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    max_tokens: int = 4096
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one call; zero for models that cost nothing."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: text, tool calls, why it stopped, and what it cost. Latency is measured by the runtime."""

    text: str
    calls: tuple[Call, ...]
    stop: Literal["end", "tool", "length", "refused"]
    usage: Usage = field(default_factory=Usage)
    provider_id: str = ""


class Model(Protocol):
    """Whatever answers a request: a provider's model, a recording, the offline apprentice, a person."""

    @property
    def name(self) -> str:
        """The name that goes into the log, `adapter:model`."""
        ...

    async def reply(self, request: Request) -> Reply:
        """Answer the request.

        Raises:
            ModelFailed: when no answer is to be had after the adapter's own retries.
        """
        ...


class ModelFailed(Exception):  # noqa: N818 - errors read as facts
    """Raised when a model cannot answer; the text says why and what to do."""
