"""How a role that asks a model lets it mend an answer that breaks the form: complaint by complaint, so many times."""

from __future__ import annotations

import json
from collections.abc import Sequence

from actors.llm.port import Message, Reply

MOST_REPAIRS = 2
"""How often a model may mend an answer that breaks the form."""


class AnswerUnreadable(Exception):  # noqa: N818 - errors read as facts
    """Raised when an answer breaks the form; the text tells the model what is wrong."""


def conversation(told: str, replies: Sequence[Reply], complaints: Sequence[str]) -> tuple[Message, ...]:
    """What the model is told, and behind it each answer with what was wrong about it."""
    messages = [Message("user", told)]
    for reply, complaint in zip(replies, complaints, strict=True):
        messages.append(Message("assistant", reply.text, reply.calls))
        messages += [Message("tool", json.dumps({"error": complaint}), answers=call.id) for call in reply.calls]
        if not reply.calls:
            messages.append(Message("user", complaint))
    return tuple(messages)
