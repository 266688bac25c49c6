"""Materials: how a filament melts, flows, sticks, strings and softens, from `data/materials.yaml`.

Every quantity is written with its unit (`210 C`), so that a value in another unit is an error and not a fire.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from actors.worlds.printer.datafile import read_data

USUAL = "pla"
"""The material of a printer of which nothing else is said."""
USUAL_FLOW = 15.0
"""mm3/s that slicers allow for PLA; rates of the test prints are made for it [S: bundled slicer profiles]."""


def _in(unit: str) -> Callable[[Any], float]:
    def read(text: Any) -> float:
        number, _, given = str(text).strip().partition(" ")
        if given.strip() != unit:
            raise ValueError(f"'{text}' is not in {unit}; write for example `{number or 1} {unit}`")
        return float(number)

    return read


Celsius = Annotated[float, BeforeValidator(_in("C"))]


class Melt(BaseModel):
    """The Cross model of a melt: `eta = a eta0 / (1 + (lam a g)^(1 - n))`, `a = exp(-shift (T - at))`, g in 1/s."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    eta0: Annotated[float, BeforeValidator(_in("Pa s")), Field(gt=0.0)]
    lam: Annotated[float, BeforeValidator(_in("s")), Field(gt=0.0)]
    n: Annotated[float, Field(gt=0.0, lt=1.0)]
    shift: Annotated[float, BeforeValidator(_in("1/K")), Field(gt=0.0, le=0.2)]
    at: Annotated[Celsius, Field(gt=100.0, lt=450.0)]

    @property
    def thinning(self) -> float:
        """1 - n, without the last bits that a subtraction leaves."""
        return round(1.0 - self.n, 9)


class Material(BaseModel):
    """One kind of filament.

    Attributes:
        nozzle, bed: temperatures that it wants, degrees C.
        fan: share of the part fan that it wants.
        melt: its Cross model.
        heat: J/K to heat one mm3 by one kelvin.
        max_flow: mm3/s that slicers allow for it; how fast it takes up heat.
        softens: degrees C at the heat break from which it softens and drags, a little below its glass transition.
        bears: N that push it before it buckles beside the drive gear.
        sticks: degrees C of the plate's surface at which half of its grip is there.
        strings, pops: how much it strings, and how much damp it gives off as steam, beside PLA.
        uptake: how fast it takes up water beside PLA.
        warp: stress of its shrinking beside PLA.
        shrinks: share by which a part comes out smaller than its slicer's profile allows for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    nozzle: Annotated[Celsius, Field(gt=150.0, lt=400.0)]
    bed: Annotated[Celsius, Field(ge=0.0, lt=140.0)]
    fan: Annotated[float, Field(ge=0.0, le=1.0)]
    melt: Melt
    heat: Annotated[float, BeforeValidator(_in("J/K/mm3")), Field(gt=0.0, lt=0.1)]
    max_flow: Annotated[float, BeforeValidator(_in("mm3/s")), Field(gt=0.0, lt=100.0)]
    softens: Annotated[Celsius, Field(gt=30.0, lt=300.0)]
    bears: Annotated[float, BeforeValidator(_in("N")), Field(gt=0.0)]
    sticks: Annotated[Celsius, Field(gt=0.0, lt=140.0)]
    strings: Annotated[float, Field(gt=0.0, le=10.0)]
    pops: Annotated[float, Field(ge=0.0, le=10.0)]
    uptake: Annotated[float, Field(ge=0.0, le=100.0)]
    warp: Annotated[float, Field(ge=0.0, le=10.0)]
    shrinks: Annotated[float, Field(ge=0.0, le=0.1)]

    @property
    def pace(self) -> float:
        """How fast it can be melted, and so printed, beside PLA."""
        return self.max_flow / USUAL_FLOW


@cache
def materials() -> dict[str, Material]:
    """All materials by id; a user's own may say `like: ID` and then only what differs.

    Raises:
        DataInvalid: a user's own entry is not in order.
    """
    file = read_data("materials.yaml")
    found = {}
    for key, own in file.plain.items():
        base = file.plain.get(own.get("like", key)) if isinstance(own, dict) else None
        if base is None:
            file.refuse((key, "like"), f"unknown material; known are {', '.join(file.plain)}")
        merged: dict[str, Any] = {**base, "aliases": [], **own, "id": key}
        if own is not base:
            melts = [one.get("melt", {}) for one in (base, own)]
            merged["melt"] = {**melts[0], **melts[1]} if isinstance(melts[1], dict) else melts[1]
        merged.pop("like", None)
        found[key] = file.build(Material, key, merged)
    return found
