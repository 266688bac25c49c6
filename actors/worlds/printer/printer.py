"""A virtual printer: a model, its parameters, its hours; it prints, wears, falls ill, and shows it."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from actors.worlds.printer import observe, print_job
from actors.worlds.printer.ageing import chance, units
from actors.worlds.printer.ageing.layout import layout
from actors.worlds.printer.ageing.record import Pace, Record
from actors.worlds.printer.gcode import program
from actors.worlds.printer.gcode.deposit import Deposit, deposit
from actors.worlds.printer.machine import Machine, PrinterType, loaded
from actors.worlds.printer.physics import flow
from actors.worlds.printer.problem import ProblemSeverity, causes, possible, problems, type_of


def draw(*parts: object) -> random.Random:
    """A generator of random numbers that depends on these parts alone, on every machine and in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return random.Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was introduced: problem type, root cause, severity."""

    type: str
    cause: str
    severity: ProblemSeverity

    def plain(self) -> dict[str, str]:
        """As a record holds it."""
        return {"type": self.type, "cause": self.cause, "severity": str(self.severity)}


@dataclass
class VirtualPrinter:
    """One simulated printer.

    Args:
        type: printer model, a `PrinterType` or the id of a model from a data file.
        material: what is loaded, an id of `materials.yaml`; None for what this model usually prints (PLA).
        seed: decides the unit's tolerances, its wear and all noise; same seed and acts, same printer.

    Attributes:
        values: physical parameters by id, `component.parameter`, in the units of `data/components.yaml`.
        hours: printing hours.
        faults: what was introduced, in order.
        record: its wear clock, once it has printed.
    """

    type: PrinterType | str
    seed: int = 0
    hours: float = 0.0
    values: dict[str, float] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    material: str | None = None
    _acts: int = 0
    record: Record | None = field(default=None, compare=False, repr=False)
    _seen: dict[str, float] = field(default_factory=dict, compare=False, repr=False)
    _pace: Pace | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        loaded(str(self.type), self.material)
        if not self.values:
            drawn = units.new_values(layout(str(self.type)), self._key())
            self.values = dict(zip(layout(str(self.type)).names, drawn[:, 0].tolist(), strict=True))
        self._seen = self._seen or dict(self.values)

    @property
    def machine(self) -> Machine:
        """The printer model, with what is loaded."""
        return loaded(str(self.type), self.material)

    def rng(self, purpose: str) -> random.Random:
        """Fresh random numbers for the next act; every act draws its own."""
        self._acts += 1
        return draw(self.seed, self.type, purpose, self._acts)

    def simulate_printing(self, hours: float) -> None:
        """Print for so many hours: parts wear, dirt gathers, settings drift, and now and then something fails.

        The equations are those of a fleet (`ageing.record`), with this printer alone in the arrays: its history is the
        same here and there, and however the hours are split. A part that was worked on since begins a new life.

        Raises:
            ValueError: if hours is negative.
        """
        if hours < 0:
            raise ValueError(f"hours must not be negative, got {hours}")
        if hours > 0:
            record = self.wear_clock()
            self._pace = self._pace or Pace.of(record)
            rates = record.advance(hours, self._pace)
            self._take(record.present(self._pace, rates), hours)

    def _print_on_the_bench(self, hours: float) -> None:
        """Wear without new failures: the print is short, and whether a repair holds must not hang on such luck."""
        record = self.wear_clock().present(self._pace)
        self._pace = self._pace or Pace.of(record)
        calm = replace(self._pace, at_risk=False)
        rates = record.advance(hours, calm)
        self.record = record.present(calm, rates)
        self._take(self.record, hours)

    def _take(self, now: Record, hours: float) -> None:
        self.values.update(zip(layout(now.model).names, now.values[:, 0].tolist(), strict=True))
        self._seen = dict(self.values)
        self.hours += hours

    def twin(self) -> VirtualPrinter:
        """The same printer once more, that goes its own way from here."""
        record = None if self.record is None else self.record.take(np.array([0]))
        values, faults, seen = dict(self.values), list(self.faults), dict(self._seen)
        return replace(self, values=values, faults=faults, record=record, _seen=seen)

    def wear_clock(self) -> Record:
        """Its state of ageing, with all that hands have done to it since it last printed."""
        if self.record is None or self.values != self._seen:
            self.record, self._seen = self._worked_on(), dict(self.values)
        return self.record

    @property
    def arisen(self) -> list[Fault]:
        """What has failed in service and has not been repaired, with how far it has grown by now."""
        if self.record is None:
            return []
        grades = list(ProblemSeverity)
        failed = self.record.present().failures()
        return [Fault(type_of(one.cause), one.cause, grades[int(level)]) for one, level in failed]

    def introduce_problem(
        self, problem: str, severity: ProblemSeverity = ProblemSeverity.MODERATE, *, cause: str | None = None
    ) -> Fault:
        """Bring about a problem; without `cause`, one of its root causes is drawn by how often it occurs.

        Raises:
            ValueError: if the problem or cause is unknown, or this model has not the part.
        """
        known = problems()
        if problem not in known:
            raise ValueError(f"unknown problem '{problem}'; known are {', '.join(known)}")
        choices = {key: c.share for key, c in known[problem].causes.items() if possible(key, self.machine)}
        if cause is None:
            if not choices:
                raise ValueError(f"a {self.machine.name} has no part that '{problem}' can befall")
            cause = self.rng("cause").choices(list(choices), weights=list(choices.values()))[0]
        if cause not in choices:
            raise ValueError(
                f"'{cause}' cannot cause '{problem}' on a {self.machine.name}; possible: {', '.join(choices)}"
            )
        self.values.update(causes()[cause].at(ProblemSeverity(severity), self.machine.id))
        fault = Fault(problem, cause, ProblemSeverity(severity))
        self.faults.append(fault)
        return fault

    def print_test(self, model: str = "cube") -> print_job.PrintResult:
        """Print a test model (`cube`, 25 minutes, or `long`, 90) and measure it."""
        result = print_job.print_model(self.machine, self.values, model, self.rng(f"print {model}"))
        self._print_on_the_bench(result.minutes / 60.0)
        if result.ground:
            self.values["filament.notch"] = max(self.values["filament.notch"], flow.GROUND)
        return result

    def print_file(self, file: Path) -> Deposit:
        """Print a file of G-code as far as the machine gets; `gcode.printed.measure` tells what it gave.

        Raises:
            GcodeInvalid: the file is missing, or no G-code.
        """
        done = deposit(self.machine, self.values, program.read(file, self.machine), self.rng("print file"))
        self.simulate_printing(done.ended / 3600.0)
        if done.strand is not None and done.strand.jammed < done.ended:
            self.values["filament.notch"] = max(self.values["filament.notch"], flow.GROUND)
        return done

    def get_symptoms(self) -> list[str]:
        """What an owner would notice, in plain words, most striking first; nothing changes by asking."""
        return [observe.WORDS[what] for what in self.observations()]

    def observations(self) -> list[str]:
        """Ids of what an owner would notice (see `observe`), most striking first."""
        return observe.notice(self.machine, self.values, draw(self.seed, self.type, "owner", len(self.faults)))

    def service(self) -> None:
        """Bring everything that has worn out of its limits back to healthy: a machine that somebody looked after."""
        for key in self.out_of_order():
            self.values[key] = self.machine.parameters[key].healthy

    def out_of_order(self) -> dict[str, float]:
        """Parameters outside their limits."""
        return {k: self.values[k] for k, p in self.machine.parameters.items() if not p.in_order(self.values[k])}

    def _worked_on(self) -> Record:
        """The wear clock up to now, with what hands have changed: parts that are in order again begin a new life."""
        plan = layout(str(self.type))
        if self.record is None:
            record = Record.new(str(self.type), self._key(), self.material)
        else:
            record = self.record.present()
            record.steps += np.uint64(1)  # what was owed has been printed now
        changed = [name for name in plan.names if self.values[name] != self._seen.get(name)]
        record.values[:, 0] = [self.values[name] for name in plan.names]
        limits = self.machine.parameters
        mended = {plan.row[name] for name in changed if name in limits and limits[name].in_order(self.values[name])}
        record.renew(np.array([0]), mended)
        return record

    def _key(self) -> chance.Keys:
        return chance.keys([self.seed], str(self.type))
