"""The first layer from above: every line as wide as it was pressed, coloured by how far the nozzle was off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from actors.worlds.printer.gcode.deposit import Deposit
from actors.worlds.printer.gcode.plate import Plate
from actors.worlds.printer.gcode.printed import places

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

FINE = 2
INK, FAINT, LOST = (38, 38, 40), (120, 120, 124), (190, 40, 30)
WORST = 0.2
"""mm of height error at which a colour is fullest."""
GRIPS = 0.6
"""Grip below which a line is drawn as loose; the same limit as that of a test print."""
Box = tuple[int, int, int, int]
_FAR, _RIGHT, _NEAR = np.array((52, 96, 200.0)), np.array((120, 180, 110.0)), np.array((205, 60, 44.0))


def draw_bed(pen: ImageDraw, fonts: dict[int, Any], done: Deposit, box: Box) -> None:
    """Draw the first layer into a box of the picture, with the whole plate small in a corner."""
    left, upper, right, lower = (edge * FINE for edge in box)
    pen.rectangle((left, upper, right, lower), outline=(0, 0, 0, 40))
    pen.text((left + 12 * FINE, upper + 8 * FINE), "first layer from above", fill=FAINT, font=fonts[18])
    _legend(pen, fonts, (box[0] + 12, box[3] - 42))
    plate = done.plate
    if plate is None:
        return
    ends = _ends(done)
    view = (ends[:, 0::2].min() - 3, ends[:, 1::2].min() - 3, ends[:, 0::2].max() + 3, ends[:, 1::2].max() + 3)
    frame = (box[0] + 12, box[1] + 40, box[2] - 150, box[3] - 52)
    unit = min((frame[2] - frame[0]) / (view[2] - view[0]), (frame[3] - frame[1]) / (view[3] - view[1])) * FINE
    ox = (frame[0] + frame[2]) / 2 * FINE - (view[0] + view[2]) / 2 * unit
    oy = (frame[1] + frame[3]) / 2 * FINE + (view[1] + view[3]) / 2 * unit
    width = _width(done, plate)
    for k, (x0, y0, x1, y1) in enumerate(ends):
        line = (ox + x0 * unit, oy - y0 * unit, ox + x1 * unit, oy - y1 * unit)
        _line(pen, line, max(1, round(float(width[k]) * unit)), _colour(float(plate.gap[k])), float(plate.grip[k]))
    _small(pen, fonts, done, plate, (box[2] - 138, box[1] + 40))


def _ends(done: Deposit) -> Any:
    """Where the lines of the first layer lie, mm: X, Y of one end and of the other."""
    if done.strand is None:
        return np.zeros((0, 4))
    x, y = places(done, done.program.layer[done.strand.rows] == 0)
    return np.stack((x[:, 0], y[:, 0], x[:, 1], y[:, 1]), axis=1)


def _width(done: Deposit, plate: Plate) -> Any:
    """Mm of each line: what came out, pressed flat by the nozzle's real height."""
    strand = done.strand
    if strand is None:
        return np.zeros(0)
    own = done.program.layer[strand.rows] == 0
    pressed = np.clip(strand.height[own] / np.maximum(strand.height[own] + plate.gap, 0.05), 0.5, 1.8)
    return np.clip(strand.width[own] * strand.ratio[own] * pressed, 0.0, 1.2)


def _line(pen: ImageDraw, line: tuple[float, ...], width: int, colour: tuple[int, int, int], grip: float) -> None:
    """One line, broken into dashes where it does not hold on."""
    if grip >= GRIPS:
        pen.line(line, fill=colour, width=width)
        return
    x0, y0, x1, y1 = line
    pieces = max(2, int(np.hypot(x1 - x0, y1 - y0) / (14 * FINE)))
    for i in range(pieces):
        a, b = i / pieces, (i + max(0.25, min(grip / GRIPS, 1.0) * 0.9)) / pieces
        piece = (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
        pen.line(piece, fill=colour, width=width)


def _colour(gap: float) -> tuple[int, int, int]:
    """Blue where the nozzle was too high, green where right, red where too low."""
    share = min(max(gap / WORST, -1.0), 1.0)
    end = _FAR if share > 0 else _NEAR
    red, green, blue = _RIGHT + (end - _RIGHT) * min(abs(share) * 1.15, 1.0)
    return int(red), int(green), int(blue)


def _legend(pen: ImageDraw, fonts: dict[int, Any], at: tuple[int, int]) -> None:
    x, y = at[0] * FINE, at[1] * FINE
    for i in range(100):
        pen.rectangle((x + i * 2 * FINE, y, x + (i + 1) * 2 * FINE, y + 12 * FINE), fill=_colour(WORST * (i / 50 - 1)))
    pen.text((x, y + 15 * FINE), f"{WORST:g} mm too low", fill=FAINT, font=fonts[15])
    pen.text((x + 150 * FINE, y + 15 * FINE), f"{WORST:g} mm too high", fill=FAINT, font=fonts[15])
    pen.text((x + 300 * FINE, y + 15 * FINE), "dashed: does not hold on", fill=FAINT, font=fonts[15])


def _small(pen: ImageDraw, fonts: dict[int, Any], done: Deposit, plate: Plate, at: tuple[int, int]) -> None:
    """The whole plate, small, with where the first layer lies on it."""
    wide, deep = done.machine.bed_size
    unit = 126 * FINE / max(wide, deep)
    x, y = at[0] * FINE, at[1] * FINE
    pen.rectangle((x, y, x + wide * unit, y + deep * unit), outline=INK, width=FINE)
    for px, py, gap in zip(plate.x, plate.y, plate.gap, strict=True):
        cx, cy = x + px * unit, y + (deep - py) * unit
        pen.ellipse((cx - 2 * FINE, cy - 2 * FINE, cx + 2 * FINE, cy + 2 * FINE), fill=_colour(float(gap)))
    pen.text((x, y + deep * unit + 4 * FINE), "whole plate", fill=FAINT, font=fonts[15])
    if done.stopped == "detached":
        pen.text((x, y + deep * unit + 26 * FINE), "came off", fill=LOST, font=fonts[18])
