"""The ageing of printers of one model, all in arrays: state, time steps, and what has failed on the way.

A printer's steps follow from its own state alone: minutes after assembly and after work on it, two to four hours
while something changes fast, eight hours when it is steady. Time asked for that does not fill a step is owed: it
shows in `present`, and the step is taken whole later. So a history is the same whether a printer stands alone or among
a hundred thousand, and whether its hours are asked for in one piece or in many (to the rounding of their sum).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.ageing import chance, units
from actors.worlds.printer.ageing.layout import Failure, Layout, layout
from actors.worlds.printer.machine import Machine, loaded
from actors.worlds.printer.physics import wear
from actors.worlds.printer.physics.elementwise import Array
from actors.worlds.printer.physics.use import Use

SHORTEST, LONGEST = 1.0 / 8.0, 8.0
"""Hours of a step."""
CHANGE, UNSTEADY = 0.08, 2.0
"""Share of the width of its limits by which nothing changes more in a step, as far as steps of so many hours allow."""
GROWING = 4.0
"""Hours of a step, at the most, while a failure grows."""

CROWD = 0.7
"""Share of printers still to be aged below which the others are set aside."""

Chosen = NDArray[np.intp] | slice


@dataclass
class Record:
    """State of N printers of one model.

    Attributes:
        model: id of the printer model; `material` what is printed, None for its usual one.
        key: of each printer's random numbers (N).
        values: parameters (P, N), at the end of the last whole step.
        ages: hours on each failure's clock since the part was new (M, N); `lives` when it fails, `renewed` how often.
        fresh: hours since assembly or the last work on the printer (N).
        steps: how many steps were taken (N); the count of the random walks.
        owed: hours asked for beyond the last whole step (N).
    """

    model: str
    key: chance.Keys
    values: Array
    ages: Array
    lives: Array
    renewed: NDArray[np.uint16]
    fresh: Array
    steps: chance.Keys
    owed: Array
    material: str | None = None

    @classmethod
    def new(cls, model: str, key: chance.Keys, material: str | None = None) -> Self:
        """New printers with these keys."""
        plan, count = layout(model), len(key)
        renewed = np.zeros((len(plan.failures), count), dtype=np.uint16)
        return cls(
            model,
            key,
            units.new_values(plan, key),
            np.zeros((len(plan.failures), count)),
            units.lives(plan, key, renewed.astype(np.uint64)),
            renewed,
            np.zeros(count),
            np.zeros(count, dtype=np.uint64),
            np.zeros(count),
            material,
        )

    @property
    def nbytes(self) -> int:
        """Bytes of all state."""
        return sum(getattr(self, name).nbytes for name in _arrays())

    def take(self, chosen: Chosen) -> Record:
        """These printers: views of a slice, copies of a list of places."""
        parts = {name: getattr(self, name)[..., chosen] for name in _arrays()}
        return Record(self.model, **parts, material=self.material)

    def put(self, chosen: Chosen, part: Record) -> None:
        """Write back what was taken."""
        for name in _arrays():
            getattr(self, name)[..., chosen] = getattr(part, name)

    def advance(self, hours: Array | float, pace: Pace | None = None) -> Rates | None:
        """Owe so many hours more, and take every whole step that fits; `pace` is this record's, if it is at hand.

        A pace that is not `at_risk` wears parts and lets none of the failures' clocks run.

        Returns:
            how fast everything changes now, for `present`; None where some printers were set aside on the way.
        """
        self.owed += hours
        pace, part, chosen = pace or Pace.of(self), self, np.arange(len(self.owed))
        while True:
            rates = pace.rates(part)
            due = rates.step <= part.owed
            if not due.any():
                break
            part.step(rates, 1.0 if due.all() else due.astype(np.float64))
            if due.mean() < CROWD:
                self.put(chosen, part)
                still = np.flatnonzero(due)
                chosen = chosen[still]
                part, pace = self.take(chosen), pace.take(still)
        if part is self:
            return rates
        self.put(chosen, part)
        return None

    def present(self, pace: Pace | None = None, rates: Rates | None = None) -> Record:
        """A copy in which what is owed has been printed; `rates` are those of this state, if they are at hand."""
        found = self.take(np.arange(len(self.owed)))
        if found.owed.any():
            rates = rates or (pace or Pace.of(found)).rates(found)
            found.step(rates, found.owed / rates.step)
        return found

    def step(self, rates: Rates, portion: Array | float) -> None:
        """Age by this portion of a step (0 to 1), in place."""
        plan = layout(self.model)
        hours = rates.step * portion
        self.values += rates.change * hours
        for row in np.flatnonzero(plan.wander[:, 0]):
            walk = chance.normal(self.key, plan.wander_purpose[row], self.steps)
            self.values[row] += plan.wander[row, 0] * walk * np.sqrt(rates.step) * portion
        np.minimum(np.maximum(self.values, plan.low, out=self.values), plan.high, out=self.values)
        self.ages += rates.clocks * hours
        failed = self.ages >= self.lives
        for place in np.flatnonzero(failed.any(axis=1)):
            self._fail(plan, int(place), np.flatnonzero(failed[place]))
        self.fresh += hours
        self.steps += np.asarray(np.equal(portion, 1.0), dtype=np.uint64)
        self.owed -= hours

    def _fail(self, plan: Layout, place: int, who: NDArray[np.intp]) -> None:
        """Bring the parameters of a failure to where it has grown to; what is worse already stays."""
        failure = plan.failures[place]
        level = self.levels(plan, place, who)
        for row, effects in failure.effects.items():
            bad = _at(effects, level)
            now = self.values[row, who]
            self.values[row, who] = np.maximum(now, bad) if effects[3] >= effects[0] else np.minimum(now, bad)

    def levels(self, plan: Layout, place: int, who: NDArray[np.intp]) -> Array:
        """How far a failure has grown: 0 minor to 3 critical; what strikes at once is drawn from 1 to 3."""
        failure = plan.failures[place]
        if failure.growth == 0.0:
            renewed = self.renewed[place, who].astype(np.uint64)
            return 1.0 + 2.0 * chance.uniform(self.key[who], plan.life_purpose[place] + np.uint64(2), renewed)
        grown: Array = 3.0 * (self.ages[place, who] - self.lives[place, who]) / failure.growth
        return np.minimum(grown, 3.0)

    def renew(self, who: NDArray[np.intp], rows: set[int]) -> None:
        """Somebody has worked on these parameters of these printers: what can fail there begins a new life."""
        plan = layout(self.model)
        places = [p for p, failure in enumerate(plan.failures) if rows & failure.effects.keys()]
        self.fresh[who] = 0.0
        if not places:
            return
        at = np.ix_(np.array(places), who)
        self.ages[at] = 0.0
        self.renewed[at] += 1
        self.lives[:, who] = units.lives(plan, self.key[who], self.renewed[:, who].astype(np.uint64))

    def failures(self, place: int = 0) -> list[tuple[Failure, float]]:
        """What has failed in one printer and not been repaired, and how far it has grown (0 to 3)."""
        plan, who = layout(self.model), np.array([place])
        failed = np.flatnonzero(self.ages[:, place] >= self.lives[:, place])
        return [(plan.failures[one], float(self.levels(plan, int(one), who)[0])) for one in failed]


@dataclass(frozen=True)
class Rates:
    """How fast everything changes from here, and how long that holds.

    Attributes:
        step: hours of the next step (N), a power of two.
        change: of each parameter per hour (P, N).
        clocks: hours that each failure's clock counts per hour (M, N).
    """

    step: Array
    change: Array
    clocks: Array

    def take(self, chosen: Chosen) -> Rates:
        """Those of some printers."""
        return Rates(self.step[chosen], self.change[:, chosen], self.clocks[:, chosen])


@dataclass(frozen=True)
class Pace:
    """What stays the same while printers age: the machine, their use, and each part's own pace."""

    machine: Machine
    plan: Layout
    use: Use[Array]
    base: Array
    at_risk: bool = True

    @classmethod
    def of(cls, record: Record) -> Pace:
        """Looked up and drawn for the printers of a record."""
        plan = layout(record.model)
        machine = loaded(record.model, record.material)
        return cls(machine, plan, units.use_of(record.key, machine.material), units.paces(plan, record.key))

    def take(self, chosen: Chosen) -> Pace:
        """That of some printers."""
        use = Use(**{one.name: getattr(self.use, one.name)[chosen] for one in fields(self.use)})
        return Pace(self.machine, self.plan, use, self.base[:, chosen], self.at_risk)

    def rates(self, record: Record) -> Rates:
        """The equations of wear at the present state, and the step that they allow."""
        plan, rows = self.plan, record.values
        values = {name: rows[row] for name, row in plan.row.items()}
        strain = wear.strain(self.machine, values, self.use)
        stress = wear.stress(self.machine, values, self.use, strain)
        change = self.base.copy()
        change[[plan.row[name] for name in stress]] *= np.stack(list(stress.values()))
        clocks = np.stack(list(wear.clocks(self.use, strain).values()))[list(plan.clock)] * float(self.at_risk)
        room = np.minimum(np.maximum(change, plan.low - rows), plan.high - rows)  # what is worn out wears no further
        fastest = (np.abs(room) / plan.span).max(axis=0)
        hours = np.minimum(record.fresh + SHORTEST, CHANGE / np.maximum(fastest, CHANGE / LONGEST))
        hours = np.where(record.fresh < UNSTEADY, hours, np.maximum(hours, UNSTEADY))
        grown = record.ages - record.lives
        growing = ((grown >= 0.0) & (grown < plan.growth)).any(axis=0)
        hours = np.minimum(hours, np.where(growing, GROWING, LONGEST))
        return Rates(_power_of_two(np.maximum(hours, SHORTEST)), change, clocks)


def _arrays() -> list[str]:
    """Names of a record's arrays."""
    return [one.name for one in fields(Record) if one.name not in ("model", "material")]


def _power_of_two(hours: Array) -> Array:
    """The greatest power of two that is not longer."""
    found: Array = np.ldexp(0.5, np.frexp(hours)[1])
    return found


def _at(effects: tuple[float, float, float, float], level: Array) -> Array:
    """A parameter's value at a severity between 0 (minor) and 3 (critical)."""
    found: Array = np.interp(level, (0.0, 1.0, 2.0, 3.0), effects)
    return found
