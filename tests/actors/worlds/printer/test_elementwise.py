"""One set of equations: every function of the physics gives for 200 printers at once what it gives for each alone."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from actors.worlds.printer.machine import machines
from actors.worlds.printer.physics import elementwise, flow, heat, motion, surface, vertical, wear
from actors.worlds.printer.physics.use import ORDINARY, Use
from actors.worlds.printer.printer import VirtualPrinter, draw
from actors.worlds.printer.problem import causes, possible, type_of

COUNT = 200
DRAWS = {
    vertical.first_layer,
    vertical.lost_layers,
    motion.run_axis,
    motion.lose,
    heat.heat,
}
"""What plays one print of one printer with random numbers handed in; what it plays is made of the functions below."""
RANGES = {
    "block": (180.0, 260.0),
    "melt": (170.0, 240.0),
    "shown": (190.0, 240.0),
    "bead": (20.0, 260.0),
    "flow": (0.5, 20.0),
    "diameter": (0.1, 0.6),
    "volts": (12.0, 25.0),
    "hot_duty": (0.0, 1.0),
    "bed_duty": (0.0, 1.0),
    "fan": (0.0, 1.0),
    "tension": (0.1, 2.0),
    "current": (0.2, 1.5),
    "demand": (1.0, 30.0),
    "held": (0.0, 30.0),
    "force": (0.0, 100.0),
    "gap": (-0.3, 0.3),
    "surface": (20.0, 70.0),
    "motor_x": (-3.0, 3.0),
    "motor_y": (-3.0, 3.0),
}
"""Arguments with one number a printer, and where they are drawn."""
GIVEN: dict[str, Any] = {"axis": "x", "minutes": 40.0, "height": 0.4, "x": 0.5, "y": -1.0}
"""Arguments that are the same for all."""
MODULES = (flow, heat, motion, surface, vertical, wear)
FUNCTIONS = [
    one
    for module in MODULES
    for name, one in vars(module).items()
    if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_") and one not in DRAWS
]


def ill_printers(model: str) -> list[dict[str, float]]:
    """200 printers of a model, used and each with a fault."""
    machine = machines()[model]
    faults = [cause for cause in causes() if possible(cause, machine)]
    found = []
    for seed in range(COUNT):
        rng = draw("elementwise", model, seed)
        printer = VirtualPrinter(model, seed)
        cause = rng.choice(faults)
        printer.introduce_problem(type_of(cause), rng.choice(["minor", "moderate", "major", "critical"]), cause=cause)
        found.append(printer.values)
    return found


def use(place: int) -> Use[float]:
    return Use(**{name: value * (1.0 + 0.001 * place) for name, value in vars(ORDINARY).items()})


def parts(result: Any) -> list[Any]:
    """The numbers of a result, whatever holds them."""
    if isinstance(result, dict):
        return list(result.values())
    if isinstance(result, tuple):
        return list(result)
    return list(vars(result).values()) if hasattr(result, "__dict__") else [result]


@pytest.mark.parametrize("model", ["ender_3_bltouch", "voron_2_4", "idex_300"])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: f"{one.__module__.rpartition('.')[2]}.{one.__name__}")
def test_many_at_once_are_each_alone(function: Callable[..., Any], model: str) -> None:
    machine, printers = machines()[model], ill_printers(model)
    arrays = {name: np.array([one[name] for one in printers]) for name in printers[0]}
    uses = Use(**{name: np.array([vars(use(i))[name] for i in range(COUNT)]) for name in vars(ORDINARY)})
    rng = np.random.default_rng(1)
    wanted = inspect.signature(function).parameters
    given = {name: GIVEN[name] for name in wanted if name in GIVEN}
    drawn = {name: rng.uniform(*RANGES[name], COUNT) for name in wanted if name in RANGES}

    def arguments(place: int | None) -> dict[str, Any]:
        values = arrays if place is None else printers[place]
        used = uses if place is None else use(place)
        own = {name: x if place is None else float(x[place]) for name, x in drawn.items()}
        found = {"machine": machine, "material": machine.material, "values": values, "use": used, **given, **own}
        if "strain" in wanted:
            found["strain"] = wear.strain(machine, values, used)
        return {name: found[name] for name in wanted if name in found}

    many = parts(function(**arguments(None)))
    alone = [parts(function(**arguments(place))) for place in range(COUNT)]
    for number, array in enumerate(many):
        expected = np.array([one[number] for one in alone], dtype=float)
        np.testing.assert_allclose(np.broadcast_to(array, COUNT).astype(float), expected, rtol=1e-9, atol=1e-12)


def test_a_single_number_stays_a_plain_float() -> None:
    """Plain floats are what a log can hold, and many times faster than arrays of one."""
    values = VirtualPrinter("ender_3", 1).values
    machine = machines()["ender_3"]
    out = flow.extrude(machine, values, block=210.0, flow=3.6)
    assert {type(x) for x in (out.delivered, out.force, out.melt)} == {float}
    assert type(out.skips) is bool
    for name, one in vars(elementwise).items():
        if inspect.isfunction(one) and name in ("exp", "sqrt", "logistic", "smoothstep"):
            assert type(one(0.5)) is float
    assert type(motion.motor_force(values, "x", 30.0)) is float
