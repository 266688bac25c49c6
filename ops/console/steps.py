"""One episode, step by step, as a person would want to read it: the user's words, each turn, the verdict, the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from actors.runtime.observer import Kind, Silence
from events import facts
from events.event import RecordedEvent
from ops.console.screen import say
from ops.console.text import line, safe

Plain = dict[str, Any]
Step = tuple[Kind, Plain]

LONG = 400
"""Characters after which a value is cut."""
_WORDS, _SEEN = ("user", "user_description", "goal"), "symptoms"
_MENU = "offers"
_TRUTHS, _MORALS = ("faults", "actual_problems"), ("solution", "solution_summary", "lesson")


class StepView(Silence):
    """The observer behind `try`: writes each step as it happens."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json
        self._minutes = self._money = 0.0

    def turn(self, episode: str, kind: Kind, data: Plain) -> None:  # noqa: ARG002 - the port's signature
        """Write one step, and before the verdict what the episode took in the world."""
        if kind == "tool":
            self._minutes, self._money = self._minutes + data["minutes"], self._money + data["money"]
        if kind == "score":
            self.note(f"Spent on the bench: {self._minutes:.0f} min and {self._money:.2f} €\n")
        for text in told(kind, data):
            say(text, as_json=self._as_json)

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


def told(kind: Kind, data: Plain) -> Iterator[str]:
    """A step as lines."""
    return _TELLERS[kind](data)


def _brief(brief: Plain) -> Iterator[str]:
    for name in _WORDS:
        if brief.get(name):
            yield "The user says"
            yield from (f"  | {text}" for text in safe(brief[name]).splitlines())
    if brief.get(_SEEN):
        yield "What can be seen"
        yield from (f"  - {line(symptom, LONG)}" for symptom in brief[_SEEN])
    rest = {name: value for name, value in brief.items() if name not in (*_WORDS, _SEEN, _MENU)}
    if rest:
        yield "Known beforehand"
        yield from fields(rest)
    if brief.get(_MENU):
        yield "On the bench"
        yield f"  {line(', '.join(brief[_MENU]), LONG)}"
    yield ""


def _reply(fact: Plain) -> Iterator[str]:
    shown = f"  (skills shown: {len(fact['skills'])})" if fact.get("skills") else ""
    spent = f"  ${fact['cost_usd']:.4f}" if fact.get("cost_usd") else ""
    yield f"Turn {fact['turn'] + 1}{shown}{spent}"
    yield from (f"  {text}" for text in safe(fact.get("text", "")).splitlines())


def _tool(fact: Plain) -> Iterator[str]:
    call = fact["call"]
    arguments = ", ".join(f"{name} {_value(value)}" for name, value in dict(call.get("arguments", {})).items())
    spent = f"{fact['minutes']:.0f} min, {fact['money']:.2f} €"
    yield f"  > {line(call.get('name', '?'))}({line(arguments, LONG // 2)})   [{spent}]"
    result = dict(fact["result"])
    yield from (f"      {_finding(finding)}" for finding in result.pop("findings", []))
    yield from (f"      {text.strip()}" for text in fields(result))


def _finding(finding: Any) -> str:
    if not isinstance(finding, dict) or "sign" not in finding:
        return _value(finding)
    unit = f" {line(finding['unit'])}" if finding.get("unit") else ""
    normal = f", normal {_value(finding['normal'])}" if finding.get("normal") not in (None, "") else ""
    state = f": {line(finding['state'])}" if finding.get("state") else ""
    return f"{line(finding['sign'])} {_value(finding.get('value', ''))}{unit}{normal}{state}"


def _submission(fact: Plain) -> Iterator[str]:
    yield "Submission"
    yield from fields(fact["submission"])
    yield ""


def _score(fact: Plain) -> Iterator[str]:
    outcome = "repaired" if fact["success"] else "not repaired"
    yield f"Evaluation: {fact['points']:.1f} of 100, grade {line(fact['grade'])}, {outcome}"
    yield from (f"  {line(name):<24} {points:5.1f}" for name, points in fact["categories"].items())
    yield from (f"  - {line(text, LONG)}" for text in fact.get("feedback", ()))
    yield ""


def _key(key: Plain) -> Iterator[str]:
    yield "For review: what was really wrong"
    problems = next((key[name] for name in _TRUTHS if isinstance(key.get(name), list)), None)
    if problems is None:
        yield from fields(key)
        return
    yield from (f"  - {_problem(problem)}" for problem in problems)
    yield from fields({name: key[name] for name in _MORALS if key.get(name)})


def _problem(problem: Any) -> str:
    if not isinstance(problem, dict):
        return line(problem)
    cause = problem.get("cause", problem.get("root_cause", "?"))
    severity = f", {line(problem['severity'])}" if "severity" in problem else ""
    return f"{line(problem.get('type', '?'))}: {line(cause)}{severity}"


def fields(values: Plain) -> Iterator[str]:
    """Plain values as lines `name: value`, empty ones left out."""
    for name, value in values.items():
        if value not in (None, "", [], {}):
            yield f"  {line(name)}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return line(", ".join(f"{name} {_value(inner)}" for name, inner in value.items()), LONG)
    if isinstance(value, list | tuple):
        return line("; ".join(_value(inner) for inner in value), LONG)
    if isinstance(value, float):
        return f"{value:.4g}"
    return line(value, LONG)


_TELLERS = {
    "brief": _brief,
    "reply": _reply,
    "tool": _tool,
    "submission": _submission,
    "score": _score,
    "key": _key,
}
