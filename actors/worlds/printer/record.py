"""The scenario record: one case of the printer trade as contributors write it, the answer beside the question."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from actors.worlds.printer.machine import machines
from actors.worlds.printer.marked import unwanted
from actors.worlds.printer.problem import ProblemSeverity, causes, possible, problems, type_of

Grade = Literal["easy", "medium", "hard"]

LONGEST = {
    "id": 80,
    "title": 200,
    "source": 500,
    "user_description": 8000,
    "symptoms": 500,
    "solution_summary": 4000,
    "lesson": 4000,
}
"""Characters that each text of a record may have."""

ONE_LINE = frozenset({"id", "title", "source", "symptoms"})
"""Texts that must stand on one line."""

MOST_SYMPTOMS = 40
MOST_PROBLEMS = 5


def _screened(text: str) -> str:
    found = unwanted(text)
    if found:
        raise ValueError(f"the control character {found} is not allowed")
    if not text.strip():
        raise ValueError("the text is empty")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("the text must stand on one line")
    return _screened(text)


class ActualProblem(BaseModel):
    """What was wrong with the printer: problem type, root cause (both by id) and how far it had gone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    root_cause: str
    severity: ProblemSeverity

    @model_validator(mode="after")
    def _belongs(self) -> Self:
        if self.type not in problems():
            raise ValueError(f"`{self.type}` is no problem type")
        if self.root_cause not in causes():
            raise ValueError(f"`{self.root_cause}` is no root cause")
        if type_of(self.root_cause) != self.type:
            raise ValueError(f"`{self.root_cause}` belongs to `{type_of(self.root_cause)}`, not to `{self.type}`")
        return self


class Record(BaseModel):
    """One case with its answer.

    Attributes:
        id: name by which people find it; never shown to an agent.
        source: where the case is from.
        printer_type: id of the printer model.
        user_description: what the owner says.
        symptoms: what the owner reports, one observation each.
        actual_problems: the true faults, one to five.
        solution_summary: what set it right.
        lesson: what a technician should take from it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(max_length=LONGEST["id"]), AfterValidator(_one_line)]
    title: Annotated[str, Field(max_length=LONGEST["title"]), AfterValidator(_one_line)]
    source: Annotated[str, Field(max_length=LONGEST["source"]), AfterValidator(_one_line)]
    difficulty: Grade
    printer_type: str
    user_description: Annotated[str, Field(max_length=LONGEST["user_description"]), AfterValidator(_screened)]
    symptoms: Annotated[
        tuple[Annotated[str, Field(max_length=LONGEST["symptoms"]), AfterValidator(_one_line)], ...],
        Field(max_length=MOST_SYMPTOMS),
    ]
    actual_problems: Annotated[tuple[ActualProblem, ...], Field(min_length=1, max_length=MOST_PROBLEMS)]
    solution_summary: Annotated[str, Field(max_length=LONGEST["solution_summary"]), AfterValidator(_screened)]
    lesson: Annotated[str, Field(max_length=LONGEST["lesson"]), AfterValidator(_screened)]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        machine = machines().get(self.printer_type)
        if machine is None:
            raise ValueError(f"`{self.printer_type}` is no printer model")
        for problem in self.actual_problems:
            if not possible(problem.root_cause, machine):
                raise ValueError(f"`{machine.id}` has not the parts that `{problem.root_cause}` acts on")
        clash = shared_parameter([problem.root_cause for problem in self.actual_problems])
        if clash:
            raise ValueError(clash)
        return self


def shared_parameter(named: list[str]) -> str | None:
    """Says which two root causes cannot hold at once, since both mean the same parameter; None if all can.

    A side effect (the first parameter of a cause is its own, the rest follow from it) may be shared.
    """
    owner: dict[str, str] = {}
    for cause in named:
        parameter = next(iter(causes()[cause].effects))
        if parameter in owner:
            return f"`{owner[parameter]}` and `{cause}` both set {parameter}; keep one of them"
        owner[parameter] = cause
    return None
