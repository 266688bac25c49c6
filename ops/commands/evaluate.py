"""`journeyman evaluate`: a frozen skillbook on scenarios that it was not made from, alone or against another book."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import click

from actors.runtime.observer import Observer
from configs.layers import Loaded
from configs.settings import Settings
from events.errors import LogError
from ops.books import named
from ops.by_hand import HUMAN, for_a_person, seated
from ops.cli_options import MODELS, settings_flags
from ops.console.legend import legend_of
from ops.console.progress import watching
from ops.console.screen import json_line, people, say
from ops.console.steps import StepView
from ops.console.summary import evaluation_summary
from ops.failures import DONE, SAID_NO, WrongUse
from ops.logs import open_for_reading
from ops.planning import plan_line, planned

EPILOG = """\b
Examples:
  journeyman evaluate --skillbook printer --against none
  journeyman evaluate --skillbook printer --set curated
  journeyman evaluate --skillbook printer@6 --against printer@5 --held-out 80 --json
  journeyman evaluate --agent human --skillbook none --held-out 5     you, on five cases; `compare` with a model
"""


@click.command(epilog=EPILOG)
@settings_flags(
    "world", "scenarios", "set", "episodes", "held_out", "difficulty", *MODELS, "skillbook", "workers", "store",
    "runtime", "ray_address", "seed", "repeats", "skill_tokens", "retrieval",
    skillbook="The book to measure, or none.  [the world's name]",
    episodes="The same as --held-out.",
    repeats="How often each scenario is played, for pass^k.  [1]",
    held_out="How many scenarios are played; those of a file or set are played once each.  [40]",
)  # fmt: skip
@click.option("--against", metavar="NAME[@VERSION]|none", help="Also play the same scenarios with this book.")
@click.option(
    "--shuffled", is_flag=True, help="Play the book with its conclusions shuffled: does it help as it stands?"
)
def command(loaded: Loaded, against: str | None, *, shuffled: bool) -> int:
    """Measure a book without changing it; exit 1 if it is worse than the one that it is held against."""
    settings = counted(loaded)
    for reference in (settings.skillbook, against):
        if reference:
            named(reference)
    if settings.agent == HUMAN:
        settings = _by_hand(settings, loaded, against)
    import_module("ops.paying").confirm(settings, settings.held_out * (2 if against else 1))
    plan = _planned(settings) if against else None
    if plan:
        say(plan_line(plan), as_json=True)
    with seated(settings), _watching(settings) as observer:
        report = import_module("ops.training").evaluate(settings, against, observer, mixed_up=shuffled)
    if plan:
        report["planned"] = plan
    if settings.json_output:
        json_line(report)
    else:
        say("\n" + evaluation_summary(report, legend_of(settings.world).categories))
    return SAID_NO if is_worse(report) else DONE


def _by_hand(settings: Settings, loaded: Loaded, against: str | None) -> Settings:
    """The settings for a person.

    Raises:
        WrongUse: the person would have to forget each case to play it again.
    """
    if against or settings.repeats > 1:
        raise WrongUse("a person remembers a case; leave --against and --repeats out, and `compare` two evaluations")
    return for_a_person(settings, loaded)


def _watching(settings: Settings) -> AbstractContextManager[Observer]:
    """A person sees the case, and nothing that moves."""
    if settings.agent == HUMAN:
        return nullcontext(StepView(as_json=settings.json_output))
    return watching(people(as_json=settings.json_output))


def _planned(settings: Settings) -> dict[str, Any]:
    """What so many pairs will be able to see, by what the log has of earlier ones."""
    count = settings.held_out * settings.repeats
    try:
        log = open_for_reading(settings.store)
    except LogError:  # there is no log yet; whoever cannot open it hears of it when the run begins
        return planned(None, count)
    with log:
        return planned(log, count)


def counted(loaded: Loaded) -> Settings:
    """The settings with the number of scenarios as `held_out`, however it was given: --episodes says the same here.

    Raises:
        WrongUse: there would be nothing to play.
    """
    settings = loaded.settings
    if loaded.origins["episodes"].layer == "flag":
        settings = settings.model_copy(update={"held_out": settings.episodes})
    if not settings.held_out:
        raise WrongUse("--held-out 0 leaves nothing to evaluate; give at least 1")
    return settings


def is_worse(report: dict[str, Any]) -> bool:
    """Whether the whole interval of the difference lies below zero."""
    interval = report.get("against", {}).get("ci95")
    return bool(interval) and interval[1] < 0
