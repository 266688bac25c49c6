"""`journeyman report`: a run's numbers and weakest episodes, on the terminal or as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from events.log import EventLog
from ops.cli_options import json_flag, store_flag, store_of
from ops.console.legend import legend_of
from ops.console.screen import json_line, say
from ops.console.summary import evaluation_summary, session_summary, summary
from ops.logs import open_for_reading
from ops.reports import html_report, run_report, transcript, write_whole
from skillbooks.comparison import WITHOUT
from skillbooks.reports import evaluation_report, session_statistics, tried_report
from skillbooks.runs import Run, read_run, read_runs


@click.command(epilog="Example: journeyman report --html report.html")
@click.option("--run", "name", default="", metavar="RUN", help="Which run.  [the latest training or evaluation]")
@click.option("--html", "file", metavar="FILE", help="Also write the report as one HTML file that opens from disk.")
@store_flag
@json_flag
def command(name: str, file: str | None, store: str | None, as_json: bool) -> None:
    """Report on a run: score, trend, comparison, breakdowns, and what to do next."""
    with open_for_reading(store_of(store)) as log:
        run = read_run(log, name or latest(log))
        report = shown_report(log, run)
        if file:
            write_whole(Path(file), html_report(log, run))
        text = "" if as_json else words(log, run, report)
    if as_json:
        json_line(report)
    else:
        say(text)
    if file:
        say(f"Report written to {file}", as_json=as_json)


def latest(log: EventLog) -> str:
    """The latest run that is worth a report: a scenario that was only tried is not, unless there is nothing else."""
    runs = read_runs(log)
    return next((run.run for run in reversed(runs) if run.command != "try"), "")


def shown_report(log: EventLog, run: Run) -> dict[str, Any]:
    """What the run's own command printed with `--json`."""
    if run.command == "evaluate":
        return evaluation_report(run, against=bool(run.played("held_out", WITHOUT)))
    if run.command == "session":
        return {"run": run.run, "status": run.status, **session_statistics(run)}
    return tried_report(run) if run.command == "try" else run_report(log, run)


def words(log: EventLog, run: Run, report: dict[str, Any]) -> str:
    """The report for people, in the form that fits the command of the run."""
    legend = legend_of(run.world)
    if run.command == "try":
        return "\n".join(transcript(log, stream, legend) for stream in run.episodes)
    if run.command == "evaluate":
        return evaluation_summary(report, legend.categories)
    if run.command == "session":
        return session_summary(report, legend.categories)
    return summary(report, maxima=legend.categories)
