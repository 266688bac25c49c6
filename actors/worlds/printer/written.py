"""A scenario written down: the way back from brief and key to a record that people can read, change and share."""

from __future__ import annotations

from typing import Any

from actors.worlds.port import Scenario
from actors.worlds.printer.case import reference
from actors.worlds.printer.problem import causes
from actors.worlds.printer.record import Record

Plain = dict[str, Any]


def to_record(scenario: Scenario) -> Record:
    """Write a scenario down with its answer.

    The unit's own tolerances and hours are no part of a record: read back, it is the same case on another printer of
    the same model.

    Raises:
        ValueError: a text of the scenario is not fit for a record.
    """
    key, brief = scenario.key, scenario.brief
    return Record.model_validate(
        {
            "id": scenario.id,
            "title": scenario.title,
            "source": scenario.source,
            "difficulty": scenario.difficulty,
            "printer_type": key["machine"],
            "user_description": brief["user"],
            "symptoms": tuple(brief["symptoms"]),
            "actual_problems": tuple(
                {"type": fault["type"], "root_cause": fault["cause"], "severity": fault["severity"]}
                for fault in key["faults"]
            ),
            "solution_summary": key.get("solution") or _solution(key),
            "lesson": key.get("lesson") or _lesson(key),
        }
    )


def _solution(key: Plain) -> str:
    """What the reference repair did, in the order of the faults."""
    cured = reference(key).remedies
    return "; ".join(f"{causes()[cause].title}: {', '.join(acts)}" for cause, acts in cured.items())


def _lesson(key: Plain) -> str:
    titles = [causes()[fault["cause"]].title for fault in key["faults"]]
    return f"Everything that the owner saw came from this: {', and '.join(titles)}."
