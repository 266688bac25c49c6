"""Heat along a file: the firmware follows the set points that the file gives, and physics follows as far as it can."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.program import Program
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import control, flow, heat

LONGEST_WAIT = 900.0
"""Seconds after which a wait for a heater is given up; protection has halted the machine long before."""
COLDEST = 170.0
"""Degrees C that must be shown before the extruder is moved, EXTRUDE_MINTEMP [S:MA]."""


@dataclass(frozen=True)
class Warmth:
    """Temperatures on the clock of the motion; waits for heaters take none of it.

    Attributes:
        seconds: of the motion, one each `heat.STEP`.
        block, bed: true, degrees C; `reading` is what the firmware shows of the hot end.
        waited: seconds that the head stood and waited for heaters.
        volts: lowest supply voltage as a share of the nominal.
        error: the firmware's words when it halted; `reset` is True if the board browned out.
        stopped: second of the motion at which that was, infinite if never.
    """

    seconds: Array
    block: Array
    bed: Array
    reading: Array
    waited: float
    volts: float
    error: str
    reset: bool
    stopped: float

    def at(self, column: Array, seconds: Array) -> Array:
        """One of the columns at other instants."""
        return np.interp(seconds, self.seconds, column) if len(column) else np.full(len(seconds), heat.AMBIENT)


def follow(machine: Machine, values: Mapping[str, Any], program: Program, rng: random.Random) -> Warmth:
    """Run the heaters along a file.

    Args:
        machine: the printer model.
        values: its parameters.
        program: the file; its motion gives the clock.
        rng: noise of sensors, openings of a broken strand.
    """
    schedule = _Schedule.of(program, values["slicer.temperature"], machine.bed_size[0])
    run = heat.Heating(machine, heat.Parts.of(machine, values), control.gains(machine, values), 0.0, 0.0, rng)
    rows: list[int] = []
    for i in range(len(schedule.seconds)):
        opening = heat.opens(values, run.metal.block, float(schedule.place[i])) * heat.STEP / 60.0
        run.opening = opening if schedule.moving[i] else 0.0
        run.aim(float(schedule.hotend[i]), float(schedule.bed[i]))
        alive = _wait(run, int(schedule.waits[i]), float(schedule.fan[i])) and run.step(
            float(schedule.seconds[i]), fan=float(schedule.fan[i]), flow=float(schedule.flow[i])
        )
        if not alive:
            break
        rows.append(len(run.trace.true) - 1)
    trace, kept = run.trace, len(rows)
    over = kept < len(schedule.seconds)
    return Warmth(
        schedule.seconds[:kept],
        np.array(trace.true)[rows] if kept else np.zeros(0),
        np.array(trace.bed_true)[rows] if kept else np.zeros(0),
        np.array(trace.reading)[rows] if kept else np.zeros(0),
        (len(trace.true) - kept) * heat.STEP,
        trace.volts / machine.volts,
        trace.error,
        trace.reset,
        float(schedule.seconds[kept]) if over else float("inf"),
    )


def _wait(run: heat.Heating, waits: int, fan: float) -> bool:
    """Stand until the heaters that are waited for are warm; False once the machine has stopped."""
    for _ in range(int(LONGEST_WAIT / heat.STEP) if waits else 0):
        warm = run.shown >= run.target - 1.0 or not waits & 1
        bed_warm = run.bed_shown >= run.bed_target - 1.0 or not waits & 2
        if warm and bed_warm:
            break
        run.opening, opening = 0.0, run.opening
        if not run.step(0.0, fan=fan, flow=0.0):
            return False
        run.opening = opening
    return True


@dataclass(frozen=True)
class _Schedule:
    """What a file asks of the heaters, on a grid of the motion's time."""

    seconds: Array
    hotend: Array
    bed: Array
    fan: Array
    flow: Array
    moving: Array
    place: Array
    waits: Array

    @classmethod
    def of(cls, program: Program, hotter: float, wide: float) -> _Schedule:
        profile = program.profile
        seconds = np.arange(0.0, profile.total + heat.STEP, heat.STEP)
        move = np.minimum(np.searchsorted(profile.end, seconds), len(program) - 1)
        fed = np.cumsum(np.maximum(program.delta[:, 3], 0.0)) * flow.FILAMENT_AREA
        melted = np.diff(np.interp(seconds, profile.end, fed), append=fed[-1]) / heat.STEP
        waits = np.zeros(len(seconds))
        for at in np.flatnonzero(program.heats):
            slot = min(int((profile.begin[at] - program.hold[at]) / heat.STEP), len(seconds) - 1)
            waits[slot] = int(waits[slot]) | int(program.heats[at])
        hotend = np.where(program.hotend > 0.0, program.hotend + hotter, 0.0)
        # set points count from where they are waited for: the move behind the wait is the first to have them
        move = np.where(waits > 0, np.minimum(move + 1, len(program) - 1), move)
        moving = (profile.begin[move] <= seconds).astype(float)
        place = np.interp(seconds, profile.end, (program.start + program.delta)[:, 0] / wide)
        return cls(seconds, hotend[move], program.bed[move], program.fan[move], melted, moving, place, waits)
