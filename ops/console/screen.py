"""Where words go: people's text to one stream, the one JSON object of `--json` to standard output."""

from __future__ import annotations

import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from ops.console.text import safe


def bear_any_text() -> None:
    """Let a stream that cannot show a character show a substitute, and one that is closed swallow everything."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - it stays open as long as the process lives
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - likewise
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def json_line(value: Any) -> None:
    """Write the one JSON object of a `--json` command to standard output."""
    sys.stdout.write(json.dumps(value, default=str, allow_nan=False) + "\n")
    sys.stdout.flush()


def error_line(text: str) -> None:
    """Tell people what went wrong, on standard error, made safe for a terminal."""
    sys.stderr.write(safe(text).rstrip("\n") + "\n")
    sys.stderr.flush()


def people(*, as_json: bool) -> TextIO:
    """The stream for people: standard output, or standard error when that belongs to the JSON object."""
    return sys.stderr if as_json else sys.stdout


def say(text: str, *, as_json: bool = False) -> None:
    """Write text for people, made safe for a terminal."""
    people(as_json=as_json).write(safe(text) + "\n")


def is_lively(stream: TextIO) -> bool:
    """Whether colour and moving bars are welcome: a terminal that is not dumb, and nobody said NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
