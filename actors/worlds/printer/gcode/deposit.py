"""A file printed: motion, heat, filament, plate and air put together, as far as the machine gets."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from actors.worlds.printer import homing, print_job
from actors.worlds.printer.gcode.drift import Drift, drifted
from actors.worlds.printer.gcode.finish import Finish, finished
from actors.worlds.printer.gcode.hairs import Hairs, drawn
from actors.worlds.printer.gcode.plate import Plate, laid
from actors.worlds.printer.gcode.program import Program
from actors.worlds.printer.gcode.remarks import REGIONS
from actors.worlds.printer.gcode.strand import Strand, extruded
from actors.worlds.printer.gcode.warmth import COLDEST, Warmth, follow
from actors.worlds.printer.gcode.waves import Band, bands
from actors.worlds.printer.machine import Machine

KILLED = "Error:Printer halted. kill() called!"


@dataclass(frozen=True)
class Deposit:
    """What lies on the plate, and how it came about.

    Attributes:
        machine, program: the printer model and the file.
        stopped: `yes` if the file was run to its end, else the word for what ended it, as in a test print.
        ended: second of the motion at which that was.
        firmware: lines that the firmware sent besides the ordinary.
        warmth, strand, plate, drift, hairs, finish, bands: what physics gave; None where the print did not get there.
    """

    machine: Machine
    program: Program
    stopped: str = "yes"
    ended: float = 0.0
    firmware: tuple[str, ...] = ()
    warmth: Warmth | None = None
    strand: Strand | None = None
    plate: Plate | None = None
    drift: Drift | None = None
    hairs: Hairs | None = None
    finish: Finish | None = None
    bands: tuple[Band, ...] = field(default=())

    @property
    def layer(self) -> int:
        """The last layer that was begun, -1 if none."""
        begun = self.program.layer[self.program.profile.begin <= self.ended]
        return int(begun.max()) if len(begun) and self.strand is not None else -1


def deposit(machine: Machine, values: Mapping[str, Any], program: Program, rng: random.Random) -> Deposit:
    """Print a file.

    What belongs to slicing counts as if the file had been sliced with it: `slicer.temperature`, `slicer.flow`,
    `slicer.retraction` and `slicer.speed` act on what the file says.

    Args:
        machine: the printer model.
        values: its parameters.
        program: the file as this machine takes it.
        rng: everything that differs from print to print.
    """
    if not print_job.powered(values):
        return Deposit(machine, program, "dead")
    homed = homing.home(machine, values, rng)
    if homed.outcome != "normal":
        return Deposit(machine, program, "homing_failed", firmware=tuple(homed.firmware))
    program = paced(program, float(values["slicer.speed"]))
    warmth = follow(machine, values, program, rng)
    done = _ended(Deposit(machine, program, warmth=warmth), values, rng)
    warmth = replace(warmth, stopped=min(warmth.stopped, done.ended))
    strand = extruded(machine, values, program, warmth, rng)
    middle = (program.profile.begin + program.profile.end) / 2.0
    plate = laid(machine, values, program, strand, warmth.at(warmth.bed, middle[strand.rows]), rng)
    if plate is not None and plate.lost < done.ended:
        done = replace(done, stopped="detached", ended=plate.lost, firmware=())
    return replace(
        done,
        strand=strand,
        plate=plate,
        drift=drifted(machine, values, program, warmth.volts, done.ended, rng),
        hairs=drawn(machine, values, program, warmth.at(warmth.block, middle), done.ended, strand.jammed),
        finish=finished(machine, values, program, strand, done.ended / 60.0),
        bands=bands(machine, values, warmth),
        firmware=(*done.firmware, *_told(program, warmth)),
    )


def paced(program: Program, speed: float) -> Program:
    """The file with another speed of its infill, as the slicer's setting has it."""
    if abs(speed - 1.0) < 0.1:
        return program
    filled = program.prints & np.isin(program.region, (REGIONS.index("infill"), REGIONS.index("other")))
    return replace(program, feed=np.where(filled, program.feed * speed, program.feed))


def _ended(done: Deposit, values: Mapping[str, Any], rng: random.Random) -> Deposit:
    """Put in what ends a print early: the firmware's protection, a reset, a cable."""
    warmth, total = done.warmth, done.program.profile.total
    if warmth is None:
        return done
    if warmth.reset:
        return replace(done, stopped="reset", ended=warmth.stopped, firmware=("start",))
    if warmth.error:
        words = (f"Error:{warmth.error}", KILLED)
        return replace(done, stopped="thermal_error", ended=warmth.stopped, firmware=words)
    rates = print_job.interruptions(values)  # a broken strand of the sensor's cable is in the heat already
    cuts = [(rng.expovariate(rate), how) for how, rate in rates.items() if rate > 0 and how != "thermal_error"]
    minute, how = min(cuts, default=(float("inf"), ""))
    if 60.0 * minute < total:
        return replace(done, stopped=how, ended=60.0 * minute, firmware=("start",) if how == "reset" else ())
    return replace(done, ended=total)


def _told(program: Program, warmth: Warmth) -> tuple[str, ...]:
    """What the firmware said to the file's lines, once each."""
    fed = program.delta[:, 3] > 0.0
    begin = program.profile.begin[fed]
    cold = len(begin) > 0 and bool((warmth.at(warmth.reading, begin) < COLDEST).any()) and warmth.stopped > begin[0]
    return (*program.said, "echo: cold extrusion prevented") if cold else tuple(program.said)
