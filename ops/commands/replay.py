"""`journeyman replay`: rebuild a skillbook from the log, and prove that it is the one that the runs recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ops import books
from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.failures import DONE, SAID_NO
from ops.logs import open_for_reading
from ops.replays import replay
from ops.reports import write_whole


@click.command(epilog="Example: journeyman replay --skillbook printer --verify")
@click.option("--skillbook", "name", required=True, metavar="NAME", help="The book to rebuild.")
@click.option("--until", metavar="POSITION", type=click.IntRange(min=0), help="As of this position of the log.")
@click.option("--out", metavar="FILE", help="Write the book as JSON.")
@click.option("--verify", is_flag=True, help="Compare every version; exit 1 where one differs from what was recorded.")
@store_flag
@json_flag
def command(name: str, until: int | None, out: str | None, verify: bool, store: str | None, as_json: bool) -> int:
    """Rebuild a skillbook from the log; calls no model and changes nothing."""
    with open_for_reading(store_of(store)) as log:
        book, found = replay(log, name, until=until, thorough=verify)
    if out:
        write_whole(Path(out), books.as_json(book))
    if as_json:
        json_line(found)
    else:
        say(_words(found))
    return SAID_NO if verify and not found["matches"] else DONE


def _words(found: dict[str, Any]) -> str:
    book = found["skillbook"]
    text = (
        f"Skillbook {book['name']}@{book['version']}: {book['skills']} skills, rebuilt from {found['events']} events "
        f"up to position {found['position']}\n  sha256 {book['sha256']}\n"
    )
    if found["matches"]:
        return text + f"  the same as recorded ({found['compared']} hashes compared)"
    return text + f"  NOT as recorded; first difference: {found['first_difference']}"
