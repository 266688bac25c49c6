"""Reports of a run, folded from the log: for programs, for a terminal, and as one HTML file."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

from events.log import EventLog
from ops import books
from ops.console.legend import Legend, legend_of
from ops.console.steps import Teller, steps_of
from ops.html.report import page, worst
from skillbooks.reports import evaluation_report, train_report, tried_report
from skillbooks.runs import Run, read_run
from skillbooks.stress import read_stress, stress_report

Plain = dict[str, Any]


def run_report(log: EventLog, run: Run) -> Plain:
    """The object of `train --json`, for a run that is finished or still going on."""
    return train_report(run, log.head(), books.size(log, run.skillbook, run.version))


def report_of(log: EventLog, name: str = "") -> Plain:
    """The same for a run by its name, or the latest. Raises as `read_run`."""
    return run_report(log, read_run(log, name))


def stress_of(log: EventLog, name: str) -> Plain:
    """The object of `stress --json`."""
    return stress_report(read_stress(log, name), log.head())


def evaluation_of(log: EventLog, name: str, *, against: bool) -> Plain:
    """The object of `evaluate --json` for a recorded evaluation. Raises as `read_run`."""
    return evaluation_report(read_run(log, name), against)


def tried_of(log: EventLog, name: str) -> Plain:
    """The object of `try --json` for a recorded try. Raises as `read_run`."""
    return tried_report(read_run(log, name))


def html_report(log: EventLog, run: Run) -> str:
    """A run as one HTML document, its weakest episodes told step by step."""
    legend = legend_of(run.world)
    return page(run, run_report(log, run), {e.stream: transcript(log, e.stream, legend) for e in worst(run)})


def transcript(log: EventLog, stream: str, legend: Legend | None = None) -> str:
    """An episode step by step, its key at the end."""
    key = "key/" + stream.partition("/")[2]
    events = [*log.read_stream(stream), *log.read_stream(key)]
    teller = Teller(legend)
    return "\n".join(text for kind, data in steps_of(events) for text in teller.told(kind, data))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    if not path.parent.is_dir():
        raise OSError(errno.ENOENT, "its folder is not there", str(path))
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
