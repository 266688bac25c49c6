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
        must_call: the tool that must be called, for a structured answer; empty for free choice.
        place: where in a run this is asked (`train-practice-000003#4`); no model sees it, recordings find by it.
    """

    system: tuple[str, ...]
    skills: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    max_tokens: int = 4096
    seed: int = 0
    must_call: str = ""
    place: str = ""


Stop = Literal["end", "tool", "length", "refused"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one call; zero for models that cost nothing.

    Attributes:
        tokens_in: all tokens of the request, cached ones included.
        tokens_out: tokens of the answer.
        tokens_cached: of `tokens_in`, those that the provider read from its cache.
        tokens_cache_written: of `tokens_in`, those that it wrote into its cache.
        cost_usd: what the call cost, 0 where the price is unknown.
        priced: whether the price is known; an unknown price is said, never taken for nothing.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_cache_written: int = 0
    cost_usd: float = 0.0
    priced: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        text, calls: what was said, and which tools are to be called.
        stop: why it ended there: `length` is cut off by the limit, `refused` by the provider or the model.
        usage: tokens and money.
        provider_id: the provider's name of this request, for its support.
        seconds: from the first attempt to the answer.
        attempts: how often it was asked until it answered.
    """

    text: str
    calls: tuple[Call, ...]
    stop: Stop
    usage: Usage = field(default_factory=Usage)
    provider_id: str = field(default="", compare=False)
    seconds: float = field(default=0.0, compare=False)
    attempts: int = field(default=1, compare=False)


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
    """Raised when a model cannot answer; the text says why and what to do.

    Attributes:
        kind: `rate_limited`, `overloaded`, `server`, `connection`, `timeout`, `garbled`, `rejected`, `key`, `credit`,
            `unknown_model` or `not_recorded`.
        retry_after: seconds that the provider asked to wait, None if it said nothing.
        status: of HTTP, 0 where there was none.
    """

    def __init__(self, text: str, kind: str = "rejected", *, retry_after: float | None = None, status: int = 0) -> None:
        self.kind, self.retry_after, self.status = kind, retry_after, status
        super().__init__(text)

    @property
    def passing(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self.kind in PASSING


class ModelUnusable(ModelFailed):
    """Raised when no request can succeed: wrong key, no credit, no such model. The whole run has to stop."""


class KeyMissing(LookupError):  # noqa: N818 - errors read as facts
    """Raised when the environment holds no usable key for a provider; the text names the variable."""


PASSING = frozenset({"rate_limited", "overloaded", "server", "connection", "timeout", "garbled"})
"""Kinds of failure that are tried again."""
