"""A request as Anthropic's Messages API takes it, and its answer as a reply. Plain values; no SDK is needed here.

Three places are marked for the provider's cache: the end of the rules (with the tools before them), the end of the
skill block, and the end of the conversation. So all episodes share the first, all of one book version the second, and
each turn of an episode reads everything but its own last words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actors.llm.cleaning import arguments_of, mended
from actors.llm.port import Call, Message, ModelFailed, Reply, Request, Stop, Tool, Usage

Plain = dict[str, Any]

STOPS: dict[str, Stop] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tool",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}
CACHED = {"type": "ephemeral"}
LOOSE = ("maxItems", "minItems", "minimum", "maximum", "minLength", "maxLength", "pattern", "default", "multipleOf")
"""Words of JSON schema that strict tools do not take; what they say is still checked by whoever offers the tool."""


def parameters(model: str, request: Request) -> Plain:
    """The arguments of `messages.create`."""
    told: Plain = {
        "model": model,
        "max_tokens": request.max_tokens,
        "system": _system(request),
        "messages": _messages(request.messages),
        "tools": [_tool(tool) for tool in request.tools],
    }
    if request.must_call:
        told["tool_choice"] = {"type": "tool", "name": request.must_call}
    return {name: value for name, value in told.items() if value not in ([], "")}


def reply_of(told: Plain, provider_id: str = "") -> Reply:
    """The reply in a message of the provider's.

    Raises:
        ModelFailed: it is no message, or it ends without saying why (a stream that was cut off cleanly).
    """
    if told.get("type") != "message" or not isinstance(told.get("content"), list):
        raise ModelFailed("the answer is not a message; is this address really the provider's?", "garbled")
    stop = told.get("stop_reason")
    if stop is None:
        raise ModelFailed("the answer ends without a reason to stop: it was cut off on the way", "garbled")
    blocks = [block for block in told["content"] if isinstance(block, dict)]
    text = "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")
    calls = [
        Call(str(block.get("id", "")), str(block.get("name", "")), arguments_of(block.get("input")))
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    return Reply(text, tuple(calls), STOPS.get(str(stop), "end"), usage_of(told.get("usage")), provider_id)


def usage_of(told: Any) -> Usage:
    """Tokens of a call; the provider counts cached input apart, we count it as part of the input."""
    said: Plain = told if isinstance(told, dict) else {}
    fresh, read, written = (
        int(said.get(name) or 0) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return Usage(fresh + read + written, int(said.get("output_tokens") or 0), read, written)


def strict(schema: Plain) -> Plain:
    """A schema as strict tools take it: objects closed, and without the words that they do not know."""
    kept: Plain = {}
    for name, value in schema.items():
        if name in LOOSE:
            continue
        if name == "properties":
            kept[name] = {field: strict(inner) for field, inner in value.items()}
        elif isinstance(value, dict):
            kept[name] = strict(value)
        elif name in ("anyOf", "allOf"):
            kept[name] = [strict(inner) for inner in value]
        else:
            kept[name] = value
    if kept.get("type") == "object":
        kept["additionalProperties"] = False
    return kept


def _tool(tool: Tool) -> Plain:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": strict(tool.parameters),
        "strict": True,
    }


def _system(request: Request) -> list[Plain]:
    blocks: list[Plain] = [{"type": "text", "text": mended(block)} for block in request.system if block]
    if blocks:
        blocks[-1]["cache_control"] = CACHED
    if request.skills:
        blocks.append({"type": "text", "text": mended(request.skills), "cache_control": CACHED})
    return blocks


def _messages(messages: Sequence[Message]) -> list[Plain]:
    """Turns that alternate: what one side says in a row becomes one turn, and nobody says nothing."""
    turns: list[Plain] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if not blocks:
            continue
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    if turns:
        turns[-1]["content"][-1] = {**turns[-1]["content"][-1], "cache_control": CACHED}
    return turns


def _blocks(message: Message) -> list[Plain]:
    text = mended(message.text)
    if message.role == "tool":
        return [{"type": "tool_result", "tool_use_id": message.answers, "content": text}]
    blocks: list[Plain] = [{"type": "text", "text": text}] if text.strip() else []
    return blocks + [{"type": "tool_use", "id": c.id, "name": c.name, "input": c.arguments} for c in message.calls]
