"""The reflector that asks a model: what it is shown, the structured answer it must give, and lessons from that answer.

The model chooses, it does not write: causes, observations and cures are named by what the case holds, so no sentence
of a customer, an agent or a model gets into a lesson. What it chooses becomes lessons of the same form as counting
gives, and passes the same curator.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from actors.llm.port import Reply, Request, Tool
from actors.roles.mending import AnswerUnreadable, conversation
from actors.roles.prompts import prompt
from actors.roles.reflector import observed
from skillbooks.lesson import Lesson, Seen
from skillbooks.skill import BRIEF

Plain = dict[str, Any]

TOOL = "propose_lessons"
MOST_SIGNS = 60
"""Observations that are shown: those that are odd, in order; then the customer's words."""


class LessonsUnreadable(AnswerUnreadable):
    """Raised when an answer cannot be taken as lessons; the text tells the model what is wrong."""


@dataclass(frozen=True)
class Closed:
    """A closed case as the reflector sees it.

    Attributes:
        brief, turns, key, remedies: as `reflector.reflect` takes them; turns with the `path` of each act.
        feedback: what the rubric said.
        attempts: earlier attempts on the same scenario, each with acts, points and feedback.
    """

    brief: Plain
    turns: Sequence[Plain]
    key: Plain
    remedies: dict[str, list[str]]
    feedback: Sequence[str] = ()
    attempts: Sequence[Plain] = ()

    @property
    def faults(self) -> dict[str, str]:
        """True cause -> its group."""
        return {fault["cause"]: fault["type"] for fault in self.key["faults"]}

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Everything said and observed before anything was changed."""
        return observed(self.brief, self.turns)

    @property
    def odd(self) -> list[Seen]:
        """What is shown by number."""
        found = sorted((seen for seen in self.seen if seen.odd), key=lambda seen: seen.where.startswith(BRIEF))
        return found[:MOST_SIGNS]

    @property
    def acts(self) -> list[str]:
        """Cures to choose from: what cured it, as told afterwards."""
        return list(dict.fromkeys(act for acts in self.remedies.values() for act in acts))


def name_of(model: str) -> str:
    """The reflector's name in the log: the model, and the version of its prompt."""
    return f"{model} {prompt('reflector').name}"


def ask(case: Closed, replies: Sequence[Reply], complaints: Sequence[str], *, seed: int, place: str) -> Request:
    """The request for lessons, behind what was answered and complained of before."""
    system, tools = (prompt("reflector").text,), (_tool(case),)
    return Request(
        system, "", conversation(_told(case), replies, complaints), tools, 2048, seed, must_call=TOOL, place=place
    )


def lessons(case: Closed, told: Plain) -> list[Lesson]:
    """The lessons in an answer.

    Args:
        case: what they are about.
        told: the answer as the log has it; calls that break the tool's schema carry an `error`.

    Raises:
        LessonsUnreadable: it holds none that can be used.
    """
    call = next((call for call in told["calls"] if call["name"] == TOOL), None)
    if call is None:
        raise LessonsUnreadable(f"call {TOOL}, once, with lessons")
    if call.get("error"):
        raise LessonsUnreadable(str(call["error"]))
    proposed = call["arguments"].get("lessons") or []
    causes = [one["cause"] for one in proposed]
    if len(set(causes)) < len(causes):
        raise LessonsUnreadable("give one lesson for each cause, not several for one")
    try:
        return [_lesson(case, one) for one in proposed]
    except ValidationError as error:
        raise LessonsUnreadable(str(error.errors()[0]["msg"])) from None


def _lesson(case: Closed, proposed: Plain) -> Lesson:
    """A lesson: what speaks for the cause is what the model chose; what was looked at stays as it was."""
    chosen = {case.odd[number].where for number in proposed["signs"] if number < len(case.odd)}
    cause = proposed["cause"]
    chosen_cure: list[str] = proposed.get("cure") or case.remedies.get(cause, [])
    return Lesson(
        suspect=cause,
        topic=case.faults[cause],
        beside=tuple(sorted(set(case.faults) - {cause})),
        seen=tuple(seen.model_copy(update={"odd": seen.odd and seen.where in chosen}) for seen in case.seen),
        cure=tuple(dict.fromkeys(chosen_cure)),
    )


def _tool(case: Closed) -> Tool:
    number = {"type": "integer", "minimum": 0, "maximum": max(len(case.odd) - 1, 0)}
    lesson = {
        "type": "object",
        "properties": {
            "cause": {"type": "string", "enum": list(case.faults)},
            "signs": {"type": "array", "items": number, "maxItems": 12},
            "cure": {"type": "array", "items": {"type": "string", "enum": case.acts or ["nothing"]}, "maxItems": 6},
        },
        "required": ["cause", "signs", "cure"],
        "additionalProperties": False,
    }
    parameters = {
        "type": "object",
        "properties": {"lessons": {"type": "array", "items": lesson, "maxItems": len(case.faults)}},
        "required": ["lessons"],
        "additionalProperties": False,
    }
    return Tool(TOOL, "Hand in what this case teaches.", parameters)


def _told(case: Closed) -> str:
    told = {
        "customer": [case.brief.get("user", ""), *case.brief.get("symptoms", ())],
        "observations": [[n, seen.where, seen.state] for n, seen in enumerate(case.odd)],
        "acts": [turn.get("path", "") for turn in case.turns],
        "true_causes": case.faults,
        "cured_by": case.remedies,
        "judged": list(case.feedback),
        "earlier_attempts": list(case.attempts),
    }
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)
