"""A process that writes to a log and says after each append what was acknowledged; the bad days kill it."""

from __future__ import annotations

import sys

from events.event import Event
from events.facts import RunPaused
from events.log import NO_STREAM, open_log


def main(url: str) -> None:
    """Append batches of changing size to one stream for ever; write `version position` once each is acknowledged."""
    with open_log(url) as log:
        version = log.version("run/1")
        while True:
            events = [Event(RunPaused(reason=f"{version + 1 + n}")) for n in range(1 + (version + 1) % 7)]
            expected = version if version >= 0 else NO_STREAM
            appended = log.append("run/1", events, expected=expected, correlation="r1")
            version = appended.version
            sys.stdout.write(f"{version} {appended.last}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
