"""Commands that ask and tell: who is there, settings and their store, drivers, messages, signs of life."""

from __future__ import annotations

import re
import zlib

from actors.worlds.printer import firmware
from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.gcode.limits import AXES
from actors.worlds.printer.wire import settings
from actors.worlds.printer.wire.board import Board
from actors.worlds.printer.wire.probing import probe_works
from actors.worlds.printer.wire.script import WAIT, Script, on, unknown

_M118 = re.compile(r"\s*(?:([EA])1\s+)?(.*)")


@on("M115")
def version(board: Board, command: Command) -> Script:
    """Who is there, and what it can do."""
    yield from firmware.version(board.machine)


@on("M503")
def show_settings(board: Board, command: Command) -> Script:
    """Settings in use, as commands that would set them."""
    now = board.settings
    yield from firmware.settings(now.steps, now.gains, now.probe if probe_works(board) else None)
    limits = now.limits
    yield "echo:; Max feedrates (units/s):"
    yield "echo: M203 " + " ".join(f"{axis}{v:.2f}" for axis, v in zip(AXES, limits.feed, strict=True))
    yield "echo:; Max Acceleration (units/s2):"
    yield "echo: M201 " + " ".join(f"{axis}{v:.2f}" for axis, v in zip(AXES, limits.acceleration, strict=True))
    yield "echo:; Acceleration (units/s2) (P<print-accel> R<retract-accel> T<travel-accel>):"
    yield f"echo: M204 P{limits.printing:.2f} R{limits.retracting:.2f} T{limits.travelling:.2f}"


@on("M500")
def store(board: Board, command: Command) -> Script:
    """Keep the settings over a reset."""
    board.stored = board.settings
    yield f"echo:Settings Stored ({_print_of(board.stored)})"


def _print_of(stored: settings.Settings) -> str:
    data = repr(stored).encode()
    return f"{len(data)} bytes; crc {zlib.crc32(data) & 0xFFFF}"


@on("M501")
def restore(board: Board, command: Command) -> Script:
    """Back to what was stored."""
    board.apply(board.stored)
    yield f"echo:V86 stored settings retrieved ({_print_of(board.stored)})"


@on("M502")
def factory(board: Board, command: Command) -> Script:
    """Back to the maker's settings."""
    board.apply(settings.stock(board.machine))
    yield "echo:Hardcoded Default Settings Loaded"


@on("M122")
def drivers(board: Board, command: Command) -> Script:
    """Drivers that can be read say what they see."""
    lines, _ = firmware.answer(board.machine, board.values, "M122", board.rng)
    yield from lines[:-1]


@on("M113")
def keep_alive(board: Board, command: Command) -> Script:
    """How often a busy printer says so; 0 is never."""
    if "S" in command:
        board.keepalive = min(max(command.get("S"), 0.0), 60.0)
    else:
        yield f"echo:M113 S{board.keepalive:.0f}"


@on("M118")
def say(board: Board, command: Command) -> Script:
    """Send a text back: plain, as an echo (E1), or as a remark to the host (A1)."""
    found = _M118.match(command.text)
    kind, text = (found.group(1) or "", found.group(2)) if found else ("", command.text)
    yield {"E": "echo:", "A": "// "}.get(kind[:1], "") + text


@on("M0", "M1", "M600")
def wait_for_somebody(board: Board, command: Command) -> Script:
    """Wait until somebody at the machine goes on, which M108 does for him."""
    board.paused = True
    try:
        while not board.interrupted:
            yield WAIT
    finally:
        board.paused = False


@on("M999")
def resume(board: Board, command: Command) -> Script:
    """Take commands again after an error that had stopped the machine."""
    board.stopped = False
    yield from ()


@on("M73", "M75", "M76", "M77", "M108", "M110", "M117", "M410", "M900")
def nothing(board: Board, command: Command) -> Script:
    """Taken and answered; display, timers and pressure advance change nothing here."""
    yield from ()


@on("M20", "M21", "M27")
def card(board: Board, command: Command) -> Script:
    """No card reader."""
    yield unknown(command.code)
