"""Scenario files: cases that people write down, in YAML or JSON, read with every mistake named at its line."""

from __future__ import annotations

from pathlib import Path
from string import Template

from pydantic import ValidationError

from actors.worlds.printer.datafile import DATA
from actors.worlds.printer.machine import machines
from actors.worlds.printer.marked import Marked, NotReadable, read_marked
from actors.worlds.printer.problem import problems
from actors.worlds.printer.record import Record
from actors.worlds.printer.record_check import FIELDS, GRADES, SEVERITIES, Findings, Problem, check_record, unknown

MOST_SCENARIOS = 100_000
MOST_BYTES = 256 * 1024 * 1024
_SHOWN = 50


class ScenarioFileInvalid(Exception):  # noqa: N818 - errors read as facts
    """Raised when a scenario file cannot be read as it stands; nothing of it is used.

    Attributes:
        problems: all that is wrong, in the order of the file.
    """

    def __init__(self, problems: list[Problem]) -> None:
        shown = [str(problem) for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            shown.append(f"... and {len(problems) - _SHOWN} more")
        super().__init__("\n".join(shown))
        self.problems = problems


def load_scenarios(path: str | Path) -> list[Record]:
    """Read a scenario file: `{scenarios: [...]}` or a bare list; JSON by the suffix `.json`, else YAML.

    Raises:
        ScenarioFileInvalid: the file cannot be read or is not in order; names each place.
    """
    place = Path(path)
    try:
        if place.stat().st_size > MOST_BYTES:
            raise _whole(str(path), 1, f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
        data = place.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _whole(str(path), 1, f"the file cannot be read: {reason}") from error
    return read_scenarios(data, str(path))


def read_scenarios(data: bytes, name: str) -> list[Record]:
    """Read the bytes of a scenario file; `name` tells its form (suffix `.json` or not) and stands in every message.

    Raises:
        ScenarioFileInvalid: as for `load_scenarios`.
    """
    try:
        root = read_marked(_decoded(data, name), "json" if name.lower().endswith(".json") else "yaml")
    except NotReadable as error:
        raise _whole(name, error.line, f"column {error.column}: {error.text}") from error
    if root is None:
        raise _whole(name, 1, "the file is empty; `journeyman scenarios template` prints one to start from")
    findings = Findings(name)
    records = _records(root, findings)
    if findings.problems:
        raise ScenarioFileInvalid(sorted(findings.problems, key=lambda problem: problem.line))
    return records


def template() -> str:
    """A commented YAML file with one case, to be filled in; it is valid as it stands."""
    text = Template((DATA / "scenario_template.yaml").read_text(encoding="utf-8"))
    catalogue = "\n".join(f"#   {key}: {', '.join(problem.causes)}" for key, problem in problems().items())
    return text.substitute(
        models=", ".join(machines()), difficulties=", ".join(GRADES), severities=", ".join(SEVERITIES), causes=catalogue
    )


def _whole(name: str, line: int, text: str) -> ScenarioFileInvalid:
    return ScenarioFileInvalid([Problem(name, line, "", text)])


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise _whole(
            name, line, f"not UTF-8: byte 0x{byte:02X} at offset {error.start}; save the file as UTF-8"
        ) from error


def _records(root: Marked, findings: Findings) -> list[Record]:
    listed = _list_of(root, findings)
    if listed is None:
        return []
    if len(listed.items) > MOST_SCENARIOS:
        findings.note(listed, "scenarios", f"holds {len(listed.items)} scenarios; {MOST_SCENARIOS} are allowed")
        return []
    if not listed.items:
        findings.note(listed, "scenarios", "holds no scenario")
    found: list[Record] = []
    lines: dict[str, int] = {}
    for place, node in enumerate(listed.items):
        record = _checked(node, f"scenarios[{place}]", findings)
        _note_twin(node, f"scenarios[{place}].id", lines, findings)
        if record is not None:
            found.append(record)
    return found


def _list_of(root: Marked, findings: Findings) -> Marked | None:
    """The list of records in a document, bare or under `scenarios`."""
    if root.kind == "list":
        return root
    names = [name.text for name, _ in root.fields]
    if root.kind != "mapping" or ("scenarios" not in names and set(names) & set(FIELDS)):
        findings.note(root, "", "a file holds `scenarios:` and below it a list of records, each beginning with `- id:`")
        return None
    for name, _ in root.fields:
        if name.text != "scenarios":
            findings.note(name, name.text[:80], unknown("field", name.text, ("scenarios",)))
    listed = next((value for name, value in root.fields if name.text == "scenarios"), None)
    if listed is None:
        findings.note(root, "scenarios", "this field is missing")
    elif listed.kind != "list":
        findings.note(listed, "scenarios", "must be a list of records")
        return None
    return listed


def _checked(node: Marked, path: str, findings: Findings) -> Record | None:
    try:
        return check_record(node, path, findings)
    except ValidationError as error:
        for flaw in error.errors():
            where = ".".join(str(part) for part in (path, *flaw["loc"]))
            findings.note(node, where, flaw["msg"])
        return None


def _note_twin(node: Marked, path: str, lines: dict[str, int], findings: Findings) -> None:
    """Note an id that stood in the file before."""
    for name, value in node.fields:
        if name.text != "id" or value.kind != "text":
            continue
        own = value.text.strip()
        if own in lines:
            findings.note(
                value, path, f"the id `{own[:80]}` stands on line {lines[own]} already; each case needs its own"
            )
        lines.setdefault(own, value.line)
