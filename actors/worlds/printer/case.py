"""A case: from its key to the faulty printer on the bench, its reference repair, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from actors.worlds.port import Act
from actors.worlds.printer import repair, rubric
from actors.worlds.printer.bench import PRINT_MINUTES, PRINT_MONEY, TARGET, PrinterBench
from actors.worlds.printer.component import components
from actors.worlds.printer.machine import Machine, machines
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import ProblemSeverity, causes, problems, type_of

Plain = dict[str, Any]

_SAFETY = "Switch off, unplug and let it cool before you touch hot or live parts."

TRIES = 5
"""How often the reference repair repeats an act that was botched or incomplete."""


def set_up(key: Plain) -> VirtualPrinter:
    """The printer of a case: used, in order until its faults came."""
    printer = _used(key["machine"], key["seed"], float(key.get("hours", 0.0))).twin()
    for fault in key["faults"]:
        printer.introduce_problem(fault["type"], ProblemSeverity(fault["severity"]), cause=fault["cause"])
    return printer


@lru_cache(maxsize=64)
def _used(machine: str, seed: int, hours: float) -> VirtualPrinter:
    """A printer after so many hours that somebody looked after; a case is set up many times over."""
    printer = VirtualPrinter(machine, seed=seed)
    printer.simulate_printing(hours)
    printer.service()
    return printer


def machine_of(key: Plain) -> Machine:
    """The printer model of a case."""
    return machines()[key["machine"]]


def open_bench(key: Plain) -> PrinterBench:
    """The case on the table."""
    return PrinterBench(set_up(key), key)


@dataclass(frozen=True)
class Reference:
    """The reference repair.

    Attributes:
        acts: the cheapest acts that bring every parameter back, in order of the faults; ends with the submission.
        remedies: cause -> paths of the acts that were taken for it.
        par: its cost in euros, time and one acceptance print included.
        final: the bench's state afterwards.
    """

    acts: tuple[Act, ...]
    remedies: dict[str, list[str]]
    par: float
    final: Plain


def reference(key: Plain) -> Reference:
    """Repair the case knowing its key: of all acts that mend a parameter the cheapest, again where it did not take."""
    bench = open_bench(key)
    acts: list[Act] = []
    remedies: dict[str, list[str]] = {}
    for fault in key["faults"]:
        for parameter in causes()[fault["cause"]].effects:
            taken = _mend(bench, parameter)
            acts += taken
            paths = remedies.setdefault(fault["cause"], [])
            paths += [p for p in dict.fromkeys(path(act) for act in taken) if p not in paths]
    for _ in range(TRIES):  # what the repair itself has upset or spoiled
        for parameter in list(bench.printer.out_of_order()):
            acts += _mend(bench, parameter)
    acts += _recalibrate(bench, key, acts)
    acts.append(_right_submission(key, acts))
    bench.act(acts[-1])
    final = bench.final()
    par = rubric.cost(final["ledger"]) + rubric.MINUTE * PRINT_MINUTES["long"] + PRINT_MONEY["long"]
    return Reference(tuple(acts), remedies, par, final)


def path(act: Act) -> str:
    """An act as `tool:target`."""
    return f"{act.name}:{act.arguments[TARGET[act.name]]}"


def _mend(bench: PrinterBench, parameter: str) -> list[Act]:
    machine = bench.printer.machine
    part = parameter.partition(".")[0]
    limits = machine.parameters[parameter]
    tools = [(tool, parameter if tool == "adjust" else part) for tool in (limits.remedy, "replace")]
    allowed = [(t, target) for t, target in tools if target in repair.offers(machine)[t]]
    tool, target = min(allowed, key=lambda one: _price(bench, *one))
    acts: list[Act] = []
    while not limits.in_order(bench.printer.values[parameter]) and len(acts) < TRIES:
        acts.append(Act(tool, {TARGET[tool]: target}))
        bench.act(acts[-1])
    return acts


def _recalibrate(bench: PrinterBench, key: Plain, acts: list[Act]) -> list[Act]:
    """Set anew what new parts and adjustments have upset, if the machine does not print well without."""
    machine = bench.printer.machine
    new = [act.arguments[TARGET["replace"]] for act in acts if act.name == "replace"]
    set_anew = [act.arguments[TARGET["adjust"]] for act in acts if act.name == "adjust"]
    upset = [parameter for part in new for parameter in machine.parts[part].upsets]
    upset += [parameter for done in set_anew for parameter in machine.parameters[done].upsets]
    upset = [parameter for parameter in upset if parameter in machine.parameters]
    adjustable = [one for one in dict.fromkeys(upset) if machine.parameters[one].remedy == "adjust"]
    if not adjustable or rubric.is_repaired(key, bench.printer.values)[0]:
        return []
    again = [Act("adjust", {TARGET["adjust"]: parameter}) for parameter in adjustable]
    for act in again:
        bench.act(act)
    return again


def _price(bench: PrinterBench, tool: str, target: str) -> float:
    minutes, money = repair.cost(bench.printer.machine, tool, target)
    return rubric.MINUTE * minutes + money


def _right_submission(key: Plain, acts: list[Act]) -> Act:
    true = list(dict.fromkeys(fault["cause"] for fault in key["faults"]))
    named = "; ".join(f"{problems()[type_of(c)].title}: {_part(c)}, {causes()[c].title}" for c in true)
    return Act(
        "submit",
        {
            "problems": list(dict.fromkeys(type_of(c) for c in true)),
            "causes": [{"cause": c, "probability": 1.0} for c in true],
            "done": True,
            "work": list(dict.fromkeys(path(act) for act in acts)),
            "message": f"Found and repaired: {named}. {_SAFETY}",
        },
    )


def _part(cause: str) -> str:
    return components()[cause.partition(".")[0]].name
