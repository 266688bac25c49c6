"""The apprentice behind the Model port: one request, one next act, said as any model would say it."""

from __future__ import annotations

from actors.llm.apprentice import policy
from actors.llm.apprentice.situation import Situation, read
from actors.llm.port import Call, Plain, Reply, Request, Usage

SAFETY = "Before you touch it, switch it off, unplug it and let it cool."


class Apprentice:
    """A model without a trade. Its answers are a pure function of the request."""

    name = "apprentice"

    async def reply(self, request: Request) -> Reply:
        """The next act."""
        return answer(request)


def answer(request: Request) -> Reply:
    """The next act, or the closing one, for a request."""
    now = read(request)
    decision = policy.decide(now)
    number = len(request.messages)
    if decision.path is None:
        call = Call(f"c{number}", "submit", _submission(now, decision))
    else:
        tool, _, target = decision.path.partition(":")
        call = Call(f"c{number}", tool, {_argument(request, tool): target})
    return Reply(text=decision.why, calls=(call,), stop="tool", usage=Usage())


def _argument(request: Request, tool: str) -> str:
    """The argument that says what a tool is used on: the first of its schema."""
    schema = next(found.parameters for found in request.tools if found.name == tool)
    return str(next(iter(schema["properties"])))


def _submission(now: Situation, decision: policy.Decision) -> Plain:
    named = [claim.cause for claim in decision.claims if claim.probability >= 0.3]  # noqa: PLR2004 - worth naming
    topics = list(dict.fromkeys(now.topics[cause] for cause in named if cause in now.topics))[:3]
    work = list(dict.fromkeys(step.path for step in now.steps if step.kind == "changes"))
    return {
        "problems": topics,
        "causes": [{"cause": claim.cause, "probability": claim.probability} for claim in decision.claims],
        "done": decision.done,
        "work": work,
        "message": _message(now, named, work, done=decision.done),
    }


def _message(now: Situation, named: list[str], work: list[str], *, done: bool) -> str:
    """Words for the customer: what it was, what was done, how sure, what to mind."""
    found = "; ".join(f"{cause} ({now.titles.get(cause, '')})" for cause in named) or "nothing that I am sure of"
    did = ", ".join(work) or "nothing"
    end = "It works again." if done else "It is not in order yet."
    return f"I found: {found}. I did: {did}. {end} {SAFETY}"
