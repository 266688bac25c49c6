"""The parts of a printer and their physical parameters, as read from `data/components.yaml`."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from actors.worlds.printer.datafile import DataFile, read_data

Remedy = Literal["replace", "clean", "tighten", "reseat", "adjust", "lubricate", "dry"]


class Look(BaseModel):
    """What the eye can see of a parameter, and from which value on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sign: str
    state: str
    above: float | None = None
    below: float | None = None

    def shows(self, value: float) -> bool:
        """True if a parameter at this value can be seen to be wrong."""
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)


class Parameter(BaseModel):
    """One physical quantity of a part.

    Attributes:
        unit: of all values.
        healthy: value on a machine in order; spread is one sigma from unit to unit.
        limits: outside of which the machine is not in order.
        range: of physically possible values.
        remedy: the kind of act that brings it back, besides replacing the part; `minutes` and `money` are its cost.
        wear: mean change per printing hour in ordinary use (see `physics.wear` for what makes it faster).
        wander: sigma of its random walk, per root of a printing hour.
        look: what can be seen of it.
        upsets: parameter -> sigma of the error that its own remedy leaves there.
        called: what people call it when they say what to do about it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str
    meaning: str
    healthy: float
    spread: float
    limits: tuple[float, float]
    range: tuple[float, float]
    remedy: Remedy
    minutes: float = 0.0
    money: float = 0.0
    wear: float = 0.0
    wander: float = Field(default=0.0, ge=0.0)
    look: Look | None = None
    upsets: dict[str, float] = Field(default_factory=dict)
    called: tuple[str, ...] = ()

    def in_order(self, value: float) -> bool:
        """True if the value is within its limits."""
        low, high = self.limits
        return low <= value <= high


class Component(BaseModel):
    """A part: what people call it, what a new one costs, how long a look takes, and what its replacement upsets.

    Attributes:
        group: what part of the machine it belongs to: hotend, extruder, bed, motion, electronics, firmware, slicer.
        upsets: parameter -> sigma of the error that a replacement of this part leaves there; calibration must follow.
        unloads: True if work on it takes the filament out, so that its end is cut.
        spoils: remedy -> cause -> chance that this work brings it about [E]: hands slip, cut too short, forget.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    group: str
    aliases: tuple[str, ...]
    price: float
    replace: float
    look: float
    parameters: dict[str, Parameter]
    upsets: dict[str, float] = Field(default_factory=dict)
    unloads: bool = False
    spoils: dict[Remedy, dict[str, float]] = Field(default_factory=dict)


UNITS = frozenset(
    (
        "1/min",
        "1/ohm",
        "C",
        "K",
        "N",
        "factor",
        "mm",
        "ohm",
        "openings per minute of motion",
        "per hour",
        "share",
        "yes/no",
    )
)
"""Units that a parameter may have; `share of …` says of what."""


@cache
def components() -> dict[str, Component]:
    """All parts that any printer model may have, by id, in the order of the data file.

    Raises:
        DataInvalid: a user's own entry is not in order.
    """
    file = read_data("components.yaml")
    found = {key: file.build(Component, key, value) for key, value in file.plain.items()}
    there = {f"{key}.{name}" for key, part in found.items() for name in part.parameters}
    for key, part in found.items():
        _check(key, part, there, file)
    return found


def _check(key: str, part: Component, there: set[str], file: DataFile) -> None:
    for name, parameter in part.parameters.items():
        if parameter.unit not in UNITS and not parameter.unit.startswith("share of "):
            known = ", ".join(sorted(UNITS))
            file.refuse((key, "parameters", name, "unit"), f"unknown unit '{parameter.unit}'; known are {known}")
        if not parameter.in_order(parameter.healthy):
            file.refuse((key, "parameters", name, "healthy"), "the healthy value is outside the limits")
    for upset in part.upsets:
        if upset not in there:
            file.refuse((key, "upsets", upset), "there is no such parameter")
    for name, parameter in part.parameters.items():
        for upset in parameter.upsets:
            if upset not in there:
                file.refuse((key, "parameters", name, "upsets", upset), "there is no such parameter")


@cache
def parameters() -> dict[str, Parameter]:
    """All parameters by their full id, `component.parameter`."""
    return {f"{part}.{name}": p for part, c in components().items() for name, p in c.parameters.items()}
