"""A run as a cluster's job: begun once, and taken up from its log whenever the job is started again."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from events.errors import StoreUnavailable
from events.log import open_log
from ops.__main__ import main
from ops.cli_options import store_of
from skillbooks.runs import read_runs

RESUMABLE = ("train", "stress")


def resumed(arguments: Sequence[str]) -> list[str]:
    """The arguments with `--resume` of the command's latest run, if that is not finished; else as they are.

    Args:
        arguments: a command line of `journeyman`, its command first.
    """
    command, *rest = arguments
    if command not in RESUMABLE or "--resume" in rest:
        return list(arguments)
    store = rest[rest.index("--store") + 1] if "--store" in rest else None
    try:
        with open_log(store_of(store), read_only=True) as log:
            mine = [run for run in read_runs(log) if run.command == command]
    except StoreUnavailable:
        return list(arguments)
    if mine and mine[-1].status in ("running", "paused"):
        return [command, *rest, "--resume", mine[-1].run]
    return list(arguments)


if __name__ == "__main__":
    sys.exit(main(resumed(sys.argv[1:])) if len(sys.argv) > 1 else main([]))
