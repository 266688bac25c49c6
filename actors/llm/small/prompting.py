"""What a model with a short memory is shown of a request, and the form that its answer is held to.

It sees the customer's words, what was found odd, and the lessons that speak of that; it chooses one act of those that
are offered. That is far less than other models get: enough to exercise every part of a run, not to be good at it.
"""

from __future__ import annotations

import json
from typing import Any

from actors.llm.port import Call, Reply, Request, Stop, Usage
from skillbooks.rendering import parse
from skillbooks.words import stems

Plain = dict[str, Any]

TURNS = 2
"""Acts after which only handing in is offered."""
MOST_ACTS, MOST_CAUSES, MOST_LESSONS = 8, 8, 2
CUSTOMER, FOUND = 160, 3
"""Characters of the customer's words, and odd findings, that are shown."""


def messages_of(request: Request) -> list[Plain]:
    """The conversation as the small model gets it."""
    said, found = _brief(request).get("user", ""), _odd(request)
    lines = [f"Customer: {said[:CUSTOMER]}", *(f"Found: {line}" for line in found[-FOUND:])]
    lines += [f"Lesson: {line}" for line in _lessons(request, found)]
    lines.append("Which one is next?")
    system = "You repair 3D printers. Choose one act." if not _is_over(request) else "Name the cause of the fault."
    return [{"role": "system", "content": system}, {"role": "user", "content": "\n".join(lines)}]


def schema_of(request: Request) -> Plain:
    """The form of the answer: one act of a few, or one cause."""
    choices = causes_of(request) if _is_over(request) else acts_of(request)
    name = "cause" if _is_over(request) else "act"
    return {"type": "object", "properties": {name: {"type": "string", "enum": choices}}, "required": [name]}


def reply_of(request: Request, text: str, usage: Usage, stop: Stop) -> Reply:
    """The reply in a generated text; a text that is not in the form is a reply without a call."""
    try:
        chosen = json.loads(text)
    except ValueError:
        return Reply(text, (), stop, usage)
    number = f"call_{len(request.messages)}"
    if "cause" in chosen:
        return Reply("", (Call(number, "submit", _submission(request, str(chosen["cause"]))),), "tool", usage)
    tool, _, target = str(chosen.get("act", "")).partition(":")
    argument = next((next(iter(t.parameters["properties"])) for t in request.tools if t.name == tool), "target")
    return Reply("", (Call(number, tool, {argument: target}),), "tool", usage)


def acts_of(request: Request) -> list[str]:
    """A few acts that were not tried yet: those that a lesson names first, then a spread of what is offered."""
    done = {f"{c.name}:{next(iter(c.arguments.values()), '')}" for m in request.messages for c in m.calls}
    offers = _brief(request).get("offers", {})
    listed = [f"{tool}:{target}" for kind in offers.values() for tool, targets in kind.items() for target in targets]
    told = [skill.check.act for skill in parse(request.skills) if skill.check is not None]
    told += [act for skill in parse(request.skills) for act in skill.cure]
    named = [act for act in dict.fromkeys(told) if act in listed and act not in done][: MOST_ACTS // 2]
    rest = [act for act in listed if act not in done and act not in named]
    step = max(len(rest) // (MOST_ACTS - len(named)), 1)
    offset = (request.seed + len(request.messages)) % step
    return named + rest[offset::step][: MOST_ACTS - len(named)] or ["submit:"]


def causes_of(request: Request) -> list[str]:
    """A few causes: those of lessons first, then those of the catalogue whose names share words with the customer."""
    catalogue = _catalogue(request)
    titles = {c: t for problem in catalogue.get("problems", {}).values() for c, t in problem["causes"].items()}
    heard = set(stems([_brief(request).get("user", "")]))
    ranked = sorted(titles, key=lambda cause: (-len(heard & set(stems([titles[cause]]))), cause))
    lessons = [skill.suspect for skill in parse(request.skills)][: MOST_CAUSES // 2]
    return list(dict.fromkeys([*lessons, *ranked]))[:MOST_CAUSES] or ["unknown"]


def _submission(request: Request, cause: str) -> Plain:
    changes = _brief(request).get("offers", {}).get("changes", {})
    done = [f"{c.name}:{next(iter(c.arguments.values()), '')}" for m in request.messages for c in m.calls]
    catalogue = _catalogue(request)
    topics = [name for name, problem in catalogue.get("problems", {}).items() if cause in problem["causes"]]
    return {
        "problems": topics[:1],
        "causes": [{"cause": cause, "probability": 0.6}],
        "done": False,
        "work": [path for path in dict.fromkeys(done) if path.partition(":")[0] in changes],
        "message": f"I suspect {cause}. Switch the machine off and let it cool before you touch it.",
    }


def _brief(request: Request) -> Plain:
    try:
        found: Plain = json.loads(request.messages[0].text)["brief"]
    except (ValueError, KeyError, IndexError, TypeError):
        return {}
    return found


def _catalogue(request: Request) -> Plain:
    for block in request.system:
        if block.startswith('{"catalogue"'):
            found: Plain = json.loads(block)["catalogue"]
            return found
    return {}


def _is_over(request: Request) -> bool:
    return sum(message.role == "assistant" for message in request.messages) >= TURNS


def _odd(request: Request) -> list[str]:
    found = []
    for message in request.messages:
        if message.role == "tool":
            findings = json.loads(message.text).get("result", {}).get("findings", [])
            found += [f"{one['sign']} is {one['state']}" for one in findings if one["state"] != "normal"]
    return list(dict.fromkeys(found))


def _lessons(request: Request, found: list[str]) -> list[str]:
    seen = {line.partition(" is ")[0] for line in found}
    skills = sorted(parse(request.skills), key=lambda skill: -len(seen & {sign.where for sign in skill.when}))
    return [f"{skill.suspect} when {', '.join(s.where for s in skill.when[:2])}" for skill in skills[:MOST_LESSONS]]
