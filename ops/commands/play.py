"""`journeyman try`: one scenario, shown step by step, and at the end what was really wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import click

from configs.layers import Loaded
from configs.settings import Settings
from ops.cli_options import MODELS, settings_flags
from ops.console.screen import json_line, people, say
from ops.console.steps import StepView

HUMAN = "human"
PATIENCE = 30 * 86_400.0
"""Seconds that a person may take over a case, unless it is said otherwise: a month."""

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
        settings = _for_a_person(loaded)
    elif loaded.origins["runtime"].layer == "default":
        settings = settings.model_copy(update={"runtime": "local", "workers": 1})
    with _seated(settings):
        import_module("ops.paying").confirm(settings, 1)
        played = import_module("ops.training").play(settings, StepView(as_json=settings.json_output))
    if settings.json_output:
        json_line(played)


def _for_a_person(loaded: Loaded) -> Settings:
    """A person plays in this very process, one case at a time, and may think for long."""
    settings = loaded.settings
    if settings.runtime == "ray" and loaded.origins["runtime"].layer != "default":
        say("a person plays in this process: --runtime local is used", as_json=settings.json_output)
    changed: dict[str, object] = {"runtime": "local", "workers": 1, "in_flight": 1}
    if loaded.origins["episode_seconds"].layer == "default":
        changed["episode_seconds"] = PATIENCE
    return settings.model_copy(update=changed)


@contextmanager
def _seated(settings: Settings) -> Iterator[None]:
    """Let a person sit down at the terminal, if it is one who plays, and get up again."""
    if settings.agent != HUMAN:
        yield
        return
    models = import_module("actors.llm.catalogue")
    terminal = import_module("ops.console.terminal").Terminal(people(as_json=settings.json_output))
    models.introduce(HUMAN, import_module("actors.llm.human.model").Person(terminal))
    try:
        yield
    finally:
        models.withdraw(HUMAN)
