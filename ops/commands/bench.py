"""`journeyman bench`: how fast we are beside a peer, measured in the same rounds on this machine."""

from __future__ import annotations

from dataclasses import asdict

import click

from ops.bench.rounds import Row, report
from ops.cli_options import json_flag
from ops.console.screen import json_line, say
from ops.failures import DONE, SAID_NO


@click.group(name="bench", epilog="Example: journeyman bench log --rounds 5")
def command() -> None:
    """Measure our work beside a peer's; exit 1 where a promised ratio is not kept."""


@command.command("log")
@click.option("--rounds", default=5, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [5]")
@click.option("--episodes", default=40, metavar="N", type=click.IntRange(1, 100_000), help="Appended a round.  [40]")
@json_flag
def log(rounds: int, episodes: int, as_json: bool) -> int:
    """The event log beside a bare SQLite table."""
    from ops.bench.log import compare_logs  # noqa: PLC0415 - only this benchmark opens logs

    rows = compare_logs(rounds, episodes)
    found = report(rows)
    if as_json:
        json_line(found)
    else:
        say(found["machine"])
        say("\n".join(_line(row) for row in rows))
    return DONE if all(row.ok for row in rows) else SAID_NO


def _line(row: Row) -> str:
    shown = asdict(row)
    verdict = "ok" if row.ok else "MISSED"
    return (
        "{work:<30} {ours:>12,.0f} {unit}   {peer_name} {peer:>12,.0f}   ratio {ratio:.2f}, aim {aim:g} ".format(
            **shown
        )
        + verdict
    )
