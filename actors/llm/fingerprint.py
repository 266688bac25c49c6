"""Hashes of what a model was given: the constant prefix that all episodes of a wave share, and the whole request."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from actors.llm.port import Message, Request, Tool
from events.codec import pack


def prefix_hash(system: Sequence[str], skills: str, tools: Sequence[Tool]) -> str:
    """Hash of rules, skills and tools."""
    told = [[tool.name, tool.description, tool.parameters] for tool in tools]
    return hashlib.sha256(pack([list(system), skills, told])).hexdigest()


def prompt_hash(prefix: str, messages: Sequence[Message], seed: int) -> str:
    """Hash of all that the model is given at one turn, its prefix by its hash."""
    turns = [[m.role, m.text, m.answers, [[c.id, c.name, c.arguments] for c in m.calls]] for m in messages]
    return hashlib.sha256(pack([prefix, turns, seed])).hexdigest()


def request_hash(request: Request) -> str:
    """The same from a request alone."""
    return prompt_hash(prefix_hash(request.system, request.skills, request.tools), request.messages, request.seed)
