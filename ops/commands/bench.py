"""`journeyman bench`: how fast we are beside a peer, measured in the same rounds on this machine."""

from __future__ import annotations

from dataclasses import asdict

import click

from ops.bench.rounds import Row, report
from ops.cli_options import json_flag
from ops.console.screen import json_line, say
from ops.failures import DONE, SAID_NO


@click.group(name="bench", epilog="Examples: journeyman bench log --rounds 5; journeyman bench agents --json")
def command() -> None:
    """Measure our work beside a peer's; exit 1 where a promised ratio is not kept."""


@command.command("log")
@click.option("--rounds", default=5, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [5]")
@click.option("--episodes", default=40, metavar="N", type=click.IntRange(1, 100_000), help="Appended a round.  [40]")
@click.option(
    "--grow", default=0, metavar="N", type=click.IntRange(0), help="Also fill a log of N events; 3000000 takes minutes."
)
@json_flag
def log(rounds: int, episodes: int, grow: int, as_json: bool) -> int:
    """The event log beside a bare table, the eventsourcing library, sixteen writers, and PostgreSQL."""
    from ops.bench.log import compare_logs  # noqa: PLC0415 - only this benchmark opens logs

    return _shown(compare_logs(rounds, episodes, grow), as_json=as_json)


@command.command("agents")
@click.option("--rounds", default=3, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [3]")
@click.option("--agents", default=1000, metavar="N", type=click.IntRange(1, 100_000), help="At the same time.  [1000]")
@json_flag
def agents(rounds: int, agents: int, as_json: bool) -> int:
    """Agents that wait for models, on Ray and in one process, beside bare asyncio; takes some minutes."""
    from ops.bench.agents import compare_agents  # noqa: PLC0415 - only this benchmark starts Ray

    return _shown(compare_agents(rounds, agents), as_json=as_json)


@command.command("stress")
@click.option("--rounds", default=3, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [3]")
@click.option("--agents", default=1000, metavar="N", type=click.IntRange(1, 100_000), help="At the same time.  [1000]")
@click.option("--inspect", default="", metavar="PYTHON", help="Interpreter that has Inspect AI, for the row beside it.")
@json_flag
def stress(rounds: int, agents: int, inspect: str, as_json: bool) -> int:
    """Whole episodes with the full log on, beside bare asyncio and others; takes some minutes."""
    from ops.bench.stress import compare_stress  # noqa: PLC0415 - only this benchmark starts teams

    return _shown(compare_stress(rounds, agents=agents, inspect=inspect), as_json=as_json)


@command.command("skills")
@click.option("--rounds", default=5, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [5]")
@click.option("--skills", default=10_000, metavar="N", type=click.IntRange(100, 100_000), help="In the book.  [10000]")
@json_flag
def skills(rounds: int, skills: int, as_json: bool) -> int:
    """Skillbooks: deltas, refolds, rendering, duplicates, memory; beside what we promise and ace-framework's way."""
    from ops.bench.skills import compare_skillbooks  # noqa: PLC0415 - only this benchmark needs books of this size

    return _shown(compare_skillbooks(rounds, skills), as_json=as_json)


@command.command("fleet")
@click.option("--rounds", default=5, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [5]")
@click.option("--printers", default=10_000, metavar="N", type=click.IntRange(10, 1_000_000), help="Aged.  [10000]")
@click.option("--hours", default=100.0, metavar="H", type=click.FloatRange(1.0, 10_000.0), help="Each.  [100]")
@json_flag
def fleet(rounds: int, printers: int, hours: float, as_json: bool) -> int:
    """Printers that age as arrays, beside one object each and beside copying the same memory."""
    from ops.bench.fleet import compare_fleets  # noqa: PLC0415 - only this benchmark ages printers

    return _shown(compare_fleets(rounds, printers, hours), as_json=as_json)


@command.command("models")
@click.option("--rounds", default=3, metavar="N", type=click.IntRange(1, 1000), help="Of each comparison.  [3]")
@click.option("--calls", default=1000, metavar="N", type=click.IntRange(1, 4000), help="In flight.  [1000]")
@json_flag
def models(rounds: int, calls: int, as_json: bool) -> int:
    """Calls of a provider on loopback beside the bare SDK client, and the share of input that its cache serves."""
    from ops.bench.models import compare_models  # noqa: PLC0415 - only this benchmark imports an SDK

    return _shown(compare_models(rounds, calls), as_json=as_json)


def _shown(rows: list[Row], *, as_json: bool) -> int:
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
