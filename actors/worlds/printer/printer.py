"""A virtual printer: a model, its parameters, its hours; it prints, wears, falls ill, and shows it."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

from actors.worlds.printer import observe, print_job
from actors.worlds.printer.component import parameters
from actors.worlds.printer.gcode import program
from actors.worlds.printer.gcode.deposit import Deposit, deposit
from actors.worlds.printer.machine import Machine, PrinterType, machines
from actors.worlds.printer.problem import ProblemSeverity, causes, possible, problems


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
        seed: decides the unit's tolerances, its wear and all noise; same seed and acts, same printer.

    Attributes:
        values: physical parameters by id, `component.parameter`, in the units of `data/components.yaml`.
        hours: printing hours.
        faults: what was introduced, in order.
    """

    type: PrinterType | str
    seed: int = 0
    hours: float = 0.0
    values: dict[str, float] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _acts: int = 0

    def __post_init__(self) -> None:
        models = machines()
        if str(self.type) not in models:
            raise ValueError(f"unknown printer type '{self.type}'; known are {', '.join(models)}")
        if not self.values:
            self.values = self._new()

    @property
    def machine(self) -> Machine:
        """The printer model."""
        return machines()[str(self.type)]

    def rng(self, purpose: str) -> random.Random:
        """Fresh random numbers for the next act; every act draws its own."""
        self._acts += 1
        return draw(self.seed, self.type, purpose, self._acts)

    def simulate_printing(self, hours: float) -> None:
        """Print for so many hours: parts wear, dirt gathers, settings drift.

        Mean rates are the parameters' `wear`, spread by a factor that is log-normal with sigma 0.4 a unit and part [E].

        Raises:
            ValueError: if hours is negative.
        """
        if hours < 0:
            raise ValueError(f"hours must not be negative, got {hours}")
        for key, parameter in self.machine.parameters.items():
            if parameter.wear:
                pace = draw(self.seed, self.type, "pace", key).lognormvariate(0.0, 0.4)
                low, high = parameter.range
                self.values[key] = min(max(self.values[key] + parameter.wear * pace * hours, low), high)
        self.hours += hours

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
        self.values.update(causes()[cause].at(ProblemSeverity(severity)))
        fault = Fault(problem, cause, ProblemSeverity(severity))
        self.faults.append(fault)
        return fault

    def print_test(self, model: str = "cube") -> print_job.PrintResult:
        """Print a test model (`cube`, 25 minutes, or `long`, 90) and measure it."""
        result = print_job.print_model(self.machine, self.values, model, self.rng(f"print {model}"))
        self.simulate_printing(result.minutes / 60.0)
        return result

    def print_file(self, file: Path) -> Deposit:
        """Print a file of G-code as far as the machine gets; `gcode.printed.measure` tells what it gave.

        Raises:
            GcodeInvalid: the file is missing, or no G-code.
        """
        done = deposit(self.machine, self.values, program.read(file, self.machine), self.rng("print file"))
        self.simulate_printing(done.ended / 3600.0)
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

    def _new(self) -> dict[str, float]:
        rng = draw(self.seed, self.type, "new")
        values = {}
        for key, parameter in parameters().items():
            (low, high), drawn = parameter.limits, rng.gauss(parameter.healthy, parameter.spread)
            edge = 0.2 * (high - low)  # a new machine is well inside its limits
            values[key] = min(max(drawn, low + (edge if low < parameter.healthy else 0.0)), high - edge)
        return values
