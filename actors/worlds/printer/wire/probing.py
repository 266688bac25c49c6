"""Commands of the bed probe: the pin, single touches, repeatability, the mesh and what is made of it."""

from __future__ import annotations

import math

from actors.worlds.printer import firmware, homing
from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.wire.board import Board
from actors.worlds.printer.wire.moves import drive
from actors.worlds.printer.wire.script import Killed, Script, finish_moves, on, pause, unknown

TOUCH = 2.5
"""Seconds of one probing: over there, down, up."""
LIFT = 5.0
"""Mm to which the nozzle lifts between touches."""
SERVO = {10: "deploy", 90: "stow", 60: "touch", 120: "test", 160: "reset"}
"""Angle of M280 -> what a BLTouch does."""


def probe_works(board: Board) -> bool:
    """True if there is a probe and the firmware is built for it."""
    return board.machine.probe != "none" and board.values["firmware.probe_enabled"] > 0.5


@on("M280")
def servo(board: Board, command: Command) -> Script:
    """Drive the pin of a BLTouch; a wire that is open moves nothing and says nothing."""
    if board.machine.probe != "bltouch":
        yield unknown("M280")
        return
    act = SERVO.get(round(command.get("S", -1.0)))
    if act in ("deploy", "touch", "stow") and board.arrives("probe_servo.contact"):
        board.deployed = act != "stow"
    yield from pause(1.5 if act == "test" else 0.5)


@on("M401", "M402")
def pin(board: Board, command: Command) -> Script:
    """Deploy or stow the probe."""
    if not probe_works(board):
        yield unknown(command.code)
    elif board.machine.probe == "bltouch" and not board.arrives("probe_servo.contact"):
        yield "Error:STOP called because of BLTouch error - restart with M999"
        board.stop()
    else:
        board.deployed = command.code == "M401"
        yield from pause(0.5)


@on("G29")
def probe_mesh(board: Board, command: Command) -> Script:
    """Nine touches become a mesh."""
    if not probe_works(board):
        yield unknown("G29")
        return
    if len(board.head.modal.homed) < 3:
        yield "echo:Home XYZ first"
        return
    yield from finish_moves(board)
    yield from _touches(board, homing.TOUCHES)
    if board.stopped:
        return
    board.mesh = firmware.mesh(board.machine, board.values, board.rng)
    board.change(levelling=True)
    yield from firmware.mesh_lines(board.mesh)


def _touches(board: Board, count: int) -> Script:
    """Touch the plate so often, or fail as the wires do."""
    homed = homing.probe_bed(board.machine, board.values, board.rng, count)
    yield from drive(board, "Z", LIFT - board.head.true("Z"))
    yield from pause(TOUCH * (count if homed.outcome == "normal" else 1))
    if homed.outcome == "normal":
        return
    if any("kill()" in line for line in homed.firmware):
        yield from drive(board, "Z", -board.head.true("Z"))
        raise Killed(*(line for line in homed.firmware if "kill()" not in line))
    yield from homed.firmware
    board.stop()


@on("M420")
def use_mesh(board: Board, command: Command) -> Script:
    """Switch levelling on or off; what was never measured cannot be used."""
    if not probe_works(board):
        yield unknown("M420")
        return
    if "S" in command:
        wanted = command.get("S") > 0
        if wanted and not board.mesh:
            yield "Error:Failed to enable Bed Leveling"
        board.change(levelling=wanted and bool(board.mesh))
    if command.get("V") and board.mesh:
        yield from firmware.mesh_lines(board.mesh)
    yield f"echo:Bed Leveling {'ON' if board.settings.levelling else 'OFF'}"
    yield "echo:Fade Height OFF"


@on("M851")
def offset(board: Board, command: Command) -> Script:
    """Where the probe sits; its height decides how far the nozzle is from the plate."""
    if not probe_works(board):
        yield unknown("M851")
        return
    x, y, z = board.settings.probe
    if command.words:
        board.change(probe=(command.get("X", x), command.get("Y", y), min(max(command.get("Z", z), -20.0), 20.0)))
    yield "M851 " + firmware.probe_offset(board.settings.probe) + " ; (mm)"


@on("G30")
def touch(board: Board, command: Command) -> Script:
    """One touch where the head stands."""
    if not probe_works(board):
        yield unknown("G30")
        return
    yield from finish_moves(board)
    yield from _touches(board, 1)
    if not board.stopped:
        x, y, _, _ = board.head.modal.logical()
        z = board.rng.gauss(0.0, firmware.probe_noise(board.machine, board.values))
        yield f"Bed X: {x:.2f} Y: {y:.2f} Z: {z:.2f}"


@on("M48")
def repeat(board: Board, command: Command) -> Script:
    """Repeatability: many touches of one point."""
    if not probe_works(board):
        yield unknown("M48")
        return
    count = round(min(max(command.get("P", 10.0), 4.0), 50.0))
    yield "M48 Z-Probe Repeatability Test"
    yield from finish_moves(board)
    yield from _touches(board, count)
    if board.stopped:
        return
    noise = firmware.probe_noise(board.machine, board.values)
    heights = [board.rng.gauss(0.0, noise) for _ in range(count)]
    mean = sum(heights) / count
    sigma = math.sqrt(sum((z - mean) ** 2 for z in heights) / count)
    low, high = min(heights), max(heights)
    yield "Finished!"
    yield f"Mean: {mean:.6f} Min: {low:.3f} Max: {high:.3f} Range: {high - low:.3f}"
    yield f"Standard Deviation: {sigma:.6f}"
