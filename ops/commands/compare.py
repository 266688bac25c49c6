"""`journeyman compare`: two recorded runs on the held-out scenarios that both played, pair by pair."""

from __future__ import annotations

import click

from ops import forks
from ops.cli_options import json_flag, store_flag, store_of
from ops.commands.evaluate import is_worse
from ops.commands.fork import compared_line
from ops.console.screen import json_line, say
from ops.console.text import line
from ops.failures import DONE, SAID_NO
from ops.logs import open_for_reading


@click.command(epilog="Example: journeyman compare train-1 train-2")
@click.argument("a", metavar="RUN_A")
@click.argument("b", metavar="RUN_B")
@store_flag
@json_flag
def command(a: str, b: str, store: str | None, as_json: bool) -> int:
    """Compare two runs; nothing is played. Exit 1 if the second is worse by more than chance."""
    with open_for_reading(store_of(store)) as log:
        found = forks.compared(log, a, b)
    if as_json:
        json_line(found)
    else:
        books = [line(found[one]["skillbook"]) for one in ("a", "b")]
        say(f"{line(a)} ({books[0]}) -> {line(b)} ({books[1]}): {compared_line(found)}")
        for name, scenarios in (("won", found["flips_won"]), ("lost", found["flips_lost"])):
            say(f"  {name}: {', '.join(line(one) for one in scenarios) or 'none'}")
    return SAID_NO if is_worse({"against": found}) else DONE
