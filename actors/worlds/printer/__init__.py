"""The printer world: simulated 3D printers that wear and fall ill, and the trade of setting them right."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actors.worlds.printer.curated import RealWorldScenarios
    from actors.worlds.printer.evaluator import ScenarioEvaluator
    from actors.worlds.printer.generator import ScenarioGenerator
    from actors.worlds.printer.machine import PrinterType
    from actors.worlds.printer.printer import VirtualPrinter
    from actors.worlds.printer.problem import ProblemSeverity

__all__ = [
    "PrinterType",
    "ProblemSeverity",
    "RealWorldScenarios",
    "ScenarioEvaluator",
    "ScenarioGenerator",
    "VirtualPrinter",
]

_HOMES = {
    "PrinterType": "machine",
    "ProblemSeverity": "problem",
    "RealWorldScenarios": "curated",
    "ScenarioEvaluator": "evaluator",
    "ScenarioGenerator": "generator",
    "VirtualPrinter": "printer",
}
"""Each name of the face and the module that it lives in; nothing is imported before somebody asks for it."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
