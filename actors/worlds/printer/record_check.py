"""The check of one written scenario record: all that is wrong with it, each with line, field and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import get_args

from actors.worlds.printer import vocabulary
from actors.worlds.printer.machine import machines
from actors.worlds.printer.marked import Marked, unwanted
from actors.worlds.printer.problem import ProblemSeverity, missing_parts, possible, problems, type_of
from actors.worlds.printer.record import (
    LONGEST,
    MOST_PROBLEMS,
    MOST_SYMPTOMS,
    ONE_LINE,
    ActualProblem,
    Grade,
    Record,
    shared_parameter,
)

FIELDS = tuple(Record.model_fields)
PROBLEM_FIELDS = tuple(ActualProblem.model_fields)
GRADES: tuple[str, ...] = get_args(Grade)
SEVERITIES = tuple(severity.value for severity in ProblemSeverity)

TEXTS = tuple(name for name in LONGEST if name != "symptoms")
_WIDE = 80

Fields = dict[str, Marked]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a scenario file.

    Attributes:
        file: name of the file as it was given.
        line: counted from 1.
        field: path of the field, such as `scenarios[2].actual_problems[0].root_cause`; empty for the file itself.
        text: what is wrong, what is allowed, and the nearest known value.
    """

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        """One line as compilers write it: file:line: field: text."""
        return f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "") + self.text


@dataclass(slots=True)
class Findings:
    """Collects problems of one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def note(self, at: Marked, path: str, text: str) -> None:
        """Add one problem at the line of a value."""
        self.problems.append(Problem(self.file, at.line, path, text))


def check_record(node: Marked, path: str, findings: Findings) -> Record | None:
    """Turn one written record into a Record; None, and what is wrong noted, if it is not in order."""
    before = len(findings.problems)
    fields = known_fields(node, path, FIELDS, findings)
    texts = {name: _text(fields[name], f"{path}.{name}", name, findings) for name in TEXTS if name in fields}
    machine = _machine(fields, path, findings)
    values: dict[str, object] = {
        **texts,
        "difficulty": _choice(fields, "difficulty", path, GRADES, findings),
        "printer_type": machine,
        "symptoms": _symptoms(fields, path, findings),
        "actual_problems": _problems(fields, path, machine, findings),
    }
    if len(findings.problems) > before:
        return None
    return Record.model_validate(values)


def check_field(name: str, text: str, *, machine: str | None = None, kind: str | None = None) -> str:
    """One field by itself, as it would stand in a record.

    Parameters:
        name: of the field; of a problem's field without its path.
        text: as somebody wrote it; a name may be the id, the title or what people say.
        machine, kind: printer model and problem type that a root cause must fit, where they are known.

    Raises:
        ValueError: it is not in order; the text says what is allowed.
    """
    findings, fields = Findings(""), {name: Marked("text", 1, text.strip())}
    found: str | None
    match name:
        case "difficulty":
            found = _choice(fields, name, "", GRADES, findings)
        case "severity":
            found = _choice(fields, name, "", SEVERITIES, findings)
        case "printer_type":
            found = _machine(fields, "", findings)
        case "type":
            found = _named(fields, name, "", problems(), vocabulary.named_type, vocabulary.near_types, findings)
        case "root_cause":
            found = _cause(fields, "", kind, machine, findings)
        case _:
            found = _text(fields[name], "", name, findings)
    if findings.problems or found is None:
        raise ValueError("; ".join(problem.text for problem in findings.problems))
    return found


def known_fields(node: Marked, path: str, allowed: tuple[str, ...], findings: Findings) -> Fields:
    """The fields of a mapping by name; what is unknown or missing is noted."""
    if node.kind != "mapping":
        findings.note(node, path, f"must be a mapping with the fields {', '.join(allowed)}; this is {_a(node)}")
        return {}
    found = {name.text: value for name, value in node.fields}
    for written, _ in node.fields:
        if written.text not in allowed:
            findings.note(written, f"{path}.{_short(written.text)}", unknown("field", written.text, allowed))
    for name in allowed:
        if name not in found:
            findings.note(node, f"{path}.{name}", "this field is missing")
    return {name: value for name, value in found.items() if name in allowed}


def unknown(what: str, given: str, allowed: Iterable[str], nearest: list[str] | None = None) -> str:
    """The sentence for a word that is not known: what is near, what is allowed."""
    names = list(allowed)
    close = vocabulary.near(given, names) if nearest is None else nearest
    hint = f"; did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else "."
    return f"unknown {what} `{_short(given)}`{hint} Allowed: {', '.join(names)}"


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _WIDE else shown[: _WIDE - 1] + "…"


def _a(node: Marked) -> str:
    if node.kind in {"nothing", "yes or no"}:
        return "empty" if node.kind == "nothing" else f"`{node.text}` (yes or no)"
    return f"a {node.kind}"


def _text(node: Marked, path: str, name: str, findings: Findings) -> str | None:
    """A text within its limits, or None with the reason noted."""
    if node.kind != "text":
        hint = "; put it in quotes" if node.kind in {"number", "yes or no", "date"} else ""
        findings.note(node, path, f"must be a text; this is {_a(node)}{hint}")
        return None
    text = node.text.strip()
    flaw = _flaw(text, name)
    if flaw:
        findings.note(node, path, flaw)
        return None
    return text


def _flaw(text: str, name: str) -> str | None:
    if not text:
        return "the text is empty"
    if name in LONGEST and len(text) > LONGEST[name]:
        return f"the text has {len(text)} characters; {LONGEST[name]} are allowed"
    if (name in ONE_LINE or name not in LONGEST) and "\n" in text:
        return "the text must stand on one line"
    found = unwanted(text)
    return f"the control character {found} is not allowed" if found else None


def _choice(fields: Fields, name: str, path: str, allowed: tuple[str, ...], findings: Findings) -> str | None:
    node = fields.get(name)
    text = _text(node, f"{path}.{name}", name, findings) if node else None
    if node is None or text is None:
        return None
    if text.lower() in allowed:
        return text.lower()
    findings.note(node, f"{path}.{name}", unknown(name, text, allowed))
    return None


def _machine(fields: Fields, path: str, findings: Findings) -> str | None:
    return _named(
        fields, "printer_type", path, machines(), vocabulary.named_machine, vocabulary.near_machines, findings
    )


def _named(
    fields: Fields,
    name: str,
    path: str,
    allowed: Iterable[str],
    named: Callable[[str], list[str]],
    nearest: Callable[[str], list[str]],
    findings: Findings,
) -> str | None:
    """The catalogue id that a field names, or None with the reason noted."""
    node = fields.get(name)
    place = f"{path}.{name}"
    text = _text(node, place, name, findings) if node else None
    if node is None or text is None:
        return None
    found = named(text)
    if len(found) == 1:
        return found[0]
    if found:
        candidates = ", ".join(found)
        findings.note(node, place, f"`{_short(text)}` may mean several; write one of these ids: {candidates}")
    else:
        findings.note(node, place, unknown(name, text, allowed, nearest(text)))
    return None


def _listed(fields: Fields, name: str, path: str, findings: Findings, *, most: int, least: int) -> tuple[Marked, ...]:
    node = fields.get(name)
    if node is None:
        return ()
    place = f"{path}.{name}"
    if node.kind != "list":
        findings.note(node, place, f"must be a list; this is {_a(node)}")
        return ()
    if not least <= len(node.items) <= most:
        findings.note(node, place, f"has {len(node.items)} entries; {least} to {most} are allowed")
    return node.items[:most]


def _symptoms(fields: Fields, path: str, findings: Findings) -> list[str | None]:
    items = _listed(fields, "symptoms", path, findings, most=MOST_SYMPTOMS, least=0)
    return [_text(one, f"{path}.symptoms[{i}]", "symptoms", findings) for i, one in enumerate(items)]


def _problems(fields: Fields, path: str, machine: str | None, findings: Findings) -> list[dict[str, str | None]]:
    items = _listed(fields, "actual_problems", path, findings, most=MOST_PROBLEMS, least=1)
    checked = [_problem(one, f"{path}.actual_problems[{i}]", machine, findings) for i, one in enumerate(items)]
    named = [one["root_cause"] for one in checked if one["root_cause"]]
    clash = shared_parameter([cause for cause in named if cause])
    if clash:
        findings.note(fields["actual_problems"], f"{path}.actual_problems", clash)
    return checked


def _problem(node: Marked, path: str, machine: str | None, findings: Findings) -> dict[str, str | None]:
    fields = known_fields(node, path, PROBLEM_FIELDS, findings)
    kind = _named(fields, "type", path, problems(), vocabulary.named_type, vocabulary.near_types, findings)
    cause = _cause(fields, path, kind, machine, findings)
    severity = _choice(fields, "severity", path, SEVERITIES, findings)
    return {"type": kind, "root_cause": cause, "severity": severity}


def _cause(fields: Fields, path: str, kind: str | None, machine: str | None, findings: Findings) -> str | None:
    cause = _named(
        fields,
        "root_cause",
        path,
        problems()[kind].causes if kind else ("the root causes of one of the problem types: " + ", ".join(problems()),),
        lambda text: vocabulary.named_cause(text, type_=kind),
        lambda text: vocabulary.near_causes(text, type_=kind),
        findings,
    )
    if cause:
        _belongs(fields["root_cause"], f"{path}.root_cause", cause, kind, machine, findings)
    return cause


def _belongs(node: Marked, path: str, cause: str, kind: str | None, machine: str | None, findings: Findings) -> None:
    """Note a cause of another problem type, and one that acts on a part that the printer model has not."""
    if kind and type_of(cause) != kind:
        own = ", ".join(problems()[kind].causes)
        findings.note(node, path, f"`{cause}` belongs to the type `{type_of(cause)}`, not to `{kind}`. Allowed: {own}")
    if machine and not possible(cause, machines()[machine]):
        having = ", ".join(key for key, model in machines().items() if possible(cause, model))
        lacking = ", ".join(sorted(missing_parts(cause, machines()[machine])))
        said = f"`{machine}` has no `{lacking}`, so `{cause}` cannot happen; models on which it can: {having}"
        findings.note(node, path, said)
