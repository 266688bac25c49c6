"""How the firmware carries out a command: a script that says lines, and waits where the machine takes its time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final

from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.wire.board import TICK, Board

WAIT: Final = None
"""What a script yields to go on at the next step of time."""

Script = Generator[str | None, None, Any]
"""Lines to send, and waits between them. What a generator returns is put behind its `ok`."""
Handler = Callable[[Board, Command], Script]

HANDLERS: dict[str, Handler] = {}
"""Code -> what carries it out; modules of this folder add theirs."""


class Killed(Exception):  # noqa: N818 - errors read as facts
    """Raised by a script when the firmware halts for good.

    Attributes:
        lines: said before the halt.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def on(*codes: str) -> Callable[[Handler], Handler]:
    """Register what carries out these commands."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(codes, handler))
        return handler

    return register


def pause(seconds: float) -> Script:
    """Wait so long."""
    for _ in range(round(seconds / TICK)):
        yield WAIT


def finish_moves(board: Board) -> Script:
    """Wait until the head stands."""
    while not board.head.idle:
        yield WAIT


def unknown(line: str) -> str:
    """What the firmware says to a command that it does not know."""
    return f'echo:Unknown command: "{line}"'
