"""The commands of `journeyman skills` that write on a book: each is one atomic event, and can be taken back."""

from __future__ import annotations

from typing import Any

import click

from events.log import open_log
from ops import books
from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.console.text import line
from ops.failures import WrongUse
from ops.logs import open_for_reading, placed
from ops.retraction import retract
from ops.standings import pin as set_pin
from ops.standings import roll_back

Plain = dict[str, Any]
NAME = click.option("--skillbook", "name", default="printer", metavar="NAME", help="Which book.  [printer]")
BY = click.option("--by", default="", metavar="WHO", help="Who says so, for the log.")


def writable(store: str | None) -> Any:
    """The log, open for writing; one that is not there is not made for a change that it cannot hold."""
    url = store_of(store)
    open_for_reading(url).close()
    return open_log(placed(url))


def plain_name(name: str) -> str:
    """A book's name without a version: a change goes on from the latest.

    Raises:
        WrongUse: a version is named.
    """
    found, version = books.named(name)
    if version is not None:
        raise WrongUse(f"a change is made to the latest version; write --skillbook {found}, without @{version}")
    return found


@click.command("retract-episode")
@click.argument("episode", metavar="EPISODE")
@click.option("--reason", default="retracted by a person", metavar="TEXT", help="Why, for the log.")
@BY
@store_flag
@json_flag
def retract_episode(episode: str, reason: str, by: str, store: str | None, as_json: bool) -> None:
    """Unlearn an episode: what was learned only from it goes, what others confirmed stays."""
    with writable(store) as log:
        found = retract(log, episode, reason=reason, by=by)
    if as_json:
        json_line(found)
        return
    if found["already"]:
        say(f"{line(found['episode'])} was retracted before; nothing changed")
    for one in found["skillbooks"]:
        gone, revised = len(one["gone"]), len(one["revised"])
        say(f"{line(one['skillbook'])}@{one['version']}: {gone} skills gone, {revised} revised")


@click.command("rollback")
@NAME
@click.option(
    "--to", metavar="VERSION", type=click.IntRange(min=0), help="Which one.  [the one that was current before]"
)
@click.option("--reason", default="rolled back by a person", metavar="TEXT", help="Why, for the log.")
@BY
@store_flag
@json_flag
def rollback(name: str, to: int | None, reason: str, by: str, store: str | None, as_json: bool) -> None:
    """Make the texts of an earlier version current again; nothing is lost, and the way back is a rollback too."""
    with writable(store) as log:
        found = roll_back(log, plain_name(name), to, reason=reason, by=by)
    if as_json:
        json_line(found)
    else:
        say(
            f"{line(found['skillbook'])}: version {found['restored']} is current again, as version {found['version']} "
            f"({found['skills']} skills)"
        )


@click.command("pin")
@click.argument("skill", metavar="ID")
@NAME
@click.option("--remove", is_flag=True, help="Give the skill free again.")
@store_flag
@json_flag
def pin(skill: str, name: str, remove: bool, store: str | None, as_json: bool) -> None:
    """Protect a skill: until it is unpinned nothing revises, merges or retires it."""
    with writable(store) as log:
        found = set_pin(log, plain_name(name), skill, pinned=not remove)
    if as_json:
        json_line(found)
    else:
        say(f"{line(found['skillbook'])}@{found['version']}: pinned are {', '.join(found['pinned']) or 'none'}")


COMMANDS = [retract_episode, rollback, pin]
