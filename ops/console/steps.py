"""One episode told as a person would want to read it: the customer's words, each turn, the verdict, the truth."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from actors.runtime.observer import Kind, Plan, Silence
from events import facts
from events.event import RecordedEvent
from ops.console.legend import Legend, legend_of
from ops.console.readings import LONG, readings, worded
from ops.console.screen import say
from ops.console.text import line, safe

Plain = dict[str, Any]
Step = tuple[Kind, Plain]

WIDTH = 100
"""Columns of running text."""
SPENT = 60
"""Column at which a turn's minutes and euros stand."""
BAR = 20
_WORDS, _SEEN, _MENU, _WHERE = ("user", "user_description", "goal"), "symptoms", "offers", "machine"
_TRUTHS, _MORALS = ("faults", "actual_problems"), ("solution", "solution_summary", "lesson")


class StepView(Silence):
    """The observer behind `try`: writes each step as it happens."""

    def __init__(self, *, as_json: bool = False, legend: Legend | None = None) -> None:
        self._as_json = as_json
        self._teller = Teller(legend)

    def run_started(self, plan: Plan) -> None:
        """Say who is going to work with which book, and learn the world's names."""
        self._teller = Teller(legend_of(plan.world))
        book = "no skills" if plan.skillbook.startswith("none@") else f"the skills of {plan.skillbook}"
        self.note(f"{plan.agent} at the {plan.world} with {book}, seed {plan.seed} ({plan.run} in the log)\n")

    def turn(self, episode: str, kind: Kind, data: Plain) -> None:  # noqa: ARG002 - the port's signature
        """Write one step."""
        for text in self._teller.told(kind, data):
            self.note(text)

    def note(self, text: str) -> None:
        """Write a line."""
        say(text, as_json=self._as_json)


def steps_of(events: Iterable[RecordedEvent]) -> Iterator[Step]:
    """The steps that recorded events of one episode, and of its key, stand for; the key comes last."""
    key: Plain | None = None
    for event in events:
        match event.fact():
            case facts.ScenarioProposed(brief=brief):
                yield "brief", brief
            case facts.KeySealed(key=sealed):
                key = sealed
            case facts.ModelReplied() as fact:
                yield "reply", fact.model_dump()
            case facts.ToolReturned() as fact:
                yield "tool", fact.model_dump()
            case facts.SubmissionMade() as fact:
                yield "submission", fact.model_dump()
            case facts.EpisodeScored() as fact:
                yield "score", fact.model_dump()
    if key is not None:
        yield "key", key


class Teller:
    """Tells the steps of one episode in the order in which they come, and adds up what it takes in the world.

    Args:
        legend: the world's names; without it ids stand alone.
    """

    def __init__(self, legend: Legend | None = None) -> None:
        self._legend = legend or Legend()
        self._minutes = self._money = 0.0
        self._submitted = False

    def told(self, kind: Kind, data: Plain) -> Iterator[str]:
        """A step as lines; the turns' minutes and euros are summed up before the verdict."""
        match kind:
            case "brief":
                yield from _brief(data)
            case "reply":
                yield from _reply(data)
            case "tool":
                self._minutes, self._money = self._minutes + data["minutes"], self._money + data["money"]
                yield from _tool(data)
            case "submission":
                self._submitted = True
                yield from self._submission(data["submission"])
            case "score":
                yield from self._score(data)
            case "key":
                yield from self._key(data)

    def _submission(self, handed_in: Plain) -> Iterator[str]:
        yield ""
        yield "Handed in"
        problems = ", ".join(self._legend.told(name) for name in handed_in.get("problems", ()))
        yield f"  problems   {problems or 'none named'}"
        causes = [self._claim(claim) for claim in handed_in.get("causes", ())]
        yield f"  causes     {', '.join(causes) or 'none named'}"
        if handed_in.get("work"):
            yield f"  work       {line(', '.join(map(str, handed_in['work'])), LONG)}"
        yield f"  repaired   {'it says so' if handed_in.get('done') else 'it says no'}"
        words = handed_in.get("message") or handed_in.get("text") or ""
        if words:
            yield "  to the customer"
            yield from _quoted(words, "    ")

    def _claim(self, claim: Any) -> str:
        if not isinstance(claim, dict):
            return self._legend.told(claim)
        sure = claim.get("probability")
        return self._legend.told(claim.get("cause", "?")) + (f", {sure:.0%} sure" if isinstance(sure, float) else "")

    def _score(self, fact: Plain) -> Iterator[str]:
        yield ""
        if not self._submitted:
            yield "Cut off by a limit before anything was handed in."
        yield f"Spent on the bench: {self._minutes:.0f} minutes and {self._money:.2f} €"
        outcome = "repaired" if fact["success"] else "not repaired"
        yield f"Evaluation: {fact['points']:.1f} of 100, grade {line(fact['grade'])}, {outcome}"
        for name, points in fact["categories"].items():
            most = self._legend.categories.get(name)
            of = f" of {most:.0f}   {'█' * round(BAR * points / most)}" if most else ""
            yield f"  {line(name).replace('_', ' '):<16} {points:5.1f}{of}".rstrip()
        yield from (f"  - {line(text, LONG)}" for text in fact.get("feedback", ()))

    def _key(self, key: Plain) -> Iterator[str]:
        yield ""
        yield "What was really wrong"
        problems = next((key[name] for name in _TRUTHS if isinstance(key.get(name), list)), None)
        if problems is None:
            yield from fields(key)
            return
        yield from (f"  - {self._problem(problem)}" for problem in problems)
        for name in _MORALS:
            if key.get(name):
                yield from _paragraph(f"{name.partition('_')[0]}: {key[name]}", "  ")

    def _problem(self, problem: Any) -> str:
        if not isinstance(problem, dict):
            return line(problem)
        cause = problem.get("cause", problem.get("root_cause", "?"))
        severity = f", {line(problem['severity'])}" if "severity" in problem else ""
        return f"{line(problem.get('type', '?'))}: {self._legend.told(cause)}{severity}"


def fields(values: Plain) -> Iterator[str]:
    """Plain values as lines `name: value`, empty ones left out."""
    for name, value in values.items():
        if value not in (None, "", [], {}):
            yield f"  {line(name)}: {worded(value)}"


def _brief(brief: Plain) -> Iterator[str]:
    for name in _WORDS:
        if brief.get(name):
            yield "The customer says"
            yield from _quoted(brief[name], "  ")
    if brief.get(_SEEN):
        yield "What can be seen"
        yield from (f"  - {line(symptom, LONG)}" for symptom in brief[_SEEN])
    if isinstance(brief.get(_WHERE), dict):
        yield "The machine"
        yield from _paragraph(_machine(brief[_WHERE]), "  ")
    known = (*_WORDS, _SEEN, _MENU, *((_WHERE,) if isinstance(brief.get(_WHERE), dict) else ()))
    rest = {name: value for name, value in brief.items() if name not in known}
    if rest:
        yield "Known beforehand"
        yield from fields(rest)


def _machine(machine: Plain) -> str:
    name = line(machine.get("name") or machine.get("id") or "unnamed")
    rest = {key: value for key, value in machine.items() if key not in ("id", "name")}
    told = ", ".join(f"{line(key).replace('_', ' ')} {_size(value)}" for key, value in rest.items())
    return f"{name}: {told}" if told else name


def _size(value: Any) -> str:
    return " x ".join(worded(one) for one in value) if isinstance(value, list | tuple) else worded(value)


def _reply(fact: Plain) -> Iterator[str]:
    said = safe(fact.get("text", "")).strip()
    first, *more = textwrap.wrap(said, WIDTH - 12) or [""]
    spent = f"   [${fact['cost_usd']:.4f}]" if fact.get("cost_usd") else ""
    yield ""
    yield f"Turn {fact['turn'] + 1}{': ' if first else ''}{first}{spent}"
    yield from (f"        {text}" for text in more)


def _tool(fact: Plain) -> Iterator[str]:
    call = fact["call"]
    arguments = ", ".join(worded(value) for value in dict(call.get("arguments", {})).values())
    asked = f"  > {line(call.get('name', '?'))} {line(arguments, LONG // 2)}".rstrip()
    euros = f", {fact['money']:.2f} €" if fact["money"] else ""
    yield f"{asked:<{SPENT}} {fact['minutes']:.0f} min{euros}"
    result = {name: value for name, value in fact["result"].items() if value not in (None, "", [], {})}
    if not result:
        yield "      nothing to be seen"
    yield from (f"      {text}" for text in readings(result.pop("findings", [])))
    if result.get("said"):
        yield from _quoted(result.pop("said"), "      ")
    for name, value in result.items():
        yield from _paragraph(_remark(name, value), "      ")


def _remark(name: str, value: Any) -> str:
    """What a tool said beside its readings; the words that every world uses are told in plain language."""
    if name == "good" and isinstance(value, bool):
        return "all is well" if value else "not all is well"
    if name in ("note", "error"):
        return worded(value) if name == "note" else f"not possible: {worded(value)}"
    return f"{line(name)}: {worded(value)}"


def _quoted(text: Any, indent: str) -> Iterator[str]:
    yield from _paragraph(f"“{safe(text).strip()}”", indent)


def _paragraph(text: str, indent: str) -> Iterator[str]:
    """Running text wrapped at the width; its own line breaks stay."""
    for row in safe(text).splitlines():
        yield from textwrap.wrap(row, WIDTH, initial_indent=indent, subsequent_indent=indent + " ") or [""]
