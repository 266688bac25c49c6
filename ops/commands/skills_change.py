"""The commands of `journeyman skills` that write on a book: each is one atomic event, and can be taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from events.log import open_log
from ops import books
from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.console.text import line
from ops.duplicates import duplicates as find_duplicates
from ops.duplicates import merge_duplicates
from ops.failures import WrongUse
from ops.feedback import give
from ops.imports import opened, take_in
from ops.logs import open_for_reading, placed
from ops.retraction import retract
from ops.review_queue import decide, waiting
from ops.standings import pin as set_pin
from ops.standings import roll_back
from skillbooks.formats.catalogue import READABLE

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


@click.command("feedback", epilog="Example: journeyman skills feedback --points 40 --task ticket-17")
@NAME
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="Done with this version.  [the current one]")
@click.option("--points", required=True, type=float, metavar="POINTS", help="How it went, from 0 to 100.")
@click.option("--task", default="", metavar="NAME", help="What was done.")
@BY
@store_flag
@json_flag
def feedback(
    name: str, version: int | None, points: float, task: str, by: str, store: str | None, as_json: bool
) -> None:
    """Record how a task in service went; a version that does worse than the one before is rolled back."""
    with writable(store) as log:
        found = give(log, plain_name(name), version, points, task=task, by=by)
    if as_json:
        json_line(found)
        return
    watch = found["watch"]
    book = f"{line(found['skillbook'])}@{found['version']}"
    say(f"recorded for {book}; {watch['n']} tasks, evidence {watch['evidence']:g}")
    if found["rolled_back"]:
        say(f"  rolled back to version {found['rolled_back']['current']}: {line(found['rolled_back']['reason'])}")


@click.command("review", epilog="Example: journeyman skills review skillbook/printer@4 --reject --reason 'too broad'")
@click.argument("proposal", required=False, metavar="[PROPOSAL]")
@NAME
@click.option("--accept", "verdict", flag_value="accept", help="Apply it.")
@click.option("--reject", "verdict", flag_value="reject", help="Refuse it; needs a reason.")
@click.option("--edit", metavar="FILE", help="Apply the operations of this JSON file in its place.")
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@BY
@store_flag
@json_flag
def review(
    proposal: str | None, name: str, verdict: str | None, edit: str | None, reason: str, by: str, store: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List the deltas that wait for a person (train --review), or decide about one."""
    if proposal is None:
        with open_for_reading(store_of(store)) as log:
            queue = waiting(log, plain_name(name))
        if as_json:
            json_line({"skillbook": name, "waiting": queue})
        else:
            say("\n".join(queue_lines(queue)) or "nothing waits")
        return
    if (verdict is None) == (edit is None):
        raise WrongUse("say one of --accept, --reject or --edit FILE")
    edited = read_operations_file(edit) if edit else None
    with writable(store) as log:
        found = decide(log, plain_name(name), proposal, accept=verdict != "reject", reason=reason, by=by, edited=edited)
    if as_json:
        json_line(found)
    else:
        say(f"{line(found['proposal'])}: {found['verdict']}; {line(name)} is at version {found['version']}")


def queue_lines(queue: list[Plain]) -> list[str]:
    """What waits, each delta with its operations."""
    told = []
    for one in queue:
        told.append(f"{line(one['proposal'])}  {one['time']}  run {line(one['run'])}, on version {one['base_version']}")
        for operation in one["operations"]:
            skill = operation.get("skill") or operation
            text = skill.get("strategy") or ", ".join(skill.get("cure", ())) or operation.get("reason", "")
            about = line(skill.get("suspect") or skill.get("id", ""), 36)
            told.append(f"    {line(operation['op']):<8} {about:<36} {line(text, 60)}")
    return told


def read_operations_file(file: str) -> list[Plain]:
    """Operations that a person wrote: a JSON list, or an object with `operations`.

    Raises:
        WrongUse: it cannot be read, or is none.
    """
    try:
        told = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUse(f"{file}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise WrongUse(f"{file}: is not JSON: {error}") from error
    found = told.get("operations") if isinstance(told, dict) else told
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise WrongUse(f"{file}: holds no list of operations; write those that `skills review --json` shows, changed")
    return found


@click.command("import", epilog="Example: journeyman skills import playbook.txt --skillbook mine --budget 4000")
@click.argument("path", metavar="FILE|FOLDER")
@NAME
@click.option("--format", "form", type=click.Choice(READABLE), default="auto", help="What it is.  [auto]")
@click.option("--budget", type=click.IntRange(min=50), metavar="TOKENS", help="Take no more than fits.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@store_flag
@json_flag
def import_book(
    path: str, name: str, form: str, budget: int | None, dry_run: bool, store: str | None, as_json: bool
) -> None:
    """Add skills of another book: our JSON, ace-framework v1 and v2, ACE playbooks, SKILL.md folders, Markdown."""
    found = opened(path, form, budget)
    told = {"skillbook": name, "version": None, "operations": {}, **found.report()}
    if not dry_run:
        with open_log(placed(store_of(store))) as log:
            told = take_in(log, plain_name(name), path, found)
    if as_json:
        json_line(told)
    else:
        say("\n".join(import_lines(told)))


def import_lines(told: Plain) -> list[str]:
    """What was taken of a file, and what not."""
    done = ", ".join(f"{count} {line(kind)}" for kind, count in sorted(told["operations"].items())) or "nothing written"
    rows = [f"{line(told['format'])}: {told['read']} entries read, {told['taken']} skills; {done}"]
    for label in ("duplicates", "refused"):
        rows += [f"  {label}: {line(name)}: {line(why, 90)}" for name, why in list(told[label].items())[:20]]
        rows += [f"  … {len(told[label]) - 20} more {label}"] if len(told[label]) > 20 else []  # noqa: PLR2004
    rows += [f"  {len(told['evicted'])} found no room in the budget"] if told["evicted"] else []
    rows += [f"  {len(told['inactive'])} were switched off there"] if told["inactive"] else []
    return rows


@click.command("duplicates", epilog="Example: journeyman skills duplicates --skillbook mine --merge")
@NAME
@click.option("--merge", is_flag=True, help="Merge each group into its earliest skill, which keeps the sources of all.")
@store_flag
@json_flag
def duplicates(name: str, merge: bool, store: str | None, as_json: bool) -> None:
    """List skills that say the same, or merge them; retired ones can be restored."""
    if merge:
        with writable(store) as log:
            told = merge_duplicates(log, plain_name(name))
    else:
        with open_for_reading(store_of(store)) as log:
            book = books.load(log, plain_name(name))
            told = {"skillbook": name, "version": book.version, "groups": find_duplicates(book)}
    if as_json:
        json_line(told)
        return
    groups = told["merged"] if merge else told["groups"]
    say("\n".join(f"{'merged' if merge else 'alike'}: {', '.join(map(line, ids))}" for ids in groups) or "none alike")


COMMANDS = [duplicates, import_book, feedback, review, retract_episode, rollback, pin]
