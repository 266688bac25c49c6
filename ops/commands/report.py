"""`journeyman report`: a run's numbers and weakest episodes, on the terminal or as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from events.log import EventLog
from ops.cli_options import json_flag, store_flag, store_of
from ops.console.legend import legend_of
from ops.console.screen import json_line, say
from ops.console.summary import evaluation_summary, summary
from ops.logs import open_for_reading
from ops.reports import html_report, run_report, write_whole
from skillbooks.comparison import WITHOUT
from skillbooks.reports import evaluation_report
from skillbooks.runs import Run, read_run


@click.command(epilog="Example: journeyman report --html report.html")
@click.option("--run", "name", default="", metavar="RUN", help="Which run.  [the latest]")
@click.option("--html", "file", metavar="FILE", help="Also write the report as one HTML file that opens from disk.")
@store_flag
@json_flag
def command(name: str, file: str | None, store: str | None, as_json: bool) -> None:
    """Report on a run: score, trend, comparison, breakdowns, and what to do next."""
    with open_for_reading(store_of(store)) as log:
        run = read_run(log, name)
        report = shown_report(log, run)
        if file:
            write_whole(Path(file), html_report(log, run))
    if as_json:
        json_line(report)
    else:
        say(words(run, report))
    if file:
        say(f"Report written to {file}", as_json=as_json)


def shown_report(log: EventLog, run: Run) -> dict[str, Any]:
    """What the run's own command printed with `--json`."""
    if run.command == "evaluate":
        return evaluation_report(run, against=bool(run.played("held_out", WITHOUT)))
    return run_report(log, run)


def words(run: Run, report: dict[str, Any]) -> str:
    """The report for people, in the form that fits the command of the run."""
    maxima = legend_of(run.world).categories
    return evaluation_summary(report, maxima) if run.command == "evaluate" else summary(report, maxima=maxima)
