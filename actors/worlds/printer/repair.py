"""Repairs: what hands do to a printer's parameters; it can be wrong, incomplete, or upset something else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from actors.worlds.printer.component import Parameter, Remedy
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import ProblemSeverity, causes, possible

TOOLS: dict[str, str] = {
    "clean": "clean",
    "tighten": "tighten",
    "reseat": "reseat",
    "lubricate": "lubricate",
    "dry": "dry",
    "adjust": "adjust",
    "replace": "replace",
}
"""Tool -> the remedy that it carries out."""
BOTCHED = 0.03
"""Chance that an act succeeds only half [E]."""
LEFT_BEHIND = {"clean": 0.1, "dry": 0.12, "lubricate": 0.12, "tighten": 0.0, "reseat": 0.0}
"""Share of the fault that a remedy leaves: one cold pull does not bring out everything."""


WIPE, WIPE_MINUTES = "ipa", 2.0
WIPED = (0.1, 0.9)
"""Share of the grease that a wipe with alcohol leaves: it thins it, and often only spreads it [S:Ellis]."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What an act did, as the technician knows it: what was done, not whether it helped.

    `spoiled` names the causes that careless work has brought about, which nobody is told.
    """

    text: str
    minutes: float
    money: float
    irreversible: bool
    spoiled: tuple[str, ...] = ()


class NotPossible(Exception):  # noqa: N818 - errors read as facts
    """Raised when an act has nothing to act on; the text lists what is allowed."""


def offers(machine: Machine) -> dict[str, list[str]]:
    """Every act that this model allows: tool -> targets. Parts for most tools, parameters for `adjust`."""
    found: dict[str, list[str]] = {tool: [] for tool in TOOLS}
    for part, component in machine.parts.items():
        kinds = {parameter.remedy for parameter in component.parameters.values()}
        for tool, remedy in TOOLS.items():
            if tool == "adjust":
                found[tool] += [f"{part}.{n}" for n, p in component.parameters.items() if p.remedy == "adjust"]
            elif tool == "replace":
                found[tool] += [part] if component.price > 0 else []
            elif remedy in kinds:
                found[tool].append(part)
    return found


def cost(machine: Machine, tool: str, target: str) -> tuple[float, float]:
    """Minutes and euros of an act that the model allows."""
    part = machine.parts[target.partition(".")[0]]
    if tool == "replace":
        return part.replace, part.price
    mended = [
        p
        for n, p in part.parameters.items()
        if _mends(p, tool) and target in (f"{_id(machine, part)}.{n}", _id(machine, part))
    ]
    return max(p.minutes for p in mended), max(p.money for p in mended)


def carry_out(printer: VirtualPrinter, tool: str, target: str, means: str = "") -> Repair:
    """Do it; `means` is what with, where that matters (`ipa` for a plate that is only wiped).

    Raises:
        NotPossible: if this model has no such part, or the act does not fit it.
    """
    machine = printer.machine
    allowed = offers(machine).get(tool, [])
    if target not in allowed:
        raise NotPossible(f"'{tool}' cannot be done on '{target}' here; it can on: {', '.join(allowed) or 'nothing'}")
    minutes, money = cost(machine, tool, target)
    rng = printer.rng(f"{tool} {target}")
    part_id = target.partition(".")[0]
    part = machine.parts[part_id]
    for name, parameter in part.parameters.items():
        key = f"{part_id}.{name}"
        if tool == "replace" or (_mends(parameter, tool) and target in (part_id, key)):
            before = printer.values[key]
            printer.values[key] = _after(parameter, before, tool, rng)
            if means == WIPE and key == "bed_surface.grease":
                minutes = WIPE_MINUTES
                printer.values[key] = max(printer.values[key], before * rng.uniform(*WIPED))
            if tool != "replace":
                _upset(printer, parameter.upsets, rng)
    if tool == "replace":
        _upset(printer, part.upsets, rng)
    if part.unloads:
        printer.values["filament.notch"] = 0.0
    spoiled = tuple(_spoil(printer, part.spoils.get(_remedy(tool), {}), rng))
    return Repair(f"{tool} {target}: done", minutes, money, tool == "replace", spoiled)


def _remedy(tool: str) -> Remedy:
    return cast("Remedy", TOOLS[tool])


def _upset(printer: VirtualPrinter, upsets: Mapping[str, float], rng: random.Random) -> None:
    """What was set is a little off after this work."""
    limits = printer.machine.parameters
    for key, sigma in upsets.items():
        if key in limits:
            low, high = limits[key].range
            printer.values[key] = min(max(printer.values[key] + rng.gauss(0.0, sigma), low), high)


def _spoil(printer: VirtualPrinter, chances: Mapping[str, float], rng: random.Random) -> Iterator[str]:
    """What this work breaks now and then."""
    for cause, chance in chances.items():
        if rng.random() < chance and possible(cause, printer.machine):
            printer.values.update(causes()[cause].at(ProblemSeverity.MODERATE, printer.machine.id))
            yield cause


def _mends(parameter: Parameter, tool: str) -> bool:
    return parameter.remedy == TOOLS[tool]


def _after(parameter: Parameter, value: float, tool: str, rng: random.Random) -> float:
    new = parameter.healthy + rng.gauss(0.0, 0.6 * parameter.spread)
    left = LEFT_BEHIND.get(tool, 0.0) * (value - new)
    if rng.random() < BOTCHED:
        left = 0.5 * (value - new)
    low, high = parameter.range
    return min(max(new + left, low), high)


def _id(machine: Machine, part: object) -> str:
    return next(key for key, candidate in machine.parts.items() if candidate is part)
