"""`journeyman stress`: very many episodes in little memory, with checkpoints, and statistics folded from the log."""

from __future__ import annotations

from importlib import import_module

import click

from configs.layers import Loaded
from ops import reports
from ops.cli_options import MODELS, settings_flags
from ops.console.legend import legend_of
from ops.console.screen import json_line, people, say
from ops.console.stress import stress_summary, watching_stress
from ops.failures import DONE, SAID_NO
from ops.logs import open_for_reading
from ops.telemetry import telling

EPILOG = """\b
Examples:
  journeyman stress --episodes 10000 --checkpoint-every 500 --skillbook printer
  journeyman stress --episodes 2000 --repeats 4 --json
  journeyman stress --curriculum progressive --learning
  journeyman stress --resume stress-1
"""


@click.command(epilog=EPILOG)
@settings_flags(
    "world", "scenarios", "set", "episodes", "checkpoint_every", "repeats", "difficulty", "curriculum", *MODELS,
    "reflector", "curator", "skillbook", "resume", "workers", "in_flight", "placement", "pools", "episode_seconds",
    "skill_tokens", "store", "runtime", "ray_address", "seed", "log_json",
    episodes="How many episodes are played.  [60]",
    skillbook="The book that is played with, frozen; with --learning the one that is written on.  [none]",
)  # fmt: skip
@click.option("--learning", is_flag=True, help="Draw lessons, and write a version of the book at each checkpoint.")
def command(loaded: Loaded, *, learning: bool) -> int:
    """Play 1,000 to 1,000,000 episodes; what was finished is never lost, and --resume goes on behind it."""
    settings = loaded.settings.model_copy(update={"learning": learning})
    as_json = settings.json_output
    if not settings.resume:
        import_module("ops.paying").confirm(settings, settings.episodes)
    watching = watching_stress(people(as_json=as_json), settings.checkpoint_every)
    with watching as bars, telling(bars, as_json=settings.log_json) as observer:
        run = import_module("ops.training").stress(settings, observer)
    with open_for_reading(settings.store) as log:
        report = reports.stress_of(log, run)
    if as_json:
        json_line(report)
    else:
        say("\n" + stress_summary(report, legend_of(report["world"]).categories))
    return DONE if all(level["reached"] for level in report["levels"][-1:]) else SAID_NO
