"""Printing a file of G-code on a simulated printer: what the command line asks for, and what it tells."""

from __future__ import annotations

import errno
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from actors.worlds.printer.gcode import models, picture, wording
from actors.worlds.printer.gcode.printed import measure
from actors.worlds.printer.gcode.source import GcodeInvalid
from actors.worlds.printer.machine import loaded, machines
from actors.worlds.printer.material import materials
from actors.worlds.printer.printer import VirtualPrinter
from ops.failures import WrongUse

Plain = dict[str, Any]


def print_file(printer: VirtualPrinter, file: str, png: str | None = None) -> Plain:
    """Print a file and measure what came out; draw it where a picture is wanted.

    Args:
        printer: with its faults; it ages by the time of the print.
        file: path of the G-code, plain or packed with gzip.
        png: path of the picture; None is none.

    Returns:
        plain values as `printed.measure` gives them, with the printer's `seed`, its `faults`, and `good`.

    Raises:
        WrongUse: the file cannot be printed, or pictures cannot be drawn here.
        OSError: the file cannot be read, or the picture not written.
    """
    if png is not None:
        _can_draw(Path(png))
    try:
        done = printer.print_file(Path(file))
    except GcodeInvalid as error:
        raise WrongUse(str(error)) from error
    measured = measure(done)
    faults = [fault.plain() for fault in printer.faults]
    good = wording.is_good(measured)
    if png is not None:
        told = ", ".join(f"{one['cause']} ({one['severity']})" for one in faults) or "no fault"
        picture.save(done, measured, Path(png), title=f"{printer.machine.name}, {told}")
    return {"good": good, "seed": printer.seed, "faults": faults, **measured, "png": png}


def told(measured: Plain) -> str:
    """The result for people: how it ended, then all that was measured; what is off is marked."""
    lines = [wording.headline(measured)[0]]
    lines += [f"  {'ODD ' if odd else '    '} {line}" for line, odd in wording.sentences(measured)]
    return "\n".join(lines)


def model_text(model: str, machine: str, material: str | None = None) -> str:
    """A test model as G-code for a machine.

    Raises:
        WrongUse: there is no such model, machine or material.
    """
    if machine not in machines():
        raise WrongUse(f"--model: there is no '{machine}'; there are {', '.join(machines())}")
    if material is not None and material not in materials():
        raise WrongUse(f"--material: there is no '{material}'; there are {', '.join(materials())}")
    try:
        return "\n".join(models.lines_of(model, loaded(machine, material))) + "\n"
    except LookupError as error:
        raise WrongUse(str(error)) from error


def _can_draw(path: Path) -> None:
    """See before the print whether its picture can be drawn and has a place."""
    if find_spec("PIL") is None:
        raise WrongUse(picture.PILLOW_WANTED)
    if path.suffix.lower() != ".png":
        raise WrongUse(f"--png: the picture is a PNG; '{path}' must end in .png")
    if not path.parent.is_dir():
        raise OSError(errno.ENOENT, "its folder is not there", str(path))
