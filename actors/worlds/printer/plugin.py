"""Faults written in Python, where a YAML entry is not enough: packages offer them as entry points.

The group is `journeyman.printer_faults`. A fault says at each of the four severities what it does to physical
parameters, and may work that out from the machine; the rest is as in `data/problems.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable

from actors.worlds.printer.datafile import DataInvalid
from actors.worlds.printer.machine import Machine

GROUP = "journeyman.printer_faults"


@runtime_checkable
class PrinterFault(Protocol):
    """One root cause.

    Optional attributes: `aliases`, `needs`, `arises`, as in `data/problems.yaml`.

    Attributes:
        problem: id of the problem type that it belongs to.
        cause: its own id, `component.condition`.
        title: what it is, in a few words.
        share: of its problem type's occurrences.
    """

    problem: str
    cause: str
    title: str
    share: float

    def effects(self, machine: Machine) -> Mapping[str, Sequence[float]]:
        """Parameter -> value at minor, moderate, major, critical here; the parameters are the same everywhere."""
        ...


def offered() -> Iterator[tuple[str, PrinterFault]]:
    """Every fault that installed packages offer, with the name of who offers it.

    Raises:
        DataInvalid: it cannot be loaded, or is no fault.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        who = f"entry point '{point.name}' ({point.value}) of the group {GROUP}"
        try:
            found = point.load()
            fault = found() if isinstance(found, type) else found
        except Exception as error:  # foreign code may fail in any way; the message needs its name
            raise DataInvalid(f"{who}: cannot be loaded: {error}") from error
        if not isinstance(fault, PrinterFault):
            raise DataInvalid(f"{who}: is no fault; it needs problem, cause, title, share, effects(machine)")
        yield who, fault


def fields(who: str, fault: PrinterFault, models: Mapping[str, Machine]) -> dict[str, Any]:
    """A fault as the fields of a cause.

    Raises:
        DataInvalid: it fails for a machine, or acts on other parameters there.
    """
    own: dict[str, dict[str, Sequence[float]]] = {}
    for name, machine in models.items():
        try:
            own[name] = {key: tuple(values) for key, values in fault.effects(machine).items()}
        except Exception as error:
            raise DataInvalid(f"{who}: effects() fails for {name}: {error}") from error
    keys = {frozenset(effects) for effects in own.values()}
    if len(keys) != 1:
        raise DataInvalid(f"{who}: effects() must name the same parameters for every machine")
    more = {name: getattr(fault, name) for name in ("aliases", "needs", "arises") if hasattr(fault, name)}
    usual = next(iter(own.values()))
    return {"title": fault.title, "share": fault.share, "effects": usual, "by_machine": own, **more}
