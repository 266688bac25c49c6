"""The parts of a printer and their physical parameters, as read from `data/components.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

DATA = Path(__file__).parent / "data"

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
        wear: mean change per printing hour.
        look: what can be seen of it.
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
    look: Look | None = None
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


@cache
def components() -> dict[str, Component]:
    """All parts that any printer model may have, by id, in the order of the data file."""
    with (DATA / "components.yaml").open(encoding="utf-8") as file:
        return {key: Component.model_validate(value) for key, value in yaml.safe_load(file).items()}


@cache
def parameters() -> dict[str, Parameter]:
    """All parameters by their full id, `component.parameter`."""
    return {f"{part}.{name}": p for part, c in components().items() for name, p in c.parameters.items()}
