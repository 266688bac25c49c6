"""`journeyman skills`: what was learned, when and by which run."""

from __future__ import annotations

from pathlib import Path

import click

from ops import books
from ops.blame import blame as find_blame
from ops.cli_options import json_flag, store_flag, store_of
from ops.commands import skills_change, skills_measure
from ops.console.screen import json_line, say
from ops.console.skills import blame_lines, book_lines, credit_lines, difference_lines, history_lines, skill_lines
from ops.credits import credit_report
from ops.failures import WrongUse
from ops.logs import open_for_reading
from ops.reports import write_whole
from skillbooks.formats.catalogue import WRITERS
from skillbooks.formats.texts import write_skill_files
from skillbooks.skillbook import Skillbook

BOOK = click.option(
    "--skillbook", "reference", default="printer", metavar="NAME[@VERSION]", help="Which book.  [printer]"
)


@click.group(name="skills", epilog="Example: journeyman skills show ID --skillbook printer@3")
def command() -> None:
    """List, show, explain, undo and export skills."""


for _further in (*skills_change.COMMANDS, *skills_measure.COMMANDS):
    command.add_command(_further)


@command.command("list")
@BOOK
@click.option("--at", metavar="POSITION", type=click.IntRange(min=0), help="As of this position of the log.")
@store_flag
@json_flag
def list_skills(reference: str, at: int | None, store: str | None, as_json: bool) -> None:
    """List the skills of a book."""
    with open_for_reading(store_of(store)) as log:
        book = books.load(log, reference, upto=None if at is None else books.inside(log, at))
    if as_json:
        json_line(books.as_plain(book))
    else:
        say("\n".join(book_lines(book)))


@command.command("show")
@click.argument("skill", metavar="ID")
@BOOK
@store_flag
@json_flag
def show(skill: str, reference: str, store: str | None, as_json: bool) -> None:
    """Show one skill whole."""
    with open_for_reading(store_of(store)) as log:
        found = books.find(books.load(log, reference), skill)
    if as_json:
        json_line(found.model_dump(mode="json"))
    else:
        say("\n".join(skill_lines(found)))


@command.command("history")
@BOOK
@store_flag
@json_flag
def history(reference: str, store: str | None, as_json: bool) -> None:
    """Tell what happened to a book: every version, and every refusal with its reason."""
    name = books.named(reference)[0]
    with open_for_reading(store_of(store)) as log:
        entries = books.history(log, name)
    if as_json:
        json_line({"skillbook": name, "history": entries})
    else:
        say("\n".join(history_lines(entries)))


@command.command("blame")
@click.argument("skill", metavar="ID")
@BOOK
@store_flag
@json_flag
def blame(skill: str, reference: str, store: str | None, as_json: bool) -> None:
    """Tell where a skill comes from: its text version by version, the deltas, the episodes and their scores."""
    with open_for_reading(store_of(store)) as log:
        found = find_blame(log, reference, skill)
    if as_json:
        json_line(found)
    else:
        say("\n".join(blame_lines(found)))


@command.command("credit")
@BOOK
@store_flag
@json_flag
def credit(reference: str, store: str | None, as_json: bool) -> None:
    """Tell what each skill is worth in points, from cases played with it and without it (train --dropout SHARE)."""
    with open_for_reading(store_of(store)) as log:
        found = credit_report(log, books.named(reference)[0])
    if as_json:
        json_line(found)
    else:
        say("\n".join(credit_lines(found)))


@command.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@BOOK
@store_flag
@json_flag
def diff(a: str, b: str, reference: str, store: str | None, as_json: bool) -> None:
    """Tell what book B says otherwise than A; each is NAME@VERSION, or a position of the log for --skillbook."""
    with open_for_reading(store_of(store)) as log:
        name = books.named(reference)[0]
        found = books.differences(books.either(log, name, a), books.either(log, name, b))
    if as_json:
        json_line(found)
    else:
        say("\n".join(difference_lines(found)))


@command.command("export")
@BOOK
@click.option(
    "--format", "form", type=click.Choice([*WRITERS, "md", "skill-md"]), default="json",
    help="Our JSON, books of other ACE tools, Markdown for people, a folder of agent skills.  [json]",
)  # fmt: skip
@click.option("--to", "file", metavar="FILE", help="Write to a file (skill-md: a folder) instead of standard output.")
@store_flag
@json_flag
def export(reference: str, form: str, file: str | None, store: str | None, as_json: bool) -> None:
    """Write a book in one of several formats."""
    with open_for_reading(store_of(store)) as log:
        book = books.load(log, reference)
    if form == "skill-md":
        _write_folder(book, file)
        say(f"{len(book.skills)} skills written to {file}", as_json=as_json)
        if as_json:
            json_line({**books.as_plain(book), "file": file})
        return
    text = books.as_markdown(book) if form == "md" else WRITERS[form](book)
    if file:
        write_whole(Path(file), text)
        say(f"{len(book.skills)} skills written to {file}", as_json=as_json)
    elif not as_json:
        say(text.rstrip("\n"))
    if as_json:
        json_line({**books.as_plain(book), "file": file})


def _write_folder(book: Skillbook, folder: str | None) -> None:
    """A folder of agent skills; nothing that stands in it is overwritten by halves.

    Raises:
        WrongUse: no folder is named.
    """
    if not folder:
        raise WrongUse("a folder of agent skills needs --to FOLDER")
    for name, text in write_skill_files(book).items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
