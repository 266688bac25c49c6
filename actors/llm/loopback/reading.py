"""Requests as providers receive them, read back into requests of the port; and replies as providers send them."""

from __future__ import annotations

import json
from typing import Any

from actors.llm.cleaning import arguments_of
from actors.llm.port import Call, Message, Reply, Request, Tool, Usage
from skillbooks.rendering import HEADING

Plain = dict[str, Any]

_ANTHROPIC = {"end": "end_turn", "tool": "tool_use", "length": "max_tokens", "refused": "refusal"}
_OPENAI = {"end": "stop", "tool": "tool_calls", "length": "length", "refused": "content_filter"}


def from_anthropic(told: Plain) -> Request:
    """A body of `/v1/messages`."""
    system = told.get("system") or []
    texts = [system] if isinstance(system, str) else [str(block.get("text", "")) for block in system]
    messages: list[Message] = []
    for turn in told.get("messages") or ():
        messages += _anthropic_turn(turn)
    tools = tuple(Tool(t["name"], t.get("description", ""), t.get("input_schema", {})) for t in told.get("tools") or ())
    choice = told.get("tool_choice") or {}
    rules, skills = _apart(texts)
    return Request(
        rules, skills, tuple(messages), tools, int(told.get("max_tokens", 4096)), must_call=choice.get("name", "")
    )


def from_openai(told: Plain) -> Request:
    """A body of `/v1/chat/completions`."""
    texts: list[str] = []
    messages: list[Message] = []
    for turn in told.get("messages") or ():
        if turn.get("role") == "system":
            texts += [part.strip() for part in _text(turn.get("content")).split("\n\n")]
        else:
            messages.append(_openai_turn(turn))
    functions = [tool.get("function", {}) for tool in told.get("tools") or ()]
    tools = tuple(Tool(f["name"], f.get("description", ""), f.get("parameters", {})) for f in functions)
    choice = told.get("tool_choice")
    must = choice.get("function", {}).get("name", "") if isinstance(choice, dict) else ""
    rules, skills = _apart(texts)
    most = int(told.get("max_tokens") or told.get("max_completion_tokens") or 4096)
    return Request(rules, skills, tuple(messages), tools, most, int(told.get("seed") or 0), must_call=must)


def to_anthropic(reply: Reply, model: str, number: int) -> Plain:
    """A reply as `/v1/messages` sends it."""
    content: list[Plain] = [{"type": "text", "text": reply.text}] if reply.text else []
    content += [{"type": "tool_use", "id": c.id, "name": c.name, "input": c.arguments} for c in reply.calls]
    return {
        "id": f"msg_{number:08d}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": _ANTHROPIC[reply.stop],
        "stop_sequence": None,
        "usage": _anthropic_usage(reply.usage),
    }


def to_openai(reply: Reply, model: str, number: int) -> Plain:
    """A reply as `/v1/chat/completions` sends it."""
    message: Plain = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": json.dumps(c.arguments)}}
            for c in reply.calls
        ]
    usage = reply.usage
    return {
        "id": f"chatcmpl-{number:08d}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": _OPENAI[reply.stop], "logprobs": None}],
        "usage": {
            "prompt_tokens": usage.tokens_in,
            "completion_tokens": usage.tokens_out,
            "total_tokens": usage.tokens_in + usage.tokens_out,
            "prompt_tokens_details": {"cached_tokens": usage.tokens_cached},
        },
    }


def _anthropic_usage(usage: Usage) -> Plain:
    return {
        "input_tokens": usage.tokens_in - usage.tokens_cached - usage.tokens_cache_written,
        "cache_read_input_tokens": usage.tokens_cached,
        "cache_creation_input_tokens": usage.tokens_cache_written,
        "output_tokens": usage.tokens_out,
    }


def _apart(texts: list[str]) -> tuple[tuple[str, ...], str]:
    """The rules, and the skill block, which begins with its heading."""
    first = next((place for place, text in enumerate(texts) if text.startswith(HEADING)), len(texts))
    return tuple(texts[:first]), "\n\n".join(texts[first:])


def _anthropic_turn(turn: Plain) -> list[Message]:
    content = turn.get("content")
    if isinstance(content, str):
        return [Message("assistant" if turn.get("role") == "assistant" else "user", content)]
    blocks: list[Plain] = content if isinstance(content, list) else []
    if turn.get("role") == "assistant":
        calls = tuple(Call(b["id"], b["name"], b["input"]) for b in blocks if b.get("type") == "tool_use")
        return [Message("assistant", _text(blocks), calls)]
    return [
        Message("tool", _text(block.get("content")), answers=str(block.get("tool_use_id")))
        if block.get("type") == "tool_result"
        else Message("user", str(block.get("text", "")))
        for block in blocks
    ]


def _openai_turn(turn: Plain) -> Message:
    text = _text(turn.get("content"))
    if turn.get("role") == "tool":
        return Message("tool", text, answers=str(turn.get("tool_call_id")))
    calls = tuple(
        Call(str(c.get("id")), c["function"]["name"], arguments_of(c["function"].get("arguments")))
        for c in turn.get("tool_calls") or ()
    )
    return Message("assistant" if turn.get("role") == "assistant" else "user", text, calls)


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if part.get("type", "text") == "text")
    return content if isinstance(content, str) else ""
