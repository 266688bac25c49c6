"""Problem types, their root causes and severities, from `data/problems.yaml`; the catalogue that everybody may read."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actors.worlds.printer import plugin
from actors.worlds.printer.component import components, parameters
from actors.worlds.printer.datafile import DataFile, DataInvalid, read_data
from actors.worlds.printer.machine import Machine, machines


class ProblemSeverity(StrEnum):
    """How far a fault has gone."""

    MINOR = "minor"
    MODERATE = "moderate"
    MAJOR = "major"
    CRITICAL = "critical"


class Arises(BaseModel):
    """How a cause comes about in service.

    Attributes:
        clock: what ages the part, a name of `physics.wear.CLOCKS`.
        shape: of its Weibull life; above 1 it wears out, at 1 it strikes at any time.
        growth: hours on that clock from minor to critical; 0 strikes at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock: Literal["hours", "heat", "strokes", "prints", "grams", "dust", "effort", "electric"]
    shape: float = Field(gt=0.2, le=10.0)
    growth: float = Field(ge=0.0)


class Cause(BaseModel):
    """A root cause: what it does to physical parameters at each of the four severities.

    Attributes:
        share: share of its problem type's occurrences.
        effects: parameter -> value at minor, moderate, major, critical.
        needs: parts that the model must have besides those that it acts on.
        arises: how it comes about in service; None if only hands bring it about.
        by_machine: effects where they differ from model to model (faults written in Python).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    share: float
    aliases: tuple[str, ...] = ()
    effects: dict[str, tuple[float, float, float, float]]
    needs: tuple[str, ...] = ()
    arises: Arises | None = None
    by_machine: dict[str, dict[str, tuple[float, float, float, float]]] = Field(default_factory=dict)

    def on(self, model: str) -> dict[str, tuple[float, float, float, float]]:
        """Parameter -> values at the four severities, on this printer model."""
        return self.by_machine.get(model, self.effects)

    def at(self, severity: ProblemSeverity, model: str) -> dict[str, float]:
        """The parameters that it sets at this severity on this printer model."""
        place = list(ProblemSeverity).index(severity)
        return {parameter: values[place] for parameter, values in self.on(model).items()}


class Problem(BaseModel):
    """A problem type as a user would name it; `rate` per 1,000 printing hours is an assumption (see the data file)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    rate: float
    aliases: tuple[str, ...] = ()
    causes: dict[str, Cause]


@cache
def problems() -> dict[str, Problem]:
    """All problem types by id.

    Raises:
        DataInvalid: a user's own entry is not in order.
    """
    file = read_data("problems.yaml")
    found = {key: file.build(Problem, key, value) for key, value in file.plain.items()}
    for key, problem in found.items():
        for name, cause in problem.causes.items():
            _check(key, name, cause, file)
    for who, fault in plugin.offered():
        found[fault.problem] = _with(found, who, fault)
    _check_spoils({name for problem in found.values() for name in problem.causes})
    return found


def _with(found: dict[str, Problem], who: str, fault: plugin.PrinterFault) -> Problem:
    """A problem type with a fault that a package offers among its causes."""
    if fault.problem not in found:
        raise DataInvalid(f"{who}: there is no problem type '{fault.problem}'; there are {', '.join(found)}")
    if any(fault.cause in problem.causes for problem in found.values()):
        raise DataInvalid(f"{who}: there is a cause '{fault.cause}' already")
    try:
        cause = Cause.model_validate(plugin.fields(who, fault, machines()))
    except ValidationError as error:
        first = error.errors()[0]
        raise DataInvalid(f"{who}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if fault.cause.partition(".")[0] not in components():
        raise DataInvalid(f"{who}: a cause is named `component.condition`; components are {', '.join(components())}")
    for parameter, values in ((p, v) for effects in cause.by_machine.values() for p, v in effects.items()):
        known = parameters().get(parameter)
        if known is None:
            raise DataInvalid(f"{who}: there is no parameter '{parameter}'")
        if not all(known.range[0] <= value <= known.range[1] for value in values):
            low, high = known.range
            raise DataInvalid(f"{who}: a value of {parameter} is outside of what is possible, {low:g} to {high:g}")
    problem = found[fault.problem]
    return problem.model_copy(update={"causes": {**problem.causes, fault.cause: cause}})


def _check_spoils(known: set[str]) -> None:
    """Parts say which causes careless work brings about; they must be there."""
    for key, part in components().items():
        for remedy, spoiled in part.spoils.items():
            strange = sorted(spoiled.keys() - known)
            if strange:
                file = read_data("components.yaml")
                file.refuse((key, "spoils", remedy, strange[0]), "there is no such cause")


def _check(problem: str, name: str, cause: Cause, file: DataFile) -> None:
    at = (problem, "causes", name)
    if name.partition(".")[0] not in components():
        file.refuse(at, f"a cause is named `component.condition`; components are {', '.join(components())}")
    for parameter, values in cause.effects.items():
        known = parameters().get(parameter)
        if known is None:
            names = [one for one in parameters() if one.startswith(parameter.partition(".")[0] + ".")] or parameters()
            file.refuse((*at, "effects", parameter), f"there is no such parameter; there are {', '.join(names)}")
        low, high = known.range
        if not all(low <= value <= high for value in values):
            file.refuse((*at, "effects", parameter), f"a value is outside of what is possible, {low:g} to {high:g}")
    for part in cause.needs:
        if part not in components():
            file.refuse((*at, "needs"), f"there is no component '{part}'")


@cache
def causes() -> dict[str, Cause]:
    """All root causes by id, `component.condition`."""
    return {key: cause for problem in problems().values() for key, cause in problem.causes.items()}


@cache
def type_of(cause: str) -> str:
    """The problem type that a root cause belongs to."""
    return next(key for key, problem in problems().items() if cause in problem.causes)


def possible(cause: str, machine: Machine) -> bool:
    """True if this model has the parts on which the cause acts, and those that it needs besides."""
    return not missing_parts(cause, machine)


def missing_parts(cause: str, machine: Machine) -> frozenset[str]:
    """The parts that a cause acts on or needs, and this model has not."""
    found = causes()[cause]
    wanted = {parameter.partition(".")[0] for parameter in found.effects} | set(found.needs)
    return frozenset(wanted & machine.lacks)
