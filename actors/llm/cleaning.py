"""What a model says, made fit for the log and the next request: no lone surrogates, no endless text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from actors.llm.port import Call, Reply

LONGEST_TEXT = 100_000
"""Characters of an answer that are kept; what a world can use is far shorter, and a log must not drown in the rest."""
LONGEST_ARGUMENTS = 50_000
CUT_OFF = " […cut off: the answer was longer than is kept]"
BROKEN = "unreadable"
"""The argument under which arguments are kept that are no JSON object; no tool has one of this name."""


def cleaned(reply: Reply) -> Reply:
    """The reply as it may be kept. A text or call that is in order is left as it is."""
    return replace(reply, text=shortened(mended(reply.text)), calls=tuple(_call(call) for call in reply.calls))


def mended(text: str) -> str:
    """The text with lone surrogates replaced, so that it can be encoded."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shortened(text: str, most: int = LONGEST_TEXT) -> str:
    """The text, cut off where it is longer than is kept."""
    return text if len(text) <= most else text[:most] + CUT_OFF


def arguments_of(told: Any) -> dict[str, Any]:
    """Arguments of a tool call as an object, whatever a model sent for them.

    Models send JSON text, JSON text of JSON text, or nothing; what is no object is kept as `unreadable`.
    """
    for _ in range(2):
        if isinstance(told, str):
            try:
                told = json.loads(told) if told.strip() else {}
            except ValueError:
                return {BROKEN: told[:1000]}
    return told if isinstance(told, dict) else {BROKEN: str(told)[:1000]}


def _call(call: Call) -> Call:
    arguments = _plain(call.arguments)
    if len(json.dumps(arguments)) > LONGEST_ARGUMENTS:
        arguments = {BROKEN: shortened(json.dumps(arguments), 1000)}
    return Call(mended(call.id)[:200], mended(call.name)[:200], arguments)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, dict):
        return {mended(str(name)): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        return str(value)[:100]  # msgpack knows 64 bits
    return value
