"""A printed file as a picture: the part from the front, the first layer on its plate, and what to look at in words.

Drawn with Pillow, which is imported only here and only when a picture is wanted.
"""

from __future__ import annotations

import random
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from actors.worlds.printer.gcode.bedview import draw_bed
from actors.worlds.printer.gcode.deposit import Deposit
from actors.worlds.printer.gcode.sideview import draw_side
from actors.worlds.printer.gcode.wording import headline, sentences

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIZE = (1500, 980)
"""Pixels of the picture."""
COLUMN = 78
"""Characters of one line of words."""
FINE = 2
"""Drawn so many times larger and then reduced, for smooth edges."""
PAPER, INK, FAINT = (250, 249, 246), (38, 38, 40), (120, 120, 124)
GOOD, BAD = (34, 120, 60), (190, 40, 30)


PILLOW_WANTED = (
    "pictures are drawn with Pillow, which is not installed here; install it: pip install 'journeyman[pictures]'"
)


def save(done: Deposit, measured: dict[str, Any], path: Path, *, title: str) -> None:
    """Draw what a file left on the plate and write it as PNG.

    Args:
        done: the printed file.
        measured: what `printed.measure` says of it.
        path: where to write; an existing file is replaced once the picture is complete.
        title: who printed, in a few words.

    Raises:
        ModuleNotFoundError: the library that draws is not there.
        OSError: the file cannot be written.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError:
        raise ModuleNotFoundError(PILLOW_WANTED) from None
    image = Image.new("RGB", (SIZE[0] * FINE, SIZE[1] * FINE), PAPER)
    pen = ImageDraw.Draw(image, "RGBA")
    fonts = {size: ImageFont.load_default(size * FINE) for size in (15, 18, 22, 30)}
    chance = random.Random(1)
    seen = _seen(done)
    _head(pen, fonts, done, measured, title)
    draw_side(pen, fonts, done, seen, (30, 130, 760, 700), chance)
    draw_bed(pen, fonts, done, (810, 130, 1470, 700))
    _words(pen, fonts, sentences(measured))
    whole = path.with_name(path.name + ".part")
    try:
        image.resize(SIZE, Image.Resampling.LANCZOS).save(whole, format="PNG")
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)


def _seen(done: Deposit) -> Any:
    if done.strand is None:
        return np.zeros(0, dtype=np.bool_)
    return done.program.profile.end[done.strand.rows] <= done.ended


def _head(pen: ImageDraw, fonts: dict[int, Any], done: Deposit, measured: dict[str, Any], title: str) -> None:
    said, good = headline(measured)
    pen.text((30 * FINE, 22 * FINE), f"{Path(done.program.name).name} on {title}", fill=INK, font=fonts[22])
    pen.text((30 * FINE, 60 * FINE), said, fill=GOOD if good else BAD, font=fonts[30])


def _words(pen: ImageDraw, fonts: dict[int, Any], lines: list[tuple[str, bool]]) -> None:
    """The measurements in two columns under the pictures."""
    wrapped = [(part, odd) for line, odd in lines for part in textwrap.wrap(line, COLUMN, subsequent_indent="    ")]
    half = (len(wrapped) + 1) // 2
    for i, (line, odd) in enumerate(wrapped):
        x, y = (30, 720 + 29 * i) if i < half else (770, 720 + 29 * (i - half))
        pen.text((x * FINE, y * FINE), line, fill=BAD if odd else INK, font=fonts[18])
