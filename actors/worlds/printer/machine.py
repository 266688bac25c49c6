"""Printer models: kinematics, electronics, heaters, and the parts that a model lacks, from `data/machines.yaml`."""

from __future__ import annotations

from enum import StrEnum
from functools import cache, cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from actors.worlds.printer.component import Component, Parameter, components
from actors.worlds.printer.datafile import read_data
from actors.worlds.printer.material import USUAL, Material, materials


class PrinterType(StrEnum):
    """The printer models that ship with Journeyman; more are data (`machines()` lists all)."""

    ENDER_3 = "ender_3"
    ENDER_3_BLTOUCH = "ender_3_bltouch"
    CR_10_DUAL_Z = "cr_10_dual_z"
    PRUSA_MK3S = "prusa_mk3s"
    VORON_2_4 = "voron_2_4"
    COREXY_ENCLOSED = "corexy_enclosed"
    IDEX_300 = "idex_300"


class Steps(BaseModel):
    """Motor steps per mm of each axis."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x: float
    y: float
    z: float
    e: float


class HotEnd(BaseModel):
    """Constants of the heater block: power in W, heat capacity in J/K, losses in W/K, sensor lag rate in 1/s."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    power: float
    heat: float
    loss: float
    loss_fan: float
    lag: float


class Bed(BaseModel):
    """Constants of the heated bed: power in W, heat capacity in J/K, loss in W/K."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    power: float
    heat: float
    loss: float


class Timers(BaseModel):
    """Protection of one heater: s to gain 2 K while heating; s and K by which a held temperature may fall."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    watch: float = Field(gt=0.0)
    period: float = Field(gt=0.0)
    hysteresis: float = Field(gt=0.0)


class Protection(BaseModel):
    """Protection of both heaters; what is not said is Marlin's default [S:MA]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hotend: Timers = Timers(watch=20.0, period=40.0, hysteresis=4.0)
    bed: Timers = Timers(watch=60.0, period=20.0, hysteresis=2.0)


class Mass(BaseModel):
    """Moving mass of each axis in kg."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x: float
    y: float


class Machine(BaseModel):
    """One printer model.

    Attributes:
        aliases: what people call this model, or the kind of machine that it stands for.
        drivers: `tmc` drivers can be read back (M122), `a4988` cannot.
        probe: what finds the bed.
        pid: Kp, Ki, Kd of the hot end in Marlin's units.
        protection: the firmware's timers against fire.
        cold_limit: degrees C below which the firmware does not extrude.
        melt_limit: mm3/s at which filament no longer gets hot enough, Qm of the melt model.
        acceleration: mm/s2 in prints.
        hours_new: mean age in printing hours of a machine in a scenario.
        lacks: ids of parts that this model has not.
        material: what is loaded; the model's usual one unless `loaded` says another.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    kinematics: Literal["cartesian", "corexy", "idex"]
    extruder: Literal["bowden", "direct"]
    drivers: Literal["a4988", "tmc"]
    probe: Literal["none", "bltouch", "inductive"]
    volts: float
    bed_size: tuple[float, float]
    steps: Steps
    pid: tuple[float, float, float]
    mintemp: float
    maxtemp: float
    hotend: HotEnd
    bed: Bed
    protection: Protection = Protection()
    cold_limit: float = Field(default=170.0, gt=0.0)
    melt_limit: float
    mass: Mass
    acceleration: float
    hours_new: float
    lacks: frozenset[str]
    material: Material
    aliases: tuple[str, ...] = ()

    @cached_property
    def parts(self) -> dict[str, Component]:
        """The parts that this model has, by id."""
        return {key: part for key, part in components().items() if key not in self.lacks}

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters that this model has, by full id."""
        return {f"{key}.{name}": p for key, part in self.parts.items() for name, p in part.parameters.items()}


@cache
def machines() -> dict[str, Machine]:
    """All printer models by id.

    Raises:
        DataInvalid: a user's own entry is not in order.
    """
    file = read_data("machines.yaml")
    models = {}
    for key, own in file.plain.items():
        base = file.plain.get(own.get("like", key)) if isinstance(own, dict) else None
        if base is None:
            file.refuse((key, "like"), f"unknown model; known are {', '.join(file.plain)}")
        merged: dict[str, Any] = {"material": USUAL, **base, "aliases": [], **own, "id": key}
        merged.pop("like", None)
        if merged["material"] not in materials():
            file.refuse((key, "material"), f"unknown material; known are {', '.join(materials())}")
        merged["material"] = materials()[merged["material"]]
        models[key] = file.build(Machine, key, merged)
        strange = sorted(models[key].lacks - components().keys())
        if strange:
            file.refuse((key, "lacks"), f"there is no component '{strange[0]}'")
    return models


@cache
def loaded(model: str, material: str | None = None) -> Machine:
    """A printer model with a filament in it; without `material` its usual one.

    Raises:
        ValueError: model or material is unknown; the text lists those that there are.
    """
    if model not in machines():
        raise ValueError(f"unknown printer type '{model}'; known are {', '.join(machines())}")
    if material is None:
        return machines()[model]
    if material not in materials():
        raise ValueError(f"unknown material '{material}'; known are {', '.join(materials())}")
    return machines()[model].model_copy(update={"material": materials()[material]})
