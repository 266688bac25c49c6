"""The door: checks that our package names are ours, runs the command line, and gives the shell its exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ops.names import collisions, complaint, owners


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 done, 1 a check said no, 2 wrong use, 3 the outside failed, 130 interrupted."""
    foreign = collisions(owners())
    if foreign:
        sys.stderr.write(complaint(foreign) + "\n")
        return 2
    from ops.cli import run  # noqa: PLC0415 - nothing else of ours may be imported before the check above

    return run(list(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    sys.exit(main())
