"""Commands of heat and air: targets, waits, reports, the fan, the control loop and its tuning."""

from __future__ import annotations

from actors.worlds.printer.gcode.command import Command
from actors.worlds.printer.gcode.modal import TargetSet
from actors.worlds.printer.physics import control
from actors.worlds.printer.wire import tuning
from actors.worlds.printer.wire.board import TICK, Board
from actors.worlds.printer.wire.script import WAIT, Script, finish_moves, on

WINDOW = 1.0
"""K around the target within which a temperature counts as reached, Marlin's TEMP_WINDOW."""
RESIDENCY = 10.0
"""Seconds for which it must stay there, TEMP_RESIDENCY_TIME."""
LEAST_GAIN, MOST_GAIN = 0.01, 9999.0
"""Between which M301 sets a gain; a loop without one controls nothing."""
COOL_BELOW = 50.0
"""Degrees C below which nobody waits for cooling."""


def temperatures(board: Board) -> str:
    """What M105 tells: read and wanted temperatures, and the heaters' duty of 127."""
    heat = board.heaters
    return (
        f" T:{heat.reading:.2f} /{heat.target:.2f} B:{heat.bed_reading:.2f} /{heat.bed_target:.2f}"
        f" @:{heat.duty * 127:.0f} B@:{127 if heat.bed_on else 0}"
    )


@on("M105")
def report(board: Board, command: Command) -> Script:
    """The one answer that stands behind the `ok`."""
    yield from ()
    return temperatures(board)


@on("M104", "M140", "M106", "M107")
def set_target(board: Board, command: Command) -> Script:
    """Set a target or the fan and go on at once."""
    _set(board, command)
    yield from ()


@on("M109")
def wait_for_hotend(board: Board, command: Command) -> Script:
    """Heat the hot end and wait; with R also for cooling down."""
    yield from finish_moves(board)
    if _set(board, command):
        yield from _settle(board, bed=False, cooling="R" in command)


@on("M190")
def wait_for_bed(board: Board, command: Command) -> Script:
    """Heat the bed and wait; with R also for cooling down."""
    yield from finish_moves(board)
    if _set(board, command):
        yield from _settle(board, bed=True, cooling="R" in command)


def _set(board: Board, command: Command) -> bool:
    """Hand a command's target to the heater or the fan; False if it has none."""
    found = [event for event in board.head.modal.step(command) if isinstance(event, TargetSet)]
    for event in found:
        if event.what == "fan":
            board.fan = event.value
        elif event.what == "hotend":
            board.heaters.set_hotend(min(event.value, board.machine.maxtemp - 15.0))
        else:
            board.heaters.set_bed(min(event.value, control.BED_MAXTEMP - 10.0))
    return bool(found)


def _settle(board: Board, *, bed: bool, cooling: bool) -> Script:
    heat = board.heaters
    inside, until_told = 0.0, 1.0
    while not board.interrupted:
        reading, target = (heat.bed_reading, heat.bed_target) if bed else (heat.reading, heat.target)
        if not cooling and reading > target + WINDOW:
            return  # hotter than asked for is good enough
        if cooling and target < COOL_BELOW and reading < COOL_BELOW:
            return
        inside = inside + TICK if abs(reading - target) <= WINDOW else 0.0
        if inside >= RESIDENCY:
            return
        until_told -= TICK
        if until_told < TICK / 2:
            until_told = 1.0
            yield f"{temperatures(board)} W:{RESIDENCY - inside:.0f}" if inside else f"{temperatures(board)} W:?"
        yield WAIT


@on("M155")
def auto_report(board: Board, command: Command) -> Script:
    """Tell temperatures unasked every so many seconds; 0 is never."""
    board.autoreport = min(max(command.get("S"), 0.0), 60.0)
    yield from ()


@on("M302")
def allow_cold(board: Board, command: Command) -> Script:
    """Let a cold extruder move, or not."""
    if command.words:
        board.cold_allowed = command.get("P") > 0 or ("S" in command and command.get("S") <= 0)
    else:
        yield f"echo:Cold extrudes are {'en' if board.cold_allowed else 'dis'}abled (min temp {board.cold_limit:.0f}C)"


@on("M301")
def gains(board: Board, command: Command) -> Script:
    """Kp, Ki, Kd of the hot end."""
    if command.words:
        kp, ki, kd = board.settings.gains
        asked = (command.get("P", kp), command.get("I", ki), command.get("D", kd))
        board.change(gains=tuple(min(max(gain, LEAST_GAIN), MOST_GAIN) for gain in asked))
    kp, ki, kd = board.settings.gains
    yield f"echo: p:{kp:.2f} i:{ki:.2f} d:{kd:.2f}"


@on("M304")
def bed_gains(board: Board, command: Command) -> Script:
    """The beds here are switched, not controlled."""
    yield "echo:Bed is bang-bang; M304 changes nothing"


@on("M303")
def autotune(board: Board, command: Command) -> Script:
    """Let the hot end swing around a temperature and derive its gains."""
    if command.get("E") != 0.0:
        yield "PID Autotune failed! Bad heater id"
        return
    target = min(command.get("S", 150.0), board.machine.maxtemp - 15.0)
    found = yield from tuning.swing(board, target, cycles=round(min(max(command.get("C", 5.0), 3.0), 50.0)))
    if found is not None and command.get("U") > 0:
        board.change(gains=found)
