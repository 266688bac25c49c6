"""The agent: plays one episode through whatever model stands behind it. A value and pure functions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from actors.llm import fingerprint
from actors.llm.port import Message, Reply, Request, Tool

Plain = dict[str, Any]

NUDGE = "Please act by calling a tool, or `submit`."


@dataclass(frozen=True)
class AgentState:
    """An episode from the agent's side: the constant part of the prompt, and the conversation so far."""

    system: tuple[str, ...]
    skills: str
    tools: tuple[Tool, ...]
    messages: tuple[Message, ...]
    seed: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What the agent may still use."""

    turns: int
    minutes: float
    money: float

    def plain(self) -> Plain:
        """As the agent reads it."""
        return {"turns_left": self.turns, "minutes_left": round(self.minutes, 2), "euros_left": round(self.money, 2)}


def begin(
    brief: Plain, limits: Left, *, rules: Sequence[str], skills: str, tools: Sequence[Plain], seed: int, practice: bool
) -> AgentState:
    """The state before the first turn; the agent is told whether this is practice, where looking around is welcome."""
    shown = {
        **brief,
        "practice": practice,
        "limits": {"turns": limits.turns, "minutes": limits.minutes, "money": limits.money},
    }
    opening = Message("user", json.dumps({"brief": shown}, separators=(",", ":"), ensure_ascii=False))
    known = tuple(Tool(tool["name"], tool["description"], tool["parameters"]) for tool in tools)
    return AgentState(tuple(rules), skills, known, (opening,), seed)


def decide(state: AgentState) -> Request:
    """The wish of every turn: ask the model."""
    return Request(state.system, state.skills, state.messages, state.tools, seed=state.seed, place=state.place)


def hear(state: AgentState, reply: Reply) -> AgentState:
    """The state after the model's reply."""
    return replace(state, messages=(*state.messages, Message("assistant", reply.text, reply.calls)))


def observe(state: AgentState, call_id: str, result: Plain, left: Left) -> AgentState:
    """The state after the world's answer to one call."""
    told = json.dumps({"result": result, **left.plain()}, separators=(",", ":"), ensure_ascii=False)
    return replace(state, messages=(*state.messages, Message("tool", told, answers=call_id)))


def nudge(state: AgentState, why: str = "end") -> AgentState:
    """The state after a reply without any call: say that acts are calls, and that it was cut off if it was."""
    cut = "Your answer was cut off because it was too long. " if why == "length" else ""
    return replace(state, messages=(*state.messages, Message("user", f"{cut}{NUDGE}")))


def prefix_hash(state: AgentState) -> str:
    """Hash of the constant part of the prompt: rules, skills, tools. Equal for all episodes of a wave."""
    return fingerprint.prefix_hash(state.system, state.skills, state.tools)


def prompt_hash(state: AgentState, prefix: str) -> str:
    """Hash of all that the model was given at this turn."""
    return fingerprint.prompt_hash(prefix, state.messages, state.seed)
