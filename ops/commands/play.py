"""`journeyman try`: one scenario, shown step by step, and at the end what was really wrong."""

from __future__ import annotations

from importlib import import_module

import click

from configs.layers import Loaded
from ops.by_hand import HUMAN, for_a_person, seated
from ops.cli_options import MODELS, settings_flags
from ops.console.screen import json_line
from ops.console.steps import StepView

EPILOG = """\b
Examples:
  journeyman try --difficulty easy --seed 7
  journeyman try --scenario strings-like-cobwebs --skillbook printer
  journeyman try --agent human --seed 7          play it yourself, by the same rubric
"""


@click.command(name="try", epilog=EPILOG)
@settings_flags(
    "world", "scenario", "scenarios", "difficulty", *MODELS, "skillbook", "store", "runtime", "ray_address", "seed",
    scenario="One scenario, by its id; otherwise one is generated.",
    scenarios="The first scenario of a YAML or JSON file.",
    agent="Who plays the episode; human: you, at this terminal.  [apprentice]",
    skillbook="The book that the agent may read, or none.  [none]",
    runtime="local (one process) or ray.  [local]",
)  # fmt: skip
def command(loaded: Loaded) -> None:
    """Play one scenario and show it as it happens: words, turns, findings, verdict, truth. Nothing is learned."""
    settings = loaded.settings
    if settings.agent == HUMAN:
        settings = for_a_person(settings, loaded)
    elif loaded.origins["runtime"].layer == "default":
        settings = settings.model_copy(update={"runtime": "local", "workers": 1})
    with seated(settings):
        import_module("ops.paying").confirm(settings, 1)
        played = import_module("ops.training").play(settings, StepView(as_json=settings.json_output))
    if settings.json_output:
        json_line(played)
