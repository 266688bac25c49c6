"""`journeyman try`: one scenario, shown step by step, and at the end what was really wrong."""

from __future__ import annotations

from importlib import import_module

import click

from configs.layers import Loaded
from ops.cli_options import settings_flags
from ops.console.screen import json_line
from ops.console.steps import StepView

EPILOG = """\b
Examples:
  journeyman try --difficulty easy --seed 7
  journeyman try --scenario ID --skillbook printer@3
"""


@click.command(name="try", epilog=EPILOG)
@settings_flags("world", "scenario", "scenarios", "difficulty", "agent", "skillbook", "store", "seed")
def command(loaded: Loaded) -> None:
    """Play one scenario and show it as it happens: words, turns, findings, verdict, truth. Nothing is learned."""
    settings = loaded.settings
    played = import_module("ops.training").play(settings, StepView(as_json=settings.json_output))
    if settings.json_output:
        json_line(played)
