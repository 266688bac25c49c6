"""`journeyman rescore`: another rubric, or another reflector, over the recorded episodes of a run, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from configs.settings import Settings
from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.console.summary import between
from ops.failures import WrongUse
from ops.logs import open_for_reading
from ops.rereflecting import reflect_again
from ops.rescoring import rescore, template

EPILOG = """\b
Examples:
  journeyman rescore --template > mine.yaml
  journeyman rescore --run train-1 --rubric mine.yaml
  journeyman rescore --run train-1 --reflector anthropic:claude-opus-5 --budget-usd 2
A rubric file holds the fields that differ: weights of the categories (together 100), `cap` of points
without a repair, `waste`, `falsehood`; `name` is by default the file's.
"""


@click.command(epilog=EPILOG)
@click.option("--run", default="", metavar="RUN", help="Whose episodes.  [the latest]")
@click.option("--rubric", metavar="FILE", help="The other rubric, in YAML.")
@click.option("--reflector", metavar="NAME", help="Another reflector instead: counting, or a model.")
@click.option("--base-url", metavar="URL", help="Where the reflector's model is.  [the provider's own]")
@click.option("--budget-usd", type=float, metavar="X", help="Dollars that the reflector's model may take.")
@click.option("--yes", is_flag=True, help="Ask a paid model without a question.")
@click.option("--template", "wanted", is_flag=True, help="Write the world's own rubric, to be changed.")
@click.option("--world", default="printer", metavar="NAME", help="Whose rubric --template writes.  [printer]")
@store_flag
@json_flag
def command(
    run: str, rubric: str | None, wanted: bool, world: str, store: str | None, as_json: bool, **asked: Any
) -> None:
    """Judge recorded episodes by another rubric, or draw lessons from them again; no book changes.

    A rubric calls no model and writes nothing. A reflector by model writes its calls as a run of its own.
    """
    if wanted:
        say(template(world).rstrip())
        return
    if asked["reflector"] and rubric:
        raise WrongUse("give --rubric or --reflector, one at a time")
    if asked["reflector"]:
        chosen = {name: value for name, value in asked.items() if value is not None}
        again = reflect_again(_settings(store_of(store), chosen), run)
        _show(again, _lessons(again), as_json=as_json)
        return
    if not rubric:
        raise WrongUse("--rubric FILE says by what to judge; --template writes one to begin with")
    with open_for_reading(store_of(store)) as log:
        found = rescore(log, run, Path(rubric))
    _show(found, _words(found), as_json=as_json)


def _settings(store: str, chosen: dict[str, Any]) -> Settings:
    try:
        return Settings(store=store, **chosen)
    except ValueError as error:
        raise WrongUse(f"--budget-usd or --reflector: {error}") from None


def _show(found: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        json_line(found)
    else:
        say(words)


def _lessons(found: dict[str, Any]) -> str:
    counts, cost = found["lessons"], found["cost"]
    others = ", ".join(found["against"])
    lines = [
        f"Run {found['run']} read by '{found['reflector']}' instead of {others}: {found['n']} episodes",
        (
            f"  Lessons      {counts['now']}, recorded {counts['recorded']}: {counts['same']} the same, "
            f"{counts['other_signs']} with other signs, {counts['other_cure']} with another cure"
        ),
    ]
    lines += [
        f"  {cause:<40} {one['recorded']} -> {one['now']}, {one['same']} the same"
        for cause, one in found["causes"].items()
        if one["same"] < max(one["recorded"], one["now"])
    ]
    if found["unheard"]:
        lines.append(f"  Not read     {len(found['unheard'])}: the budget was used up")
    if found["recorded_as"]:
        lines.append(f"  Cost         ${cost['usd']:.4f}, its calls are run {found['recorded_as']}")
    return "\n".join(lines)


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
