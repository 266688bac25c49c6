"""`journeyman fork`: from a position of a run on, practise another way, and compare with what the run came to."""

from __future__ import annotations

from importlib import import_module

import click

from configs.layers import Loaded
from configs.settings import Settings
from events.log import open_log
from ops import forks, reports
from ops.cli_options import MODELS, settings_flags
from ops.console.legend import legend_of
from ops.console.progress import watching
from ops.console.screen import json_line, people, say
from ops.console.summary import summary
from ops.failures import WrongUse
from ops.logs import open_for_reading, placed

EPILOG = """\b
Examples:
  journeyman fork --run train-1 --at 2790 --as printer-b
  journeyman fork --run train-1 --at 2790 --as longer --episodes 120 --json
"""


@click.command(epilog=EPILOG)
@click.option("--run", "origin", required=True, metavar="RUN", help="The training to branch off from.")
@click.option("--at", required=True, metavar="POSITION", type=click.IntRange(min=1), help="The position of the log.")
@click.option("--as", "name", required=True, metavar="NAME", help="The new book's name.")
@settings_flags(
    "episodes", "difficulty", *MODELS, "reflector", "curator", "wave", "held_out",
    "learning", "workers", "store", "runtime", "ray_address",
    agent="Who plays the episodes.  [as in the run]",
    episodes="Episodes of the whole practice, those before the fork included.  [as in the run]",
    wave="As in `train`.  [as in the run]",
    held_out="As in `train`.  [as in the run]",
    difficulty="As in `train`.  [as in the run]",
)  # fmt: skip
def command(loaded: Loaded, origin: str, at: int, name: str) -> None:
    """Go on from a position of a training with a book and a run of its own; what is not given stays as it was."""
    store = loaded.settings.store
    open_for_reading(store).close()
    with open_log(placed(store)) as log:
        begun = forks.fork(log, origin, at, name)
    settings = as_forked(loaded, begun)
    played = max(settings.episodes - settings.from_wave * settings.wave, 0) + 3 * settings.held_out
    import_module("ops.paying").confirm(settings, played)
    with watching(people(as_json=settings.json_output)) as observer:
        run = import_module("ops.training").train(settings, observer)
    with open_for_reading(store) as log:
        report = reports.report_of(log, run)
        report["fork"] = {"of": origin, "at": at, "skillbook": name, "version": begun.version, "from_wave": begun.waves}
        report["compared"] = _compared(log, origin, run)
    if settings.json_output:
        json_line(report)
    else:
        say("\n" + summary(report, maxima=legend_of(report["world"]).categories))
        say(f"\n  Forked from {origin} at {at}: {compared_line(report['compared'])}")


def as_forked(loaded: Loaded, begun: forks.Fork) -> Settings:
    """The run's settings, with what the user gave as flags, and where it takes place now."""
    given = {
        key: value for key, value in loaded.settings.model_dump().items() if loaded.origins[_field(key)].layer == "flag"
    }
    place = {
        key: getattr(loaded.settings, key) for key in ("store", "runtime", "ray_address", "workers", "json_output")
    }
    fixed = {"skillbook": begun.skillbook, "from_wave": begun.waves, "resume": None}
    known = {key: value for key, value in begun.settings.items() if key in Settings.model_fields}
    return Settings.model_validate({**known, **place, **given, **fixed})


def _field(name: str) -> str:
    return "json" if name == "json_output" else name


def _compared(log: object, a: str, b: str) -> dict[str, object] | None:
    try:
        return forks.compared(log, a, b)  # type: ignore[arg-type]  # a log, opened above
    except WrongUse:
        return None


def compared_line(found: dict[str, object] | None) -> str:
    """The comparison in a line."""
    if found is None:
        return "no held-out scenario in common, so nothing to compare"
    interval = found["ci95"]
    between = f" (95 %: {interval[0]:.1f} to {interval[1]:.1f})" if isinstance(interval, list) else ""
    return f"{found['n']} pairs, {found['difference']:+.1f} points for the second{between}"
