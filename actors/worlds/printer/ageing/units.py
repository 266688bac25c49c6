"""Units as they leave the factory and come into use: tolerances, wearing paces, lives, and their owners' habits."""

from __future__ import annotations

import numpy as np

from actors.worlds.printer.ageing import chance
from actors.worlds.printer.ageing.layout import EARLY_LIFE, EARLY_SHAPE, EARLY_SHARE, Layout
from actors.worlds.printer.component import parameters
from actors.worlds.printer.material import USUAL, Material, materials
from actors.worlds.printer.physics.elementwise import Array
from actors.worlds.printer.physics.use import ORDINARY, Use

ZERO = np.uint64(0)
PACE = 0.4
"""Sigma of the logarithm of a part's wearing pace from unit to unit [E]."""


def new_values(plan: Layout, key: chance.Keys) -> Array:
    """Parameters of new units, (P, N): the healthy value with its spread, well inside the limits."""
    known = [parameters()[name] for name in plan.names]
    healthy = _column([p.healthy for p in known])
    low, high = _column([p.limits[0] for p in known]), _column([p.limits[1] for p in known])
    edge = 0.2 * (high - low)
    drawn = healthy + _column([p.spread for p in known]) * chance.normal(key, plan.new_purpose, ZERO)
    return np.minimum(np.maximum(drawn, low + np.where(low < healthy, edge, 0.0)), high - edge)


def paces(plan: Layout, key: chance.Keys) -> Array:
    """Wear per hour of each parameter of each unit, (P, N): the mean rate times a log-normal factor."""
    return plan.wear * np.exp(PACE * chance.normal(key, plan.pace_purpose, ZERO))


def lives(plan: Layout, key: chance.Keys, renewed: chance.Keys) -> Array:
    """Hours on its own clock after which each failure begins, (M, N), counted from when the part was last renewed.

    Some parts are badly fitted and fail early (a Weibull shape below 1), the others wear out (shape of the data file).
    """
    first = chance.uniform(key, plan.life_purpose, renewed)
    fitted = chance.uniform(key, plan.life_purpose + np.uint64(1), renewed)
    rest = -np.log(first)
    late = plan.scale * np.power(rest, 1.0 / plan.shape)
    early = EARLY_LIFE * np.power(rest, 1.0 / EARLY_SHAPE)
    return np.where(fitted < EARLY_SHARE, np.minimum(early, late), late)


def use_of(key: chance.Keys, material: Material) -> Use[Array]:
    """How each unit is used, as hot as the material wants it [E].

    Rooms, dust, filaments and habits differ; one in ten owners prints abrasives.
    """

    def drawn(what: str) -> Array:
        return chance.normal(key, np.uint64(chance.purpose(f"use {what}")), ZERO)

    usual = materials()[USUAL]
    grinds = chance.uniform(key, np.uint64(chance.purpose("use abrasive")), ZERO)
    return Use(
        nozzle=ORDINARY.nozzle + (material.nozzle - usual.nozzle) + 3.0 * drawn("nozzle"),
        bed=ORDINARY.bed + (material.bed - usual.bed) + 2.0 * drawn("bed"),
        flow=ORDINARY.flow * np.exp(0.2 * drawn("flow")),
        abrasive=np.maximum(grinds - 0.9, 0.0) * 3.0,
        room=ORDINARY.room + 2.5 * drawn("room"),
        humidity=np.minimum(np.maximum(ORDINARY.humidity + 0.08 * drawn("humidity"), 0.2), 0.8),
        dust=np.exp(0.3 * drawn("dust")),
        strokes=np.exp(0.2 * drawn("strokes")),
        prints=np.exp(0.3 * drawn("prints")),
    )


def _column(numbers: list[float]) -> Array:
    return np.array(numbers, dtype=np.float64).reshape(-1, 1)
