"""A mind: the model behind a role in its shell, with what a call of it can cost, and its answers as plain values."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

from actors.llm import catalogue as models
from actors.llm.caller import size_of
from actors.llm.fingerprint import request_hash
from actors.llm.options import Options
from actors.llm.port import Call, Model, ModelFailed, Reply, Request, Tool
from actors.llm.prices import Price, price_of
from actors.roles.mending import MOST_REPAIRS, AnswerUnreadable

Plain = dict[str, Any]

MOST_CALLS = 16
"""Tool calls of one answer that are carried out; what a model wants beyond that it must say in its next turn."""


class RecordingDiffers(Exception):  # noqa: N818 - errors read as facts
    """Raised when the log has an answer for a turn, but to another prompt: another version wrote it."""


class Mind:
    """One model as a role uses it.

    Args:
        config: `model`, and `options` of the way to it.
    """

    def __init__(self, config: Plain) -> None:
        self.options = Options(**config.get("options", {}))
        self.model: Model = models.load(config["model"], self.options)
        self.free = models.is_free(config["model"])
        self._checks = self.model.name != "apprentice"
        self._validators: dict[str, Any] = {}

    @cached_property
    def price(self) -> Price | None:
        """What its tokens cost."""
        return price_of(self.model.name, self.options.prices)

    def wish(self, request: Request, prompt: str) -> Plain:
        """What a call is reckoned to take at most."""
        tokens = size_of(request)
        cost = self.price.most(tokens, request.max_tokens) if self.price else 0.0
        return {
            "model": self.model.name,
            "prompt_sha256": prompt,
            "tokens_in": tokens,
            "tokens_out": request.max_tokens,
            "cost_usd": round(cost, 9),
            "priced": self.price is not None,
            **({"deferred": True} if hasattr(self.model, "submit") else {}),
        }

    async def submitted(self, request: Request) -> Plain:
        """Where the answer can be collected later, of a model whose answers travel in batches.

        Raises:
            ModelFailed: the provider did not take it.
        """
        return {"ticket": await self.model.submit(request)}  # type: ignore[attr-defined]

    async def collected(self, ticket: Plain, request: Request, prompt: str) -> tuple[Reply | None, Plain]:
        """What came of a request that travels in a batch; nothing but why it should travel `again`.

        Raises:
            ModelFailed: another try cannot help.
        """
        try:
            return await self.told(request, prompt, ticket)
        except ModelFailed as failed:
            if not failed.passing:
                raise
            return None, {"again": str(failed)}

    async def told(self, request: Request, prompt: str, ticket: Plain | None = None) -> tuple[Reply, Plain]:
        """The answer, with no more calls than can be carried out, and as plain values for the log.

        Raises:
            ModelFailed: there is none.
        """
        started = time.monotonic()
        reply = await (self.model.collect(ticket) if ticket else self.model.reply(request))  # type: ignore[attr-defined]
        seconds = reply.seconds or (0.0 if self.model.name == "apprentice" else time.monotonic() - started)
        kept = Reply(reply.text, _distinct(reply.calls[:MOST_CALLS]), reply.stop, reply.usage, reply.provider_id)
        usage = reply.usage
        return kept, {
            "model": self.model.name,
            "prompt_sha256": prompt,
            "text": reply.text,
            "calls": [self._checked(call, request.tools) for call in kept.calls],
            "stop": reply.stop,
            "tokens_in": usage.tokens_in,
            "tokens_out": usage.tokens_out,
            "tokens_cached": usage.tokens_cached,
            "tokens_cache_written": usage.tokens_cache_written,
            "cost_usd": usage.cost_usd,
            "priced": usage.priced,
            "seconds": seconds,
            "provider_id": reply.provider_id,
            "attempts": reply.attempts,
            "calls_dropped": max(len(reply.calls) - MOST_CALLS, 0),
        }

    async def close(self) -> None:
        """Give connections back."""
        close = getattr(self.model, "close", None)
        if close is not None:
            await close()

    def _checked(self, call: Call, tools: Sequence[Tool]) -> Plain:
        """A call, with what is wrong about it where it does not fit its tool."""
        plain = asdict(call)
        error = self._error(call, tools) if self._checks else ""
        return {**plain, "error": error} if error else plain

    def _error(self, call: Call, tools: Sequence[Tool]) -> str:
        schema = next((tool.parameters for tool in tools if tool.name == call.name), None)
        if schema is None:
            return f"there is no tool '{call.name}'; there are: {', '.join(tool.name for tool in tools)}"
        known = self._validators.get(call.name)
        if known is None or known.schema != schema:
            from jsonschema import Draft202012Validator  # noqa: PLC0415 - only models that may err pay for it

            known = self._validators[call.name] = Draft202012Validator(schema)
        found = next(iter(known.iter_errors(call.arguments)), None)
        if found is None:
            return ""
        where = ".".join(str(part) for part in found.absolute_path) or "arguments"
        return f"{call.name}: {where}: {_short(found.message)}"


def _short(message: str) -> str:
    """A complaint that quotes what it is about, with the quotation cut: what is wrong stands at its end."""
    return message if len(message) <= 300 else f"{message[:100]}…{message[-200:]}"  # noqa: PLR2004 - enough to see


def as_reply(told: Plain) -> Reply:
    """The answer again from what the log has of it."""
    calls = tuple(Call(call["id"], call["name"], call["arguments"]) for call in told["calls"])
    return Reply(told["text"], calls, told["stop"] or "end", provider_id=told.get("provider_id", ""))


async def mended(
    mind: Mind, request: Plain, ask: Callable[[list[Reply], list[str]], Request], read: Callable[[Plain], Plain]
) -> Plain:
    """What can be read in the answers that come with a request, or the `wish` of the call that is needed next.

    Args:
        mind: makes the call where the request's `op` is `call`; its answer is what comes back then.
        request: with the `replies` so far, so that nothing is held here.
        ask: the call, from the answers that could not be read, and what was wrong about each.
        read: what an answer says; raises `AnswerUnreadable`.

    Returns:
        What was read, with the number of `repairs`; nothing but that number where no answer could be read.
    """
    replies, complaints = request.get("replies", []), list[str]()
    for told in replies:
        try:
            return {**read(told), "repairs": len(complaints)}
        except AnswerUnreadable as unreadable:
            complaints.append(str(unreadable))
    if len(complaints) > MOST_REPAIRS:
        return {"repairs": len(complaints) - 1, "unreadable": complaints[-1]}
    asked = ask([as_reply(told) for told in replies], complaints)
    hashed = request_hash(asked)
    match request.get("op"):
        case "submit":
            return await mind.submitted(asked)
        case "call" if request.get("ticket"):
            return (await mind.collected(request["ticket"], asked, hashed))[1]
        case "call":
            return (await mind.told(asked, hashed))[1]
    return {"wish": mind.wish(asked, hashed)}


def _distinct(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Calls whose ids tell them apart, whatever the model named them."""
    seen: set[str] = set()
    kept = []
    for number, call in enumerate(calls):
        name = call.id if call.id and call.id not in seen else f"{call.id or 'call'}-{number}"
        seen.add(name)
        kept.append(Call(name, call.name, call.arguments))
    return tuple(kept)
