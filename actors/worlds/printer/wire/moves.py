"""Commands that move the machine: lines and arcs, homing, dwelling, positions."""

from __future__ import annotations

from actors.worlds.printer import firmware, homing
from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.gcode.limits import AXES
from actors.worlds.printer.gcode.modal import HOMING_FEED, Moved, Said
from actors.worlds.printer.wire.board import Board
from actors.worlds.printer.wire.script import WAIT, Killed, Script, finish_moves, on, pause

MOTION = frozenset({"G0", "G1", "G2", "G3", "G10", "G11", "G28", "G29", "G30"})
"""Commands that a stopped firmware refuses until M999."""
BUMP = 2.0
"""Seconds of backing off and touching a second time."""
CLOSES = 0.05
"""Mm before its end at which an axis closes its switch [E]."""
SENSES = 1.0
"""Mm over the plate from which an inductive probe senses it [E]."""
FAR = 400.0
"""Mm after which homing gives up [E]."""


@on("G0", "G1", "G2", "G3", "G10", "G11")
def move(board: Board, command: Command) -> Script:
    """A move waits until the planner has room for it."""
    while board.head.full:
        yield WAIT
    board.head.modal.cold = board.cold
    for event in board.head.modal.step(command):
        if isinstance(event, Said):
            yield event.text
        elif isinstance(event, Moved):
            while board.head.full:
                yield WAIT
            board.head.go(event)


@on("G20", "G21", "G90", "G91", "G92", "M82", "M83", "T0", "M220", "M221")
def remember(board: Board, command: Command) -> Script:
    """Modes, offsets and overrides take effect with the next move."""
    board.head.modal.step(command)
    yield from ()


@on("M201", "M203", "M204", "M205")
def limit(board: Board, command: Command) -> Script:
    """Limits are settings: M500 keeps them."""
    board.change(limits=board.settings.limits.changed(command))
    yield from ()


@on("M92")
def steps(board: Board, command: Command) -> Script:
    """Steps per mm: what is wrong here is wrong in every print."""
    if not command.words:
        yield _steps(board)
        return
    yield from finish_moves(board)
    old = board.settings.steps
    board.change(steps=tuple(command.get(a, v) if command.get(a, v) > 0 else v for a, v in zip(AXES, old, strict=True)))


def _steps(board: Board) -> str:
    return "echo: M92 " + " ".join(f"{axis}{v:.2f}" for axis, v in zip(AXES, board.settings.steps, strict=True))


@on("G4")
def dwell(board: Board, command: Command) -> Script:
    """Stand still, after all moves are done."""
    yield from finish_moves(board)
    yield from pause(min(max(command.get("S") + command.get("P") / 1000.0, 0.0), 86_400.0))


@on("M400")
def finish(board: Board, command: Command) -> Script:
    """Answered when the head stands."""
    yield from finish_moves(board)


@on("M17")
def enable(board: Board, command: Command) -> Script:
    """Motors on."""
    yield from ()


@on("M18", "M84")
def disable(board: Board, command: Command) -> Script:
    """Motors off: positions are no longer known."""
    yield from finish_moves(board)
    if not command.get("S"):
        board.head.release()


@on("M114")
def where(board: Board, command: Command) -> Script:
    """Where the head will be, and how many steps it has made by now."""
    yield position(board)


def position(board: Board) -> str:
    """M114's line: planned coordinates, and the motors' step counts at this moment."""
    x, y, z, e = board.head.modal.logical()
    sx, sy, sz, _ = board.settings.steps
    ax, ay, az, _ = board.head.at
    if board.machine.kinematics == "corexy":
        counts = f"A:{(ax + ay) * sx:.0f} B:{(ax - ay) * sy:.0f}"
    else:
        counts = f"X:{ax * sx:.0f} Y:{ay * sy:.0f}"
    return f"X:{x:.2f} Y:{y:.2f} Z:{z:.2f} E:{e:.2f} Count {counts} Z:{az * sz:.0f}"


@on("G28")
def home(board: Board, command: Command) -> Script:
    """Drive every asked axis to its end; a long silence, as on the real machine."""
    yield from finish_moves(board)
    asked = [axis for axis in "XYZ" if axis in command] or list("XYZ")
    board.change(levelling=False)
    for axis in asked:
        yield from _home_axis(board, axis)
        if board.stopped:
            return
    yield position(board)


def _home_axis(board: Board, axis: str) -> Script:
    machine, values = board.machine, board.values
    if axis == "Z":
        homed = homing.home_z(machine, values, board.rng)
    else:
        homed = homing.home_axis(machine, values, axis.lower(), board.rng)
    if axis == "Z" and machine.probe != "none":
        yield from _approach_centre(board)
    if homed.outcome in ("probe does not deploy", "probe ignored"):
        yield from homed.firmware
        board.stop()
        return
    seeks = homed.outcome != "axis does not move"
    yield from drive(board, axis, -board.head.true(axis) if seeks else 0.0)
    if homed.outcome != "normal":
        yield from pause((FAR - board.head.true(axis)) / HOMING_FEED[AXES.index(axis)] / 2.0)
        raise Killed(*(line for line in homed.firmware if "kill()" not in line))
    yield from pause(BUMP)
    board.head.rest_at(axis, 0.0)


def _approach_centre(board: Board) -> Script:
    """A probe that homes Z does so over the middle of the bed."""
    wide, deep = board.machine.bed_size
    yield from drive(board, "X", wide / 2.0 - board.settings.probe[0] - board.head.modal.position[0])
    yield from drive(board, "Y", deep / 2.0 - board.settings.probe[1] - board.head.modal.position[1])


def drive(board: Board, axis: str, mm: float, feed: float = 0.0) -> Script:
    """Move one axis by so many mm, whatever the firmware knows of it, and wait until it stands."""
    i = AXES.index(axis)
    delta = [0.0, 0.0, 0.0, 0.0]
    delta[i] = mm / board.head.scale[i]
    if not mm:
        return
    x, y, z, e = board.head.modal.position
    board.head.go(
        Moved(
            (x, y, z, e), (delta[0], delta[1], delta[2], delta[3]), feed or HOMING_FEED[i], board.machine.acceleration
        )
    )
    board.head.modal.position[i] += delta[i]
    yield from finish_moves(board)


@on("M119")
def endstops(board: Board, command: Command) -> Script:
    """What each switch says at this moment; a wire that is open says nothing."""
    machine, head = board.machine, board.head
    switches = [axis for axis in "XYZ" if axis != "Z" or machine.probe == "none"]
    pressed = {
        axis.lower()
        for axis in switches
        if head.true(axis) < CLOSES and board.arrives(f"endstop_{axis.lower()}.signal")
    }
    probe_out = board.deployed if machine.probe == "bltouch" else head.true("Z") > SENSES
    yield from firmware.endstops(machine, board.values, pressed, probe_out=probe_out)


@on("T1")
def second_tool(board: Board, command: Command) -> Script:
    """One extruder is simulated."""
    yield "echo:T1 Invalid extruder"
