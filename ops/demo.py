"""Room for the demo: a log from before is set aside, whole and unchanged, so that the demo begins with an empty one."""

from __future__ import annotations

import sys
from pathlib import Path

from events.log import open_log
from ops.console.screen import error_line, say
from ops.failures import DONE, explain

DATABASE, SHELF = Path("journeyman.db"), Path("runs")


def set_aside(database: Path, shelf: Path) -> Path | None:
    """Move a log with its companion files into a new numbered folder of the shelf.

    Returns:
        where the log is now, or None if there was none.

    Raises:
        StoreUnavailable: a run is writing to it.
        CorruptLog: the file is no log of ours; it stays where it is.
        OSError: it cannot be moved.
    """
    if not database.exists():
        return None
    with open_log(f"sqlite:///{database.absolute()}"):
        pass  # it is ours, nobody writes to it, and what its last writer left beside it is folded in
    shelf.mkdir(exist_ok=True)
    folder = next(shelf / f"{number:03}" for number in range(1, 1_000_000) if not (shelf / f"{number:03}").exists())
    folder.mkdir()
    for file in [database, *sorted(database.parent.glob(f"{database.name}-*"))]:
        file.rename(folder / file.name)
    return folder / database.name


def main() -> int:
    """Set `journeyman.db` of this folder aside and say so."""
    try:
        moved = set_aside(DATABASE, SHELF)
    except Exception as error:  # noqa: BLE001 - told like every other failure
        failure = explain(error)
        error_line(f"journeyman: {failure.message}")
        return failure.status
    if moved:
        say(f"The log of an earlier run was moved to {moved}; read it with --store sqlite:///{moved}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
