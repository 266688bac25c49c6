"""The questions that make up a scenario record of the printer world, and the check of each answer."""

from __future__ import annotations

import re
from typing import Any

from actors.worlds.asking import Question
from actors.worlds.printer.machine import machines
from actors.worlds.printer.problem import possible, problems
from actors.worlds.printer.record import LONGEST, MOST_PROBLEMS, MOST_SYMPTOMS, shared_parameter
from actors.worlds.printer.record_check import GRADES, SEVERITIES, check_field

Plain = dict[str, Any]


def check(name: str, text: str, so_far: Plain) -> str:
    """One answer as it stands in the record.

    Raises:
        ValueError: it is not in order; the text says what is allowed.
    """
    found = check_field(name, text, machine=so_far.get("printer_type"), kind=so_far.get("type"))
    if name == "root_cause":
        named = [problem["root_cause"] for problem in so_far.get("actual_problems", ())]
        clash = shared_parameter([*named, found])
        if clash:
            raise ValueError(clash)
    return found


def _models(_: Plain) -> dict[str, str]:
    return {key: machine.name for key, machine in machines().items()}


def _types(so_far: Plain) -> dict[str, str]:
    """Problem types of which the chosen printer can have at least one cause."""
    return {key: problem.title for key, problem in problems().items() if _causes({**so_far, "type": key})}


def _causes(so_far: Plain) -> dict[str, str]:
    machine = machines()[so_far["printer_type"]]
    found = problems()[so_far["type"]].causes.items()
    return {cause: one.title for cause, one in found if possible(cause, machine)}


def _slug(so_far: Plain) -> str:
    words = re.findall(r"[a-z0-9]+", str(so_far.get("title", "")).lower())
    return "-".join(words)[: LONGEST["id"]].strip("-")


FAULT = (
    Question("type", "what is wrong: the problem", _types),
    Question("root_cause", "why: the root cause", _causes),
    Question("severity", "how far it has gone", lambda _: dict.fromkeys(SEVERITIES, "")),
)
QUESTIONS = (
    Question("title", "a title, one line for lists; no agent sees it"),
    Question("id", "its own name in the file", usual=_slug),
    Question("source", "where the case is from", usual=lambda _: "typed in at the terminal"),
    Question("difficulty", "how hard it is", lambda _: dict.fromkeys(GRADES, "")),
    Question("printer_type", "the printer model", _models),
    Question("user_description", "what the owner says, in the owner's words; do not give the answer away"),
    Question("symptoms", "a symptom as the owner reports it, without the reason", most=MOST_SYMPTOMS),
    Question("actual_problems", "the truth: one fault or several", parts=FAULT, least=1, most=MOST_PROBLEMS),
    Question("solution_summary", "what set it right"),
    Question("lesson", "what a technician should take from it"),
)
"""In the order in which they are asked: what a cause must fit comes before it."""
