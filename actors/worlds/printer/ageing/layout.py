"""Where each parameter and each failure of a printer model stands in the arrays of its ageing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from actors.worlds.printer.ageing import chance
from actors.worlds.printer.component import parameters
from actors.worlds.printer.machine import machines
from actors.worlds.printer.physics.elementwise import Array
from actors.worlds.printer.physics.wear import CLOCKS
from actors.worlds.printer.problem import causes, possible, problems, type_of

EARLY_SHARE = 0.015
"""Share of parts that are fitted badly and fail early, after assembly and after a repair alike [E]."""
EARLY_SHAPE = 0.6
"""Weibull shape of such a life: the first hour is the worst [E]."""
EARLY_LIFE = 20.0
"""Hours, its scale [E]."""


@dataclass(frozen=True)
class Failure:
    """One way in which this model fails in service.

    Attributes:
        cause: its id in `problems.yaml`.
        growth: hours on its clock from minor to critical; 0 strikes at once.
        effects: row of a parameter -> its values at the four severities.
    """

    cause: str
    growth: float
    effects: dict[int, tuple[float, float, float, float]]


@dataclass(frozen=True)
class Layout:
    """The rows of one printer model: one a parameter, one a failure. Columns (P, 1) or (M, 1) stand beside printers.

    Attributes:
        names: parameter of each row, in the order of the data file; `row` is its inverse.
        new_purpose, pace_purpose, wander_purpose, life_purpose: keys of the random numbers of each row.
        wear, wander: rate and random walk of each parameter, 0 where this model has not the part.
        low, high: of what is possible; `span` between limits, for judging how fast something changes.
        failures: what can fail; `clock` is the place of each one's clock in `CLOCKS`.
        scale, shape: of their Weibull lives.
    """

    names: tuple[str, ...]
    row: dict[str, int]
    new_purpose: chance.Keys
    pace_purpose: chance.Keys
    wander_purpose: chance.Keys
    life_purpose: chance.Keys
    wear: Array
    wander: Array
    low: Array
    high: Array
    span: Array
    failures: tuple[Failure, ...]
    clock: tuple[int, ...]
    scale: Array
    shape: Array
    growth: Array


@cache
def layout(model: str) -> Layout:
    """The layout of a printer model."""
    machine, known = machines()[model], parameters()
    names = tuple(known)
    row = {name: place for place, name in enumerate(names)}
    worn = [known[name] if name in machine.parameters else None for name in names]
    found = {cause: one for cause, one in causes().items() if one.arises is not None and possible(cause, machine)}
    failures, clocks, scales, shapes = [], [], [], []
    for cause, one in found.items():
        if one.arises is None:
            continue
        rate = problems()[type_of(cause)].rate * one.share
        if rate <= 0.0:
            continue
        failures.append(Failure(cause, one.arises.growth, {row[name]: at for name, at in one.on(model).items()}))
        clocks.append(CLOCKS.index(one.arises.clock))
        scales.append(1000.0 / rate / math.gamma(1.0 + 1.0 / one.arises.shape))
        shapes.append(one.arises.shape)
    return Layout(
        names,
        row,
        chance.purposes(tuple(f"new {name}" for name in names)),
        chance.purposes(tuple(f"pace {name}" for name in names)),
        chance.purposes(tuple(f"wander {name}" for name in names)),
        chance.purposes(tuple(f"life {failure.cause}" for failure in failures)),
        _column([p.wear if p else 0.0 for p in worn]),
        _column([p.wander if p else 0.0 for p in worn]),
        _column([known[name].range[0] for name in names]),
        _column([known[name].range[1] for name in names]),
        _column([max(known[name].limits[1] - known[name].limits[0], 1e-9) for name in names]),
        tuple(failures),
        tuple(clocks),
        _column(scales),
        _column(shapes),
        _column([max(failure.growth, 1e-9) for failure in failures]),
    )


def _column(numbers: list[float]) -> Array:
    return np.array(numbers, dtype=np.float64).reshape(-1, 1)
