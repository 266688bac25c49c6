"""`journeyman log`: list runs, show and follow events, verify the chain, count what the log is made of, copy it."""

from __future__ import annotations

import threading
from typing import Any

import click

from ops.cli_options import json_flag, store_flag, store_of
from ops.commands import copies
from ops.console.screen import json_line, say
from ops.console.steps import fields
from ops.failures import DONE, SAID_NO
from ops.logs import as_plain, event_lines, find, last_events, open_for_reading, stats, verify_store

LOOKS = 0.5
"""Seconds between two looks at a log that is followed."""


@click.group(name="log", epilog="Example: journeyman log verify --store sqlite:///journeyman.db")
def command() -> None:
    """List runs, show events, follow the log, verify its chain, back it up, archive it."""


@command.command("list")
@store_flag
@json_flag
def list_runs(store: str | None, as_json: bool) -> None:
    """List the runs, oldest first."""
    from skillbooks.reports import run_line  # noqa: PLC0415 - only this command counts
    from skillbooks.runs import read_runs  # noqa: PLC0415

    with open_for_reading(store_of(store)) as log:
        runs = [run_line(run) for run in read_runs(log)]
    if as_json:
        json_line({"runs": runs})
        return
    for run in runs:
        say(
            f"{run['run']:<28} {run['status']:<9} {run['started']}  {run['command']:<8} "
            f"{run['episodes']:>6} episodes  {run['skillbook']}"
        )
    if not runs:
        say("No run yet; 'journeyman train' makes one.")


@command.command("show", epilog="Example: journeyman log show 17")
@click.argument("name")
@store_flag
@json_flag
def show(name: str, store: str | None, as_json: bool) -> None:
    """Show events whole: NAME is a position, a stream such as run/RUN, or a run."""
    with open_for_reading(store_of(store)) as log:
        events = find(log, name)
        if as_json:
            json_line({"events": [as_plain(event) for event in events]})
            return
        for event, heading in zip(events, event_lines(events), strict=True):
            say(heading)
            for text in fields(as_plain(event)["payload"]):
                say(f"          {text}")


@command.command("tail")
@click.option("-n", "--lines", default=20, metavar="N", type=click.IntRange(min=0), help="How many.  [20]")
@click.option("-f", "--follow", is_flag=True, help="Go on as events come in, until Ctrl-C.")
@store_flag
@json_flag
def tail(lines: int, follow: bool, store: str | None, as_json: bool) -> None:
    """Show the last events, one line each."""
    if follow and as_json:
        raise click.UsageError("--follow has no end, so it cannot be one JSON object; use it without --json")
    with open_for_reading(store_of(store)) as log:
        events = last_events(log, lines)
        if as_json:
            json_line({"events": [as_plain(event) for event in events]})
            return
        position = log.head().position
        say("\n".join(event_lines(events)) if events else "The log is empty.")
        while follow:
            threading.Event().wait(LOOKS)
            for event in log.read_all(position):
                position = event.position
                say(event_lines([event])[0])


@command.command("verify", epilog="Example: journeyman log verify --after 3120:9f86d081884c7d65…")
@click.option("--after", metavar="EVENTS:HEAD", help="Go on from what an earlier verification found good.")
@store_flag
@json_flag
def verify(after: str | None, store: str | None, as_json: bool) -> int:
    """Follow the hash chain from the first event to the last; exit 1 where the log is not what was written."""
    url = store_of(store)
    found = verify_store(url, after)
    if as_json:
        json_line(found)
    elif found["ok"]:
        say(f"{found['events']:,} events, every one as it was written; head {found['head']}")
    else:
        where = f" at position {found['first_bad']}" if found["first_bad"] else ""
        say(f"NOT as it was written{where}: {found['problem']}\n{found['events']:,} events before that hold.")
    return DONE if found["ok"] else SAID_NO


@command.command("stats")
@store_flag
@json_flag
def count(store: str | None, as_json: bool) -> None:
    """Count what the log is made of: events and bytes by type and category."""
    with open_for_reading(store_of(store)) as log:
        found = stats(log)
    if as_json:
        json_line(found)
        return
    say(
        f"{found['events']:,} events of {found['runs']} runs, {found['payload_bytes']:,} bytes of payload, "
        f"from {found['first']} to {found['last']}"
    )
    _table(found["categories"])
    _table(found["types"])
    for follower in found["followers"]:
        say(f"\n  follower {follower['name']} is at {follower['position']:,}, {follower['behind']:,} behind the head")
        for parked in follower["parked"]:
            say(f"    PARKED {parked['position']}, stream {parked['stream']}: {parked['error']}")


def _table(counts: dict[str, dict[str, Any]]) -> None:
    say("")
    for name, count_ in counts.items():
        say(f"  {name:<20} {count_['events']:>10,} events {count_['bytes']:>14,} bytes")


for _copying in (copies.export, copies.restore, copies.backup):
    command.add_command(_copying)
