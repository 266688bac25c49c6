"""`journeyman evaluate`: a frozen skillbook on scenarios that it was not made from, alone or against another book."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from configs.layers import Loaded
from ops.books import named
from ops.cli_options import settings_flags
from ops.console.progress import watching
from ops.console.screen import json_line, people, say
from ops.console.summary import evaluation_summary
from ops.failures import DONE, SAID_NO

EPILOG = """\b
Examples:
  journeyman evaluate --skillbook printer --against none
  journeyman evaluate --skillbook printer@6 --against printer@5 --episodes 80 --json
"""


@click.command(epilog=EPILOG)
@settings_flags(
    "world", "scenarios", "set", "episodes", "difficulty", "agent", "skillbook", "workers", "store", "runtime",
    "ray_address", "seed",
)  # fmt: skip
@click.option("--against", metavar="NAME[@VERSION]|none", help="Also play the same scenarios with this book.")
def command(loaded: Loaded, against: str | None) -> int:
    """Measure a book without changing it; exit 1 if it is worse than the one that it is held against."""
    settings = loaded.settings
    for reference in (settings.skillbook, against):
        if reference:
            named(reference)
    with watching(people(as_json=settings.json_output)) as observer:
        report = import_module("ops.training").evaluate(settings, against, observer)
    if settings.json_output:
        json_line(report)
    else:
        say("\n" + evaluation_summary(report))
    return SAID_NO if is_worse(report) else DONE


def is_worse(report: dict[str, Any]) -> bool:
    """Whether the whole interval of the difference lies below zero."""
    interval = report.get("against", {}).get("ci95")
    return bool(interval) and interval[1] < 0
