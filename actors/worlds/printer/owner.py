"""The simulated owner: carries out advice on the printer, prints a test, and goes on while it is not good."""

from __future__ import annotations

from collections.abc import Iterable

from actors.worlds.port import Act
from actors.worlds.printer.advice import Advice
from actors.worlds.printer.bench import PrinterBench

PATIENCE = 2
"""How often he repeats what he was told, where it can be repeated without a new part."""


def follow(bench: PrinterBench, advice: Advice) -> None:
    """Do what is advised; repeat it, and then do what is advised for the other case, as long as a test print is bad."""
    if not (advice.acts or advice.fallback):
        return
    _carry_out(bench, advice.acts)
    again = [act for act in advice.acts if act.name != "replace"]
    for _ in range(PATIENCE if again else 0):
        if _prints_well(bench):
            return
        _carry_out(bench, again)
    if advice.fallback and not _prints_well(bench):
        _carry_out(bench, advice.fallback)


def _carry_out(bench: PrinterBench, acts: Iterable[Act]) -> None:
    for act in acts:
        bench.act(act)


def _prints_well(bench: PrinterBench) -> bool:
    return bool(bench.act(Act("test_print", {"model": "long"})).data.get("good", False))
