"""The commands of `journeyman skills` that play: bisect a fall, let a gate decide about a version."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from configs.layers import Loaded
from configs.settings import Settings
from events.log import open_log
from ops import books
from ops.bisects import Played, Search, named_delta
from ops.cli_options import MODELS, settings_flags
from ops.console.progress import watching
from ops.console.screen import json_line, people, say
from ops.console.text import line
from ops.failures import DONE, SAID_NO, WrongUse
from ops.gates import promote as run_gate
from ops.gates import promote_by_hand
from ops.logs import open_for_reading, placed
from skillbooks.comparison import WITH
from skillbooks.gate import Rule
from skillbooks.runs import read_run

Plain = dict[str, Any]
PLAYING = (
    "world", *MODELS, "difficulty", "held_out", "skillbook", "workers", "store", "runtime", "ray_address", "seed",
)  # fmt: skip


@click.command("bisect", epilog="Example: journeyman skills bisect --metric identification --from 2 --to 9")
@settings_flags(*PLAYING, skillbook="Which book, by NAME.  [printer]")
@click.option(
    "--metric", default="points", metavar="NAME", help="points, success, or a category of the rubric.  [points]"
)
@click.option("--from", "good", required=True, type=click.IntRange(min=0), metavar="A", help="A version that was good.")
@click.option("--to", "bad", required=True, type=click.IntRange(min=1), metavar="B", help="A later one that is worse.")
def bisect(loaded: Loaded, metric: str, good: int, bad: int) -> int:
    """Find the delta that made held-out scores fall; exit 1 where there is no fall or the intervals do not decide."""
    settings = loaded.settings
    name = books.named(settings.skillbook or settings.world)[0]
    if not good < bad:
        raise WrongUse(f"--from {good} must be an earlier version than --to {bad}")
    with open_for_reading(settings.store) as log:
        for version in (good, bad):
            books.load(log, f"{name}@{version}")
    looks = 2 + (bad - good).bit_length()
    import_module("ops.paying").confirm(settings, looks * settings.held_out)
    with watching(people(as_json=settings.json_output)) as observer:

        def play(version: int) -> Played:
            chosen = settings.model_copy(update={"skillbook": f"{name}@{version}"})
            report = import_module("ops.training").evaluate(chosen, None, observer)
            with open_for_reading(settings.store) as log:
                return read_run(log, report["run"]).played("held_out", WITH)

        search = Search(play, metric)
        found = search.between(good, bad)
    with open_for_reading(settings.store) as log:
        found |= {"skillbook": name, "metric": metric, "steps": search.steps}
        found["delta"] = named_delta(log, name, found["version"])
    if settings.json_output:
        json_line(found)
    else:
        say("\n".join(_bisect_lines(found)))
    return DONE if found["verdict"] == "found" else SAID_NO


@click.command("promote", epilog="Example: journeyman skills promote --skillbook printer@6 --held-out 200")
@settings_flags(
    *PLAYING,
    skillbook="The version that is to become current.  [printer, its latest]",
    held_out="Most pairs that are played.  [200]",
)
@click.option("--method", type=click.Choice(["sequential", "fixed"]), default="sequential",
              help="Look after every 20 pairs, or decide once.  [sequential]")  # fmt: skip
@click.option("--alpha", type=click.FloatRange(0.0001, 0.5), default=0.05, metavar="RATE",
              help="How often a version passes that is no better, at most.  [0.05]")  # fmt: skip
@click.option("--margin", type=click.FloatRange(0.0, 1.0), default=0.1, metavar="SHARE",
              help="Share of a category's points that may be lost at most.  [0.1]")  # fmt: skip
@click.option("--by-hand", metavar="REASON", help="Promote without a gate; the reason is kept.")
@click.option("--by", default="", metavar="WHO", help="Who says so, for the log.")
def promote(loaded: Loaded, method: str, alpha: float, margin: float, by_hand: str | None, by: str) -> int:
    """Let a gate decide whether a version becomes current; exit 1 if it does not pass."""
    settings = loaded.settings
    reference = settings.skillbook or settings.world
    if by_hand:
        open_for_reading(settings.store).close()
        with open_log(placed(settings.store)) as log:
            found = promote_by_hand(log, reference, reason=by_hand, by=by)
    else:
        most = settings.held_out if loaded.origins["held_out"].layer != "default" else 200
        rule = Rule(
            method="fixed" if method == "fixed" else "sequential", alpha=alpha, margin=margin, most=max(most, 2)
        )
        import_module("ops.paying").confirm(settings, 2 * rule.most)
        with watching(people(as_json=settings.json_output)) as observer:

            def play(chosen: Settings, against: str) -> str:
                return str(import_module("ops.training").evaluate(chosen, against, observer)["run"])

            found = run_gate(settings, reference, rule, play, by=by)
    if settings.json_output:
        json_line(found)
    else:
        say("\n".join(gate_lines(found)))
    return DONE if found["promoted"] else SAID_NO


def gate_lines(found: Plain) -> list[str]:
    """What the gate said."""
    if found.get("gate") == "person":
        return [f"{line(found['skillbook'])}@{found['version']} is current now, on a person's word"]
    measured = f"{found['difference']:+.2f} points, bound {found['bound']}, {found['n']} pairs"
    weighed = f"evidence {found['evidence']:g} of {1 / found['alpha']:g}"
    told = [
        f"{line(found['skillbook'])}@{found['version']} against {line(found['against'])}: {measured}, {weighed}",
        f"  won: {', '.join(line(one) for one in found['flips_won'][:12]) or 'none'}",
        f"  lost: {', '.join(line(one) for one in found['flips_lost'][:12]) or 'none'}",
    ]
    told += [f"  not passed: {line(reason)}" for reason in found["reasons"]]
    return told + (["  it is the current version now"] if found["promoted"] else [])


def _bisect_lines(found: Plain) -> list[str]:
    told = [f"{line(found['skillbook'])}, {line(found['metric'])}:"]
    told += [f"  version {one['version']}: mean {one['mean']} (n {one['n']})" for one in found["steps"]]
    difference, (good, bad) = found["difference"], found["candidates"]
    change = f"{difference['value']:+.2f} (95 %: {difference['ci95']}, n {difference['n']})"
    if found["verdict"] == "found":
        delta = found["delta"]
        told.append(f"Version {bad} made it fall by {change}: position {delta['position']}, run {line(delta['run'])}")
        told += [
            f"  {line(one['op'])} {line((one.get('skill') or one).get('id', ''))}  from {', '.join(names[:4])}"
            for one, names in zip(delta["operations"], delta["sources"], strict=False)
        ]
    elif found["verdict"] == "no fall":
        told.append(f"Version {bad} is not worse than {good} by more than chance: {change}")
    else:
        told.append(f"Somewhere from {good} to {bad} it fell by {change}; the intervals between do not decide.")
        told.append("More pairs may: --held-out N")
    return told


COMMANDS = [bisect, promote]
