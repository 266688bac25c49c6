"""`journeyman scenarios`: list, show, check, generate cases, type one in, and print a file to start from."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import click
import yaml

from actors.worlds import catalogue
from actors.worlds.port import Difficulty
from ops import scenarios
from ops.cli_options import json_flag
from ops.console.legend import legend_of
from ops.console.screen import json_line, people, say
from ops.console.steps import Teller
from ops.console.text import line
from ops.failures import DONE, SAID_NO
from ops.reports import write_whole

WORLD = click.option("--world", default="printer", metavar="NAME", help="Which trade.  [printer]")


@click.group(name="scenarios", epilog="Example: journeyman scenarios validate mine.yaml")
def command() -> None:
    """List, show, check, write and generate scenarios."""


@command.command("list")
@click.option("--set", "chosen", default="curated", metavar="NAME", help="Which set.  [curated]")
@WORLD
@json_flag
def list_scenarios(chosen: str, world: str, as_json: bool) -> None:
    """List the scenarios of a set."""
    found = scenarios.listed(catalogue.load(world).named(chosen))
    if as_json:
        json_line({"set": chosen, "scenarios": found})
        return
    for one in found:
        say(f"{line(one['id'], 32):<32} {one['difficulty']:<7} {line(one['title'], 72)}")


@command.command("show")
@click.argument("name", metavar="ID")
@WORLD
@json_flag
def show(name: str, world: str, as_json: bool) -> None:
    """Show one scenario with its answer."""
    for found in catalogue.load(world).named(name):
        if as_json:
            json_line(asdict(found))
            return
        say(f"{found.id}: {found.title} ({found.difficulty}, {found.source})\n")
        teller = Teller(legend_of(world))
        say("\n".join([*teller.told("brief", found.brief), *teller.told("key", found.key)]))


@command.command("validate")
@click.argument("file", metavar="FILE")
@WORLD
@json_flag
def validate(file: str, world: str, as_json: bool) -> int:
    """Check a file of scenarios: its form, then each case with the test agents; exit 1 if something is wrong."""
    found = scenarios.validate(world, file)
    if as_json:
        json_line(found)
    elif found["ok"]:
        say(f"{file}: {found['scenarios']} scenarios, all in order")
    for problem in found["problems"]:
        where = f"{problem['field']}: " if problem["field"] else ""
        say(f"{problem['file']}:{problem['line']}: {where}{problem['text']}", as_json=as_json)
    for flaw in found["flaws"]:
        say(f"{file}: {flaw['scenario'] or 'the set'}: {flaw['text']}", as_json=as_json)
    return DONE if found["ok"] else SAID_NO


@command.command("template")
@WORLD
@json_flag
def template(world: str, as_json: bool) -> None:
    """Print a commented file to start from."""
    text = scenarios.template(world)
    if as_json:
        json_line({"template": text})
    else:
        say(text.rstrip("\n"))


@command.command("generate", epilog="Example: journeyman scenarios generate -n 20 --difficulty hard --to hard.yaml")
@click.option("-n", "--count", default=10, metavar="N", type=click.IntRange(1, 100_000), help="How many.  [10]")
@click.option("--difficulty", default="mixed", type=click.Choice(get_args(Difficulty)), help="How hard.  [mixed]")
@click.option("--seed", default=0, metavar="N", type=click.IntRange(min=0), help="Which ones.  [0]")
@click.option("--to", "file", metavar="FILE", help="Write to a file instead of standard output.")
@WORLD
@json_flag
def generate(count: int, difficulty: str, seed: int, file: str | None, world: str, as_json: bool) -> None:
    """Generate scenarios as a file that people can read, change and practise on with --scenarios."""
    found = list(scenarios.generate(world, count=count, seed=seed, difficulty=difficulty))
    if file:
        write_whole(Path(file), _as_yaml(found))
        say(f"{len(found)} scenarios written to {file}", as_json=as_json)
    elif not as_json:
        say(_as_yaml(found).rstrip("\n"))
    if as_json:
        json_line({"scenarios": found, "file": file})


@command.command("new", epilog="Example: journeyman scenarios new --out mine.yaml")
@click.option("--out", "file", default="mine.yaml", metavar="FILE", help="Written, or appended to.  [mine.yaml]")
@WORLD
@json_flag
def new(file: str, world: str, as_json: bool) -> int:
    """Type a scenario in, field by field; exit 1 if the test agents find something wrong with it."""
    writing = import_module("ops.writing")
    console = import_module("ops.console.terminal").Terminal(people(as_json=as_json))
    written = writing.write_one(console, world, file)
    if as_json:
        json_line(written)
    return DONE if written["ok"] else SAID_NO


def _as_yaml(records: list[dict[str, Any]]) -> str:
    return yaml.safe_dump({"scenarios": records}, sort_keys=False, allow_unicode=True, width=110)
