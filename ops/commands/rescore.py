"""`journeyman rescore`: another rubric over the recorded episodes of a run, compared with the one that was used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.console.summary import between
from ops.failures import WrongUse
from ops.logs import open_for_reading
from ops.rescoring import rescore, template

EPILOG = """\b
Examples:
  journeyman rescore --template > mine.yaml
  journeyman rescore --run train-1 --rubric mine.yaml
A rubric file holds the fields that differ: weights of the categories (together 100), `cap` of points
without a repair, `waste`, `falsehood`; `name` is by default the file's.
"""


@click.command(epilog=EPILOG)
@click.option("--run", default="", metavar="RUN", help="Whose episodes.  [the latest]")
@click.option("--rubric", metavar="FILE", help="The other rubric, in YAML.")
@click.option("--template", "wanted", is_flag=True, help="Write the world's own rubric, to be changed.")
@click.option("--world", default="printer", metavar="NAME", help="Whose rubric --template writes.  [printer]")
@store_flag
@json_flag
def command(run: str, rubric: str | None, wanted: bool, world: str, store: str | None, as_json: bool) -> None:
    """Judge recorded episodes by another rubric; calls no model and changes nothing."""
    if wanted:
        say(template(world).rstrip())
        return
    if not rubric:
        raise WrongUse("--rubric FILE says by what to judge; --template writes one to begin with")
    with open_for_reading(store_of(store)) as log:
        found = rescore(log, run, Path(rubric))
    if as_json:
        json_line(found)
    else:
        say(_words(found))


def _words(found: dict[str, Any]) -> str:
    means = found["mean"]
    lines = [
        f"Run {found['run']} by '{found['rubric']}' instead of '{found['against']}': {found['n']} episodes",
        (
            f"  Score        {means['rescored']:.1f}, recorded {means['recorded']:.1f}: "
            f"{found['difference']:+.1f}{between(found['ci95'])}"
        ),
        f"  Success      {len(found['flips_won'])} won, {len(found['flips_lost'])} lost",
    ]
    lines += [f"  Grade {flip['from']} to {flip['to']}  {flip['episode']}" for flip in found["grade_flips"]]
    lines += [f"  Left out     {one['episode']}: {one['why']}" for one in found["skipped"]]
    return "\n".join(lines)
