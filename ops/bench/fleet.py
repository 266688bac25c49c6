"""A fleet that ages as arrays, beside one object a printer, beside the traffic of its own memory, and against aims."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from actors.worlds.printer.ageing import record as ageing
from actors.worlds.printer.ageing import units
from actors.worlds.printer.ageing.layout import Layout, layout
from actors.worlds.printer.fleet import Fleet
from actors.worlds.printer.machine import Machine, machines
from actors.worlds.printer.physics import wear
from actors.worlds.printer.physics.use import Use
from ops.bench.rounds import Row, compare

OBJECTS, COPY = "one object a printer, same equations", "numpy, copying the same bytes each step"
PROMISED = 100_000.0
"""Printer-hours that a second of one core is promised to age."""
ALLOWED = 4096.0
"""Bytes that a printer may take."""
FEW = 20
"""Printers of the plain loop; it is so slow that more would only take longer."""


def compare_fleets(rounds: int, printers: int, hours: float) -> list[Row]:
    """Ageing beside both peers, core seconds against the promise, and memory.

    Args:
        rounds: of each comparison.
        printers: of mixed models.
        hours: that each of them prints.
    """
    models = list(machines())
    types = [models[place % len(models)] for place in range(printers)]
    steps = _steps(types, hours)

    def ours() -> int:
        fleet = Fleet(types, range(printers))
        fleet.age(hours)
        return int(printers * hours)

    def objects() -> int:
        for seed in range(FEW):
            Lone.new(models[seed % len(models)], seed).age(hours)
        return int(FEW * hours)

    held = np.zeros(Fleet(types, range(printers)).nbytes // 8)
    room = np.empty_like(held)

    def copied() -> int:
        for _ in range(steps):
            np.copyto(room, held)
        return int(printers * hours)

    work = f"age {printers:,} printers {hours:g} h"
    return [
        compare(work, ours, objects, peer_name=OBJECTS, unit="printer-hours/s", aim=10.0, rounds=rounds),
        compare(work, ours, copied, peer_name=COPY, unit="printer-hours/s", aim=0.005, rounds=rounds),
        _core_seconds(work, ours, rounds),
        _memory(types),
    ]


def _steps(types: list[str], hours: float) -> int:
    """Steps that these printers take on the average, by those of a sample."""
    sample = Fleet(types[:700], range(min(len(types), 700)))
    sample.age(hours)
    return max(1, round(float(np.mean([sample.printer(place).wear_clock().steps[0] for place in range(len(sample))]))))


def _core_seconds(work: str, ours: Callable[[], int], rounds: int) -> Row:
    speeds = []
    for _ in range(rounds):
        begin = time.process_time()
        done = ours()
        speeds.append(done / (time.process_time() - begin))
    speed = median(speeds)
    ratio = round(speed / PROMISED, 3)
    return Row(work, round(speed, 1), PROMISED, "promised", "printer-hours/core-s", ratio, 1.0, ratio >= 1.0, rounds)


def _memory(types: list[str]) -> Row:
    fleet = Fleet(types, range(len(types)))
    each = fleet.nbytes / len(types)
    ratio = round(ALLOWED / each, 3)
    return Row(
        "hold printers",
        round(2**20 / each, 1),
        2**20 / ALLOWED,
        "4 KiB each",
        "printers/MiB",
        ratio,
        1.0,
        ratio >= 1.0,
        1,
    )


@dataclass
class Lone:
    """The peer: one printer as an object with plain floats, one Python step at a time, by the fleet's equations."""

    machine: Machine
    plan: Layout
    values: dict[str, float]
    use: Use[float]
    base: dict[str, float]
    lives: list[float]
    ages: list[float] = field(default_factory=list)
    fresh: float = 0.0

    @classmethod
    def new(cls, model: str, seed: int) -> Lone:
        """A new printer, the same as in a fleet."""
        plan, fleet = layout(model), Fleet(model, [seed])
        record = fleet.printer(0).wear_clock()
        pace = ageing.Pace.of(record)
        return cls(
            machines()[model],
            plan,
            dict(zip(plan.names, record.values[:, 0].tolist(), strict=True)),
            Use(*(float(one[0]) for one in vars(units.use_of(record.key, pace.machine.material)).values())),
            dict(zip(plan.names, pace.base[:, 0].tolist(), strict=True)),
            record.lives[:, 0].tolist(),
            [0.0] * len(plan.failures),
        )

    def age(self, hours: float) -> None:
        """Print for so many hours."""
        left = hours
        while left > 0.0:
            left -= self._step(left)

    def _step(self, left: float) -> float:
        strain = wear.strain(self.machine, self.values, self.use)
        stress = wear.stress(self.machine, self.values, self.use, strain)
        change = {name: rate * stress.get(name, 1.0) for name, rate in self.base.items()}
        clocks = list(wear.clocks(self.use, strain).values())
        hours = min(self._longest(change), left)
        for row, (name, rate) in enumerate(change.items()):
            value = self.values[name] + rate * hours
            self.values[name] = min(max(value, self.plan.low[row, 0]), self.plan.high[row, 0])
        for place, clock in enumerate(self.plan.clock):
            self.ages[place] += clocks[clock] * hours
            if self.ages[place] >= self.lives[place]:
                self._fail(place)
        self.fresh += hours
        return hours

    def _longest(self, change: dict[str, float]) -> float:
        fastest = max(abs(rate) / self.plan.span[row, 0] for row, rate in enumerate(change.values()))
        hours = min(self.fresh + ageing.SHORTEST, ageing.CHANGE / max(fastest, ageing.CHANGE / ageing.LONGEST))
        if self.fresh >= ageing.UNSTEADY:
            hours = max(hours, ageing.UNSTEADY)
        return math.ldexp(0.5, math.frexp(max(hours, ageing.SHORTEST))[1])

    def _fail(self, place: int) -> None:
        failure = self.plan.failures[place]
        grown = 3.0 * (self.ages[place] - self.lives[place]) / failure.growth if failure.growth else 1.5
        level = min(int(grown), 2)
        for row, effects in failure.effects.items():
            self.values[self.plan.names[row]] = effects[level]
