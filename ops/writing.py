"""`scenarios new` behind the scenes: the interview, the same checks as `scenarios validate`, and the file."""

from __future__ import annotations

from typing import Any

import yaml

from actors.llm.human.console import Console, PersonLeft
from actors.llm.human.form import BACK
from ops import scenarios
from ops.failures import Interrupted
from ops.interview import GivenUp, Interview
from ops.scenario_files import WIDTH, ScenarioFile

Plain = dict[str, Any]


def write_one(console: Console, world: str, file: str) -> Plain:
    """Ask for one record, and write it; the object of `scenarios new --json`.

    Raises:
        WrongUse: the world asks for no records, or the file cannot be written or appended to.
        Interrupted: the person left or said no; the file is as it was.
        OSError: the disk; the file is as it was.
    """
    questions = scenarios.module_of(world, "questions")
    kept = ScenarioFile(world, file)

    def check(name: str, text: str, so_far: Plain) -> str:
        found: str = questions.check(name, text, so_far)
        if name == "id" and found in kept.ids:
            raise ValueError(f"{file} has a case of this name already; give it another")
        return found

    there = f"its {len(kept.ids)} scenarios stay as they are" if kept.ids else "it is written at the end"
    console.tell(f"A new scenario for {file}; {there}. `{BACK}` goes to the question before, `?` lists names.")
    console.tell("Names may be typed as words; Ctrl-C leaves, and the file stays untouched.\n")
    try:
        record, flaws = _talked(Interview(console, questions.QUESTIONS, check), world, kept)
    except (PersonLeft, GivenUp):
        raise Interrupted from None
    count = kept.add(record)
    console.tell(f"'{record['id']}' is written to {file}, which holds {count} of them now")
    console.tell(f"Practise on them: journeyman train --scenarios {file}; check: journeyman scenarios validate {file}")
    return {"file": file, "id": record["id"], "scenarios": count, "ok": not flaws, "flaws": flaws, "record": record}


def _talked(interview: Interview, world: str, kept: ScenarioFile) -> tuple[Plain, list[str]]:
    """The record that the person agreed to, and what the test agents have against it."""
    record = interview.ask_all()
    flaws: list[str] = []

    def doubts(found: Plain) -> list[str]:
        kept.check(found)
        flaws[:] = scenarios.doubts(world, found)
        return flaws

    while True:
        text = yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=WIDTH)
        agreed = interview.agreed(record, text, doubts)
        if isinstance(agreed, str):
            return record, flaws
        record = agreed
