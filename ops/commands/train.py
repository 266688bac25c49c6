"""`journeyman train`: practise on generated or given scenarios, write lessons into a skillbook, and compare."""

from __future__ import annotations

from importlib import import_module

import click

from configs.layers import Loaded
from ops import reports
from ops.cli_options import MODELS, settings_flags
from ops.console.legend import legend_of
from ops.console.progress import watching
from ops.console.screen import json_line, people, say
from ops.console.summary import summary
from ops.failures import DONE, SAID_NO
from ops.logs import open_for_reading
from ops.telemetry import telling

EPILOG = """\b
Examples:
  journeyman train
  journeyman train --episodes 200 --difficulty hard --runtime local
  journeyman train --set curated --episodes 14 --skillbook mine --json
  journeyman train --curriculum four_weeks
  journeyman train --resume train-1
"""


@click.command(epilog=EPILOG)
@settings_flags(
    "world", "scenarios", "set", "episodes", "difficulty", "curriculum", *MODELS, "reflector", "curator", "skillbook",
    "wave", "workers", "in_flight", "placement", "pools", "held_out", "learning", "review", "dropout",
    "skill_tokens", "retrieval", "resume", "store", "runtime", "ray_address", "seed", "log_json",
    skillbook="The book that is read and written on; it goes on from its latest version.  [a new one]",
)  # fmt: skip
def command(loaded: Loaded) -> int:
    """Practise, reflect, write the lessons down, practise again; then compare with and without the book."""
    settings = loaded.settings
    as_json = settings.json_output
    if not settings.resume:
        import_module("ops.paying").confirm(settings, settings.episodes + 3 * settings.held_out)
    with watching(people(as_json=as_json)) as bars, telling(bars, as_json=settings.log_json) as observer:
        run = import_module("ops.training").train(settings, observer)
    with open_for_reading(settings.store) as log:
        report = reports.report_of(log, run)
    if as_json:
        json_line(report)
    else:
        say("\n" + summary(report, maxima=legend_of(report["world"]).categories))
    return DONE if all(level["reached"] for level in report["levels"][-1:]) else SAID_NO
