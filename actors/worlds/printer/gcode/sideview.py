"""The part from the front, layer on layer: what is missing is missing, what is shifted is shifted."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.gcode.deposit import Deposit
from actors.worlds.printer.gcode.hairs import VISIBLE
from actors.worlds.printer.gcode.plate import ASIDE
from actors.worlds.printer.gcode.printed import places

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

FINE = 2
PLASTIC = np.array((214, 130, 48.0))
"""Orange, lighter at the crest of a line and darker in the groove."""
HAIR, EDGE = (255, 232, 190, 235), (120, 70, 20, 120)
INK, FAINT, GHOST, STOP = (38, 38, 40), (120, 120, 124), (0, 0, 0, 26), (190, 40, 30)
MARGIN = 4.0
"""mm left and right of the part."""
BIT = 1.2
"""mm of line that is there or missing as one, where too little came out."""
MOST_HAIRS = 400
Box = tuple[int, int, int, int]


class Scale:
    """From mm of X and Z to pixels in a box, the plate at its lower edge."""

    def __init__(self, box: Box, x: tuple[float, float], top: float) -> None:
        left, upper, right, lower = box
        wide, high = max(x[1] - x[0], 1.0), max(top, 1.0)
        self.unit = min((right - left - 130) / wide, (lower - upper - 70) / high) * FINE
        self.within = x
        self.middle = (x[0] + x[1]) / 2.0
        self.centre = (left + right - 110) / 2.0 * FINE
        self.ground = (lower - 40) * FINE

    def x(self, mm: float) -> float:
        """Pixel of an X."""
        return self.centre + (mm - self.middle) * self.unit

    def shows(self, mm: float) -> bool:
        """True if an X lies in the picture."""
        return self.within[0] <= mm <= self.within[1]

    def z(self, mm: float) -> float:
        """Pixel of a Z."""
        return self.ground - mm * self.unit


def draw_side(
    pen: ImageDraw, fonts: dict[int, Any], done: Deposit, seen: NDArray[np.bool_], box: Box, chance: random.Random
) -> None:
    """Draw the part from the front into a box of the picture."""
    left, upper, right, lower = (edge * FINE for edge in box)
    pen.rectangle((left, upper, right, lower), outline=(0, 0, 0, 40))
    pen.text((left + 12 * FINE, upper + 8 * FINE), "from the front", fill=FAINT, font=fonts[18])
    program, strand = done.program, done.strand
    whole = _part(done, np.flatnonzero(program.prints))
    if not len(whole):
        return
    scale = Scale(box, _reach(done, seen, whole), float(program.heights.max()))
    pen.line((left, scale.ground, right, scale.ground), fill=INK, width=3 * FINE)
    _ruler(pen, fonts, scale, lower)
    _ghost(pen, done, whole, scale)
    if strand is None or not seen.any():
        pen.text((left + 40 * FINE, (upper + lower) / 2), "nothing was printed", fill=STOP, font=fonts[30])
        return
    _lines(pen, done, seen, scale, chance)
    _hairs(pen, done, scale, chance)
    _temperatures(pen, fonts, done, seen, scale, right)
    if done.stopped not in ("yes", "dead", "homing_failed"):
        top = scale.z(float(program.heights[max(done.layer, 0)]))
        for x in range(int(left), int(right) - 120 * FINE, 16 * FINE):
            pen.line((x, top, x + 8 * FINE, top), fill=STOP, width=2 * FINE)
        words = {"detached": "came off the plate here"}.get(done.stopped, "stopped here")
        pen.text((left + 12 * FINE, top - 26 * FINE), words, fill=STOP, font=fonts[18])


def _reach(done: Deposit, seen: NDArray[np.bool_], whole: NDArray[np.intp]) -> tuple[float, float]:
    """X from the leftmost to the rightmost line of the part, as it was asked for and as it lies, with a margin."""
    program, strand = done.program, done.strand
    ends = [program.start[whole, 0], (program.start + program.delta)[whole, 0]]
    if strand is not None and seen.any():
        real = places(done, seen)[0]
        own = np.isin(strand.rows[seen], whole)
        ends += [real[own, 0], real[own, 1]]
    return min(float(x.min()) for x in ends if len(x)) - MARGIN, max(float(x.max()) for x in ends if len(x)) + MARGIN


def _part(done: Deposit, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows that belong to the part."""
    program = done.program
    own = ~np.isin(program.region[rows], list(ASIDE)) & (program.layer[rows] >= 0)
    return rows[own]


def _ruler(pen: ImageDraw, fonts: dict[int, Any], scale: Scale, lower: float) -> None:
    """A bar of a round length under the plate, and how long it is."""
    long = next(mm for mm in (100.0, 50.0, 20.0, 10.0, 5.0, 1.0) if mm * scale.unit < 260 * FINE or mm == 1.0)
    x, y = scale.centre - long * scale.unit / 2, lower - 16 * FINE
    pen.line((x, y, x + long * scale.unit, y), fill=FAINT, width=2 * FINE)
    pen.text((x + long * scale.unit + 8 * FINE, y - 10 * FINE), f"{long:g} mm", fill=FAINT, font=fonts[15])


def _ghost(pen: ImageDraw, done: Deposit, whole: NDArray[np.intp], scale: Scale) -> None:
    """The outline that was asked for, pale, behind what there is."""
    program = done.program
    layer = program.layer[whole]
    low = np.full(program.layers, np.inf)
    high = np.full(program.layers, -np.inf)
    for ends in (program.start[whole, 0], (program.start + program.delta)[whole, 0]):
        np.minimum.at(low, layer, ends)
        np.maximum.at(high, layer, ends)
    for i, top in enumerate(program.heights):
        if high[i] >= low[i]:
            below = float(top - program.thickness[i])
            pen.rectangle((scale.x(low[i]), scale.z(top), scale.x(high[i]), scale.z(below)), fill=GHOST)


def _lines(pen: ImageDraw, done: Deposit, seen: NDArray[np.bool_], scale: Scale, chance: random.Random) -> None:
    """Every line that came out, the hindmost first; where too little came out, bits of it are missing."""
    strand, program, drift = done.strand, done.program, done.drift
    if strand is None or drift is None:
        return
    x, y = places(done, seen)
    rows = strand.rows[seen]
    ratio, height = strand.ratio[seen], strand.height[seen]
    layer = program.layer[rows]
    own = ~np.isin(program.region[rows], list(ASIDE)) & (layer >= 0) & (ratio > 0.02)
    bottom = program.heights - program.thickness - drift.sunk
    noise = np.array([chance.gauss(0.0, drift.noise) for _ in range(program.layers)])
    squashed = set(drift.squashed)
    for k in np.flatnonzero(own)[np.argsort(-y[own].mean(axis=1), kind="stable")]:
        i = int(layer[k])
        tall = height[k] * (0.35 if i in squashed else 1.0)
        z0 = float(bottom[i]) + (float(drift.sunk[i] - drift.sunk[i - 1]) if i in squashed else 0.0)
        z1 = z0 + tall * min(1.0, 0.35 + 0.65 * float(ratio[k]))
        lit = 1.0 - 0.18 * (i % 2) + 4.0 * float(noise[i]) + 0.5 * drift.ribs * np.sin(2 * np.pi * z0 / 8.0)
        colour = _shade(lit, float(ratio[k]))
        a, b = sorted((float(x[k, 0]), float(x[k, 1])))
        swell = 0.225 * float(ratio[k]) + float(noise[i])
        for left, right in _bits(a - swell, b + swell, float(ratio[k]), chance):
            pen.rectangle((scale.x(left), scale.z(z1), scale.x(right), scale.z(z0)), fill=colour)


def _shade(lit: float, ratio: float) -> tuple[int, int, int]:
    dull = 1.0 if ratio > 0.9 else 0.8
    red, green, blue = np.clip(PLASTIC * lit * dull, 0, 255).astype(int)
    return int(red), int(green), int(blue)


def _bits(left: float, right: float, ratio: float, chance: random.Random) -> list[tuple[float, float]]:
    """The pieces of a line that are there: all of it when in order, fewer the less came out."""
    if ratio > 0.94:
        return [(left, right)]
    found, x = [], left
    while x < right:
        end = min(x + BIT * chance.uniform(0.6, 1.4), right)
        if chance.random() < 0.2 + 0.8 * ratio**2:
            found.append((x, end))
        x = end
    return found


def _hairs(pen: ImageDraw, done: Deposit, scale: Scale, chance: random.Random) -> None:
    """Strings that can be seen, sagging between where the nozzle left and where it went on, with loose ends."""
    hairs, program, drift = done.hairs, done.program, done.drift
    if hairs is None or drift is None:
        return
    strong = hairs.hair > VISIBLE
    rows, hair = hairs.rows[strong], hairs.hair[strong]
    every = max(1, len(rows) // MOST_HAIRS)
    for row, much in zip(rows[::every], hair[::every], strict=True):
        a, b = float(program.start[row, 0]), float(program.start[row, 0] + program.delta[row, 0])
        if scale.shows(a) and scale.shows(b):
            z = float(program.start[row, 2])
            for _ in range(1 + int(min(much, 3.0))):
                _hair(pen, scale, (a, b, z), chance)


def _hair(pen: ImageDraw, scale: Scale, where: tuple[float, float, float], chance: random.Random) -> None:
    """One string from A to B at a height, overshooting at both ends as loose hair does."""
    a, b, z = where
    over = (1.0 if b >= a else -1.0) * chance.uniform(0.3, 2.2)
    a, b, sag = a - over, b + over, chance.uniform(0.1, 1.4)
    points = [
        (scale.x(a + (b - a) * t), scale.z(max(z - sag * 4.0 * t * (1.0 - t) + 0.3 * chance.random(), 0.0)))
        for t in np.linspace(0.0, 1.0, 9)
    ]
    pen.line(points, fill=EDGE, width=3)
    pen.line(points, fill=HAIR, width=2)


def _temperatures(
    pen: ImageDraw, fonts: dict[int, Any], done: Deposit, seen: NDArray[np.bool_], scale: Scale, right: float
) -> None:
    """A strip of the block's temperature beside the part, layer by layer."""
    strand, program = done.strand, done.program
    if strand is None or scale.ground - scale.z(float(program.heights.max())) < 60 * FINE:
        return
    rows = strand.rows[seen]
    layer = program.layer[rows]
    own = layer >= 0
    count = np.bincount(layer[own], minlength=program.layers)
    mean = np.bincount(layer[own], strand.block[seen][own], minlength=program.layers) / np.maximum(count, 1)
    x, told = right - 96 * FINE, _Told()
    pen.text((x - 4 * FINE, scale.z(float(program.heights.max())) - 30 * FINE), "nozzle", fill=FAINT, font=fonts[15])
    for i, top in enumerate(program.heights):
        if count[i]:
            below = scale.z(float(top - program.thickness[i]))
            pen.rectangle((x, scale.z(float(top)), x + 26 * FINE, below), fill=_heat(float(mean[i])))
            if told.again(float(mean[i]), scale.z(float(top))):
                text = f"{mean[i]:.0f} C"
                y = min(scale.z(float(top)) - 9 * FINE, scale.ground - 20 * FINE)
                pen.text((x + 32 * FINE, y), text, fill=INK, font=fonts[15])


class _Told:
    """Says a temperature again when it has changed and there is room."""

    def __init__(self) -> None:
        self.value, self.y = -1e9, 1e9

    def again(self, value: float, y: float) -> bool:
        """True if this one is to be written."""
        if abs(value - self.value) < 2.5 or self.y - y < 18 * FINE:
            return False
        self.value, self.y = value, y
        return True


def _heat(celsius: float) -> tuple[int, int, int]:
    """Blue at 185 C and below, red at 245 C and above."""
    share = min(max((celsius - 185.0) / 60.0, 0.0), 1.0)
    return int(60 + 180 * share), int(110 - 60 * abs(2 * share - 1)), int(220 - 180 * share)
