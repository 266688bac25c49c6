"""Arcs of G2 and G3 as chords, as firmware cuts them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from actors.worlds.printer.gcode.command import Command

CHORD = 1.0
"""mm of one chord, MM_PER_ARC_SEGMENT [S:MA]."""
MOST_CHORDS = 10_000

Point = tuple[float, float, float]


def arc_points(start: Sequence[float], end: Sequence[float], command: Command, unit: float) -> list[Point]:
    """The ends of an arc's chords, the last one is `end`; a straight line where no arc fits.

    Args:
        start: X, Y, Z in mm.
        end: X, Y, Z in mm.
        command: G2 (clockwise) or G3 with I and J, or with R.
        unit: mm of one unit of the file.
    """
    last = (end[0], end[1], end[2])
    centre = _centre(start, end, command, unit)
    if centre is None:
        return [last]
    cx, cy = centre
    radius = math.hypot(start[0] - cx, start[1] - cy)
    first = math.atan2(start[1] - cy, start[0] - cx)
    turn = math.atan2(end[1] - cy, end[0] - cx) - first
    if command.code == "G2":
        turn = turn - 2.0 * math.pi if turn > -1e-9 else turn
    else:
        turn = turn + 2.0 * math.pi if turn < 1e-9 else turn
    chords = min(max(int(radius * abs(turn) / CHORD), 1), MOST_CHORDS)
    points = []
    for k in range(1, chords):
        angle, share = first + turn * k / chords, k / chords
        height = start[2] + (end[2] - start[2]) * share
        points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle), height))
    return [*points, last]


def _centre(start: Sequence[float], end: Sequence[float], command: Command, unit: float) -> tuple[float, float] | None:
    if "R" in command:
        return _centre_of_radius(start, end, command, command.get("R") * unit)
    i, j = command.get("I") * unit, command.get("J") * unit
    return (start[0] + i, start[1] + j) if i or j else None


def _centre_of_radius(
    start: Sequence[float], end: Sequence[float], command: Command, radius: float
) -> tuple[float, float] | None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = math.hypot(dx, dy)
    if chord < 1e-9 or abs(radius) < chord / 2.0:
        return None
    away = math.sqrt(radius**2 - chord**2 / 4.0) / chord
    side = away if (command.code == "G3") == (radius > 0.0) else -away
    return start[0] + dx / 2.0 - dy * side, start[1] + dy / 2.0 + dx * side
