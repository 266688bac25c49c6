"""The curator that asks a model: what it is shown, the two structured answers it may give, and what they say.

First lessons are merged in groups, so that nobody has to read hundreds at once; what is left is weighed against the
book, and a draft of a delta comes of it. A draft is a wish: `skillbooks.drafts` decides what becomes of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from actors.llm.port import Reply, Request, Tool
from actors.roles.mending import AnswerUnreadable, conversation
from actors.roles.prompts import prompt
from skillbooks.drafts import MOST_OPERATIONS
from skillbooks.lesson import Lesson
from skillbooks.notes import Note, joined
from skillbooks.skill import MOST_CURES
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]

MERGE, DELTA = "merge_lessons", "propose_delta"
MOST_TOKENS = 8192
"""Of one answer."""
_TEXT = {"type": "string", "maxLength": 400}
_PURPOSES = {MERGE: "Hand in what these lessons say together.", DELTA: "Hand in what is to change in the book."}


def name_of(model: str) -> str:
    """The curator's name in the log: the model, and the version of its prompt."""
    return f"{model} {prompt('curator').name}"


def merging(notes: Sequence[Note], lessons: Sequence[Lesson]) -> Plain:
    """The question what a group of notes says together, as plain values."""
    signs = _signs(notes)
    told = {
        "observations": [[n, *sign] for n, sign in enumerate(signs)],
        "lessons": [{"number": n, **_told(note, lessons)} for n, note in enumerate(notes)],
    }
    return {
        "task": MERGE,
        "told": _json(told),
        "skills": "",
        "causes": [[note.topic, note.cause] for note in notes],
        "signs": len(signs),
        "acts": list(dict.fromkeys(act for note in notes for act in note.cures)),
    }


def merged(notes: Sequence[Note], answer: Plain) -> list[Note]:
    """The notes that an answer to `merging` makes of a group."""
    signs = _signs(notes)
    return [
        joined([notes[n] for n in one["of"]], [signs[n] for n in one["signs"]], one["cure"]) for one in answer["said"]
    ]


def drafting(notes: Sequence[Note], lessons: Sequence[Lesson], book: Skillbook) -> Plain:
    """The question what is to change in a book, as plain values."""
    told = {
        "lessons": [_told(note, lessons) for note in notes],
        "retired": [[skill.id, skill.suspect or skill.topic] for skill in book.retired.values()],
        "pinned": sorted(book.pinned),
    }
    return {"task": DELTA, "told": _json(told), "skills": book.rendered()[0]}


def ask(question: Plain, replies: Sequence[Reply], complaints: Sequence[str], place: str) -> Request:
    """The request, behind what was answered and complained of before."""
    messages = conversation(question["told"], replies, complaints)
    tool = Tool(question["task"], _PURPOSES[question["task"]], _schema(question))
    system = (prompt("curator").text,)
    return Request(system, question["skills"], messages, (tool,), MOST_TOKENS, must_call=tool.name, place=place)


def said(question: Plain, told: Plain) -> list[Plain]:
    """What an answer holds: merged lessons, or drafted operations.

    Args:
        question: what was asked.
        told: the answer as the log has it; calls that break the tool's schema carry an `error`.

    Raises:
        AnswerUnreadable: it cannot be used.
    """
    task = question["task"]
    call = next((call for call in told["calls"] if call["name"] == task), None)
    if call is None:
        raise AnswerUnreadable(f"call {task}, once")
    if call.get("error"):
        raise AnswerUnreadable(str(call["error"]))
    found: list[Plain] = call["arguments"]["lessons" if task == MERGE else "operations"]
    if task == MERGE:
        for one in found:
            if len({tuple(question["causes"][number]) for number in one["of"]}) != 1:
                raise AnswerUnreadable("put only lessons about one and the same cause together")
    return found


def _signs(notes: Sequence[Note]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(sign for note in notes for sign in note.signs))


def _told(note: Note, lessons: Sequence[Lesson]) -> Plain:
    """A note for reading; signs and cures with the number of lessons that hold them."""
    behind = [lessons[number] for number in note.of]
    odd = [{(seen.where, seen.state) for seen in lesson.seen if seen.odd} for lesson in behind]
    return {
        "cause": note.cause,
        "topic": note.topic,
        "cases": len(behind),
        "signs": [[*sign, sum(sign in one for one in odd)] for sign in note.signs],
        "cure": [[act, sum(act in lesson.cure for lesson in behind)] for act in note.cures],
    }


def _json(told: Plain) -> str:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def _object(properties: Plain, *required: str) -> Plain:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Plain, most: int, least: int = 0) -> Plain:
    return {"type": "array", "items": items, "maxItems": most, "minItems": least}


def _schema(question: Plain) -> Plain:
    return _merge_schema(question) if question["task"] == MERGE else _delta_schema()


def _merge_schema(question: Plain) -> Plain:
    def number(count: int) -> Plain:
        return {"type": "integer", "minimum": 0, "maximum": max(count - 1, 0)}

    count = len(question["causes"])
    signs = _list(number(question["signs"]), question["signs"])
    acts = _list({"type": "string", "enum": question["acts"] or ["nothing"]}, min(len(question["acts"]), 12))
    one = _object({"of": _list(number(count), count, 1), "signs": signs, "cure": acts}, "of", "signs", "cure")
    return _object({"lessons": _list(one, count)}, "lessons")


def _delta_schema() -> Plain:
    strength = {"type": "string", "enum": ["always", "usually", "sometimes"]}
    sign = _object({"where": _TEXT, "state": _TEXT, "strength": strength}, "where", "state", "strength")
    skill = _object(
        {
            "suspect": _TEXT,
            "topic": _TEXT,
            "common": {"type": "string", "enum": ["common", "occasional", "rare"]},
            "when": _list(sign, 12),
            "unless": _list(sign, 12),
            "check": sign,
            "tells_from": _TEXT,
            "cure": _list(_TEXT, MOST_CURES),
            "strategy": _TEXT,
            "applies": _TEXT,
            "not_when": _TEXT,
        }
    )
    kinds = {"type": "string", "enum": ["add", "revise", "merge", "retire", "restore"]}
    parts = {"op": kinds, "id": _TEXT, "ids": _list(_TEXT, 50), "reason": _TEXT, "skill": skill}
    return _object({"operations": _list(_object(parts, "op"), MOST_OPERATIONS)}, "operations")
