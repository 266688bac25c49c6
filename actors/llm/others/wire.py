"""A request as the chat completions of OpenAI take it, which litellm turns into what each provider takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from actors.llm.cleaning import arguments_of, mended
from actors.llm.port import Call, Message, ModelFailed, Reply, Request, Stop, Usage

Plain = dict[str, Any]

STOPS: dict[str, Stop] = {
    "stop": "end",
    "tool_calls": "tool",
    "function_call": "tool",
    "length": "length",
    "content_filter": "refused",
}


def parameters(model: str, request: Request) -> Plain:
    """The arguments of a completion. The skill block ends the system text, behind what never changes."""
    told: Plain = {
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": _messages(request),
        "tools": [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
            }
            for tool in request.tools
        ],
        "seed": request.seed % 2**31,
    }
    if request.must_call:
        told["tool_choice"] = {"type": "function", "function": {"name": request.must_call}}
    return {name: value for name, value in told.items() if value != []}


def reply_of(told: Plain, provider_id: str = "") -> Reply:
    """The reply in a completion.

    Raises:
        ModelFailed: it holds none, or ends without a reason.
    """
    choices = told.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0].get("message"), dict):
        raise ModelFailed("the answer is not a completion; is this address really the provider's?", "garbled")
    message, stop = choices[0]["message"], choices[0].get("finish_reason")
    if stop is None:
        raise ModelFailed("the answer ends without a reason to stop: it was cut off on the way", "garbled")
    calls = tuple(_call(number, call) for number, call in enumerate(message.get("tool_calls") or ()))
    text = str(message.get("content") or message.get("refusal") or "")
    why: Stop = "refused" if message.get("refusal") else STOPS.get(str(stop), "end")
    why = "tool" if calls and why == "end" else why
    return Reply(text, calls, why, usage_of(told.get("usage")), provider_id or str(told.get("id", "")))


def usage_of(told: Any) -> Usage:
    """Tokens of a call; cached ones are part of the input here already."""
    said: Plain = told if isinstance(told, dict) else {}
    details = said.get("prompt_tokens_details") or {}
    read = int(details.get("cached_tokens") or said.get("cache_read_input_tokens") or 0)
    written = int(said.get("cache_creation_input_tokens") or details.get("cache_creation_tokens") or 0)
    return Usage(int(said.get("prompt_tokens") or 0), int(said.get("completion_tokens") or 0), read, written)


def _messages(request: Request) -> list[Plain]:
    system = "\n\n".join(mended(block) for block in (*request.system, request.skills) if block)
    turns = [turn for turn in (_turn(message) for message in _merged(request.messages)) if turn is not None]
    return ([{"role": "system", "content": system}] if system else []) + turns


def _merged(messages: Sequence[Message]) -> list[Message]:
    """The conversation without turns in which nothing was said, and with what the user says in a row as one turn."""
    kept: list[Message] = []
    for message in messages:
        if message.role == "assistant" and not message.calls and not message.text.strip():
            continue
        if kept and message.role == kept[-1].role == "user":
            kept[-1] = Message("user", f"{kept[-1].text}\n\n{message.text}")
        else:
            kept.append(message)
    return kept


def _turn(message: Message) -> Plain | None:
    text = mended(message.text)
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.answers, "content": text}
    if message.role == "user":
        return {"role": "user", "content": text}
    turn: Plain = {"role": "assistant", "content": text or None}
    if message.calls:
        turn["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": json.dumps(c.arguments)}}
            for c in message.calls
        ]
    return turn


def _call(number: int, told: Any) -> Call:
    function = (told.get("function") if isinstance(told, dict) else None) or {}
    name, arguments = str(function.get("name") or ""), function.get("arguments")
    return Call(str(told.get("id") or f"call_{number}"), name, arguments_of(arguments))
