"""Instruments for the way of the filament: spool, drive gear, melt zone, nozzle."""

from __future__ import annotations

import random

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.instruments.catalogue import Reading, Values, at, instrument
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import flow, surface


def _extruded(name: str, speed: float) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        runs = []
        for tangled in (0.2, 0.5, 0.9):
            out = flow.extrude(
                machine, values, block=machine.material.nozzle, flow=speed * machine.material.pace, tangled=tangled
            )
            lost = 1.0 - out.delivered / (values["firmware.e_steps"] * values["slicer.flow"])
            length = 100.0 * values["firmware.e_steps"] * (1.0 - lost * rng.uniform(0.7, 1.3))
            runs.append(length + rng.gauss(0, 0.3))
        return [
            within(at(name, "mean_of_100_mm"), sum(runs) / 3, "mm", 96.4, 103.6),
            within(at(name, "spread_of_three"), max(runs) - min(runs), "mm", None, 2.5),
        ]

    read.__name__ = name
    return read


instrument("Mark 100 mm of filament and feed it slowly, three times.", 10)(_extruded("extrude_100mm_slow", 1.2))
instrument("Mark 100 mm of filament and feed it fast, three times.", 8)(_extruded("extrude_100mm_fast", 8.5))


@instrument("Feed filament into free air and watch the strand.", 5)
def free_extrusion(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """The strand, the pops, and what runs out at standstill."""
    free = flow.bore(values) / (0.4 + values["nozzle.wear"])
    strand = "nothing" if free < 0.15 else "thin and curling" if free < 0.72 else "straight"
    return [
        word(at("free_extrusion", "strand"), strand, "straight"),
        within(at("free_extrusion", "pops"), surface.pops(machine.material, values), "1/min", None, 4.0),
    ]


@instrument("Cold pull: cool to 90 C, pull the filament out and look at its end.", 12)
def cold_pull(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """The shape of the melt chamber, and what sits in it."""
    debris = "debris" if values["nozzle.clog"] > 0.14 else "clean"
    return [
        word(at("cold_pull", "tip"), debris, "clean"),
        word(at("cold_pull", "bore_mark"), "burnt rim" if values["nozzle.char"] > 0.14 else "sharp", "sharp"),
        word(at("cold_pull", "collar"), "collar" if values["ptfe_tube.gap"] > 0.45 else "none", "none"),
    ]


@instrument("Open the extruder and push filament through the hot nozzle by hand.", 4)
def push_by_hand(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Force behind the drive gear."""
    force = flow.pressure_force(machine.material, flow.bore(values), machine.material.nozzle - 5.0, 2.0) + flow.drag(
        machine, values, 0.0
    )
    ground = 45.0 * max(values["idler.tension"] - 1.4, 0.0)  # the idler is open
    return [within(at("push_by_hand", "force"), (force - ground) * rng.gauss(1, 0.04), "N", None, 19.0)]


@instrument("Pull the spool by hand and feel how it unwinds.", 1)
def pull_spool(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Drag of the spool."""
    return [within(at("pull_spool", "force"), 1.0 + values["filament.tangle"] * rng.uniform(0.5, 1.0), "N", None, 8.0)]


@instrument("Unload and look at the marks of the drive gear in the filament.", 4)
def filament_marks(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """How the gear bit."""
    tension = values["idler.tension"]
    bite = (1.0 - values["drive_gear.wear"]) * (1.0 - values["drive_gear.dust"])
    if values["filament.notch"] > 0.4:
        return [word(at("filament_marks", "marks"), "ground through", "even")]
    marks = "flattened" if tension > 1.6 else "faint" if tension < 0.6 else "torn" if bite < 0.6 else "even"
    return [word(at("filament_marks", "marks"), marks, "even")]


@instrument("Weigh the spool, dry a sample for an hour, weigh again.", 20)
def filament_weight(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Water in the filament."""
    return [
        within(at("filament_weight", "loss"), values["filament.moisture"] * 0.6 + rng.gauss(0, 0.01), "%", None, 0.24)
    ]


@instrument("Pin gauges: diameter of the orifice.", 4, "nozzle", powered=False)
def nozzle_gauge(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Wear of the orifice."""
    return [within(at("nozzle_gauge", "orifice"), 0.4 + values["nozzle.wear"] + rng.gauss(0, 0.004), "mm", None, 0.46)]
