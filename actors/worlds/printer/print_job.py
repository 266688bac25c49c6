"""A test print: power up, home, heat, first layer, body; and the measured result of however far it got."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from actors.worlds.printer import homing
from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.gcode import models
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.material import Material
from actors.worlds.printer.physics import circuit, flow, heat, motion, surface, vertical

Values = Mapping[str, float]

MODELS = {"cube": 25.0, "long": 90.0}
"""Test models and their printing time in minutes; slow faults show only in the long one."""
HEAT_SECONDS = 420.0
FAN_SECONDS = 120.0
"""Of them with the part fan on."""


@dataclass
class PrintResult:
    """What a test print gave.

    Attributes:
        findings: all that could be measured on what was printed.
        firmware: lines that the firmware sent besides the ordinary.
        stopped: how it ended: `yes` if it completed, else the word for the stop.
        minutes: printing time until the end.
        ground: True if the gear has ground a notch into the filament, which stays.
    """

    findings: list[Finding] = field(default_factory=list)
    firmware: list[str] = field(default_factory=list)
    stopped: str = "yes"
    minutes: float = 0.0
    ground: bool = False

    @property
    def good(self) -> bool:
        """True if it completed and nothing measured is off."""
        return self.stopped == "yes" and all(f.state == "normal" for f in self.findings)

    def state(self, what: str) -> str:
        """State of one finding, `unknown` if the print did not get that far."""
        return next((f.state for f in self.findings if f.sign == f"test_print/{what}"), "unknown")

    def value(self, what: str) -> float | str | None:
        """Value of one finding, None if the print did not get that far."""
        return next((f.value for f in self.findings if f.sign == f"test_print/{what}"), None)


def print_model(machine: Machine, values: Values, model: str, rng: random.Random) -> PrintResult:
    """Print a test model.

    Args:
        machine: the printer model.
        values: its parameters.
        model: `cube` or `long`.
        rng: everything that differs from print to print.
    """
    result = PrintResult()
    _run(machine, values, model, rng, result)
    result.findings.insert(0, word("test_print/completed", result.stopped, "yes"))
    return result


def _run(machine: Machine, values: Values, model: str, rng: random.Random, result: PrintResult) -> None:
    if not powered(values):
        result.stopped = "dead"
        return
    homed = homing.home(machine, values, rng)
    result.firmware += homed.firmware
    result.findings.append(word("test_print/homing", homed.outcome, "normal"))
    if homed.outcome != "normal":
        result.stopped = "homing_failed"
        return
    trace = _heat(machine, values, rng, result)
    if result.stopped != "yes":
        return
    minutes = MODELS[model]
    ended = _interrupted(values, minutes, rng)
    if ended is not None:
        minutes, result.stopped = ended
        if result.stopped == "thermal_error":
            result.firmware += [
                "Error:MINTEMP triggered, system stopped! Heater_ID: E0",
                "Error:Printer halted. kill() called!",
            ]
            result.findings.append(word("test_print/firmware_error", "MINTEMP", "none"))
    result.minutes = minutes
    layer = vertical.first_layer(machine, values, trace.bed_true[-1] - 3.0, rng)
    _first_layer(layer, machine.material.warp, result)
    if layer.grip < 0.12:
        result.stopped, result.minutes = "detached", 2.0
        return
    block = _mean(trace.true[-120:])
    _extrusion(machine, values, block, minutes, rng, result)
    _axes(machine, values, minutes, trace.volts / machine.volts, rng, result)
    _layers(machine, values, int(models.LAYERS[model] * minutes / MODELS[model]), rng, result)
    _skin(machine, values, block, minutes, rng, result)


def powered(values: Values) -> bool:
    """True if the machine comes on at all."""
    return values["mains_cable.contact"] > 0.05 and values["mainboard.health"] > 0.05


def heat_up_limit(machine: Machine, bed: bool = True, target: float = 210.0) -> float:
    """Seconds within which a machine in order reaches a target in degrees C, with a third to spare."""
    hot = machine.hotend
    supply = circuit.Supply.of(machine, _HEALTHY).volts(1.0, float(bed)) / machine.volts
    watts = hot.power * supply**2
    full = watts / hot.loss
    return 1.36 * hot.heat / hot.loss * math.log(full / (full - (target - heat.AMBIENT))) + 12.0


def heating_seconds(material: Material) -> float:
    """Seconds for which a print heats and settles before it begins; longer for a hotter bed."""
    return HEAT_SECONDS + 15.0 * max(material.bed - 60.0, 0.0)


_HEALTHY = {
    "heater_wiring.resistance": 0.05,
    "bed_heater.power": 1.0,
    "psu.resistance": 0.08,
    "psu_terminals.resistance": 0.015,
}


def _heat(machine: Machine, values: Values, rng: random.Random, result: PrintResult) -> heat.Trace:
    material = machine.material
    target = material.nozzle + values["slicer.temperature"]
    seconds = heating_seconds(material)
    fan_after = seconds - FAN_SECONDS
    trace = heat.heat(
        machine,
        values,
        target=target,
        bed_target=material.bed,
        seconds=seconds,
        fan_after=fan_after,
        fan=material.fan,
        flow=flow.wall_flow(machine),
        rng=rng,
    )
    found = result.findings
    if trace.reset:
        result.stopped, result.firmware = "reset", [*result.firmware, "start"]
        found.append(within("test_print/supply_low", trace.volts / machine.volts, "share", 0.9, None))
        return trace
    if trace.error:
        result.stopped = "thermal_error"
        result.firmware += [f"Error:{trace.error}", "Error:Printer halted. kill() called!"]
        found.append(word("test_print/firmware_error", trace.error.partition(",")[0].replace(" triggered", ""), "none"))
        found.append(within("test_print/supply_low", trace.volts / machine.volts, "share", 0.9, None))
        return trace
    fan_at = int(fan_after / heat.STEP)
    before, after = trace.reading[fan_at - 80 : fan_at], trace.reading[fan_at:]
    swing = sorted(trace.reading[fan_at - 200 : fan_at])
    heat_up = trace.heat_up if trace.heat_up is not None else seconds
    found.append(within("test_print/heat_up", heat_up, "s", None, heat_up_limit(machine, target=material.nozzle)))
    found.append(within("test_print/temperature_swing", swing[-5] - swing[4], "K", None, 2.1))
    found.append(within("test_print/temperature_drop_with_fan", _mean(before) - _mean(after[-60:]), "K", None, 3.0))
    found.append(within("test_print/supply_low", trace.volts / machine.volts, "share", 0.9, None))
    return trace


def interruptions(values: Values) -> dict[str, float]:
    """What can end a print early, and how often a minute of printing brings it."""
    return {
        "died": 40.0 * max(0.995 - values["mains_cable.contact"], 0.0) / 60.0,
        "reset": 10.0 * max(0.9 - values["mainboard.health"], 0.0) / 60.0,
        "thermal_error": heat.strand_openings(values),
    }


def _interrupted(values: Values, minutes: float, rng: random.Random) -> tuple[float, str] | None:
    """The first thing that ends the print early, and when."""
    ends = [(rng.expovariate(rate), how) for how, rate in interruptions(values).items() if rate > 0]
    first = min(ends, default=None)
    return first if first is not None and first[0] < minutes else None


def _first_layer(layer: vertical.FirstLayer, warp: float, result: PrintResult) -> None:
    result.findings += [
        within("test_print/first_layer_height", layer.height_error, "mm", -0.07, 0.075),
        within("test_print/first_layer_spread", layer.spread, "mm", None, 0.15),
        within("test_print/first_layer_grip", layer.grip, "share", 0.6, None),
        within("test_print/corner_lift", max(0.0, 0.62 - layer.weakest) * 1.2 * warp, "mm", None, 0.3),
    ]


def _extrusion(
    machine: Machine, values: Values, block: float, minutes: float, rng: random.Random, result: PrintResult
) -> None:
    infill = flow.infill_flow(machine) * values["slicer.speed"]
    early = flow.extrude(machine, values, block=block, flow=flow.wall_flow(machine), tangled=0.3)
    fast = flow.extrude(machine, values, block=block, flow=infill, tangled=0.3)
    pulled = flow.extrude(machine, values, block=block, flow=infill, tangled=1.0)
    late = flow.extrude(machine, values, block=block, flow=flow.wall_flow(machine), tangled=0.6, minutes=minutes)
    result.ground = early.delivered < flow.DRY * _asked(values) and not early.skips
    uneven = abs(fast.delivered - pulled.delivered) / 2.0 + 0.35 * (1.0 - min(fast.delivered / _asked(values), 1.0))
    wall = 0.45 * early.delivered + 0.5 * values["nozzle.wear"]
    slipping = max(fast.share, early.share, late.share)
    clicks = max(0.0, slipping - 0.62) * 40.0 * (1.0 if fast.skips else 0.5)
    noise = rng.gauss(0.0, 0.006)
    result.findings += [
        within("test_print/wall_flow", early.delivered + noise, "share", 0.95, 1.055),
        within("test_print/infill_flow", fast.delivered + noise, "share", 0.94, 1.055),
        within("test_print/late_flow", late.delivered + noise, "share", 0.93, 1.06),
        within("test_print/flow_variation", uneven + abs(noise), "share", None, 0.035),
        within("test_print/line_width", wall, "mm", 0.42, 0.485),
        within("test_print/clicks", clicks, "1/min", None, 1.5),
        within("test_print/wall_bond", surface.bond(machine.material, early.melt), "share", 0.8, None),
        within("test_print/infill_bond", surface.bond(machine.material, fast.melt), "share", 0.72, None),
    ]


def _asked(values: Values) -> float:
    return values["firmware.e_steps"] * values["slicer.flow"]


def _axes(
    machine: Machine, values: Values, minutes: float, volts: float, rng: random.Random, result: PrintResult
) -> None:
    runs = {axis: motion.run_axis(machine, values, axis, minutes, rng, volts) for axis in ("x", "y")}
    knocks = collide(machine, values, minutes, rng)
    events = sorted([event for run in runs.values() for event in run.events] + knocks)
    a = b = most_x = most_y = 0.0
    for _, motor, mm, _how in events:
        a, b = (a + mm, b) if motor == "x" else (a, b + mm)
        x, y = motion.to_head(machine, a, b)
        most_x, most_y = max(most_x, abs(x)), max(most_y, abs(y))
    kinds = {how for *_, how in events}
    step = next((name for how, name in _QUANTA if how in kinds), "none")
    start = events[0][0] if events else None
    result.findings += [
        within("test_print/shift_x", most_x, "mm", None, 0.15),
        within("test_print/shift_y", most_y, "mm", None, 0.15),
        word("test_print/shift_step", step, "none"),
        within("test_print/scars", len(knocks), "scars", None, 0.5),
        word("test_print/shift_begin", "none" if start is None else "after warm-up" if start > 8 else "early", "none"),
        within(
            "test_print/ringing",
            max(1 / motion.stiffness(values, "x"), 1 / motion.stiffness(values, "y")),
            "x",
            None,
            1.55,
        ),
        within("test_print/circle_error", max(motion.play(values, "x"), motion.play(values, "y")), "mm", None, 0.05),
        within("test_print/skew", motion.skew(machine, values), "deg", None, 0.45),
    ]


def collide(
    machine: Machine, values: Values, minutes: float, rng: random.Random
) -> list[tuple[float, motion.Axis, float, str]]:
    """Where the nozzle ran into the print: each time a scar, and a few steps lost, always a multiple of 0.8 mm."""
    rate, now = surface.collisions(machine.material, values) / 60.0, 0.0
    found: list[tuple[float, motion.Axis, float, str]] = []
    while rate > 0.0:
        now += rng.expovariate(rate)
        if now > minutes:
            break
        found.append((now, rng.choice(("x", "y")), motion.STEP_LOSS * rng.choice((-2, -1, 1, 2)), "steps"))
    return found


_QUANTA = (("slip", "irregular"), ("tooth", "2.0 mm"), ("steps", "0.8 mm"))


def _layers(machine: Machine, values: Values, layers: int, rng: random.Random, result: PrintResult) -> None:
    lost, middle = vertical.lost_layers(machine, values, layers, rng)
    where = "none" if lost < 2 else "at one height" if middle > 0.75 else "everywhere"
    result.findings += [
        within("test_print/squashed_layers", lost, "layers", None, 1.5),
        word("test_print/squashed_where", where, "none"),
        within("test_print/ribs", vertical.ribs(machine, values), "mm", None, 0.045),
        within("test_print/layer_noise", vertical.height_noise(machine, values), "mm", None, 0.03),
    ]


def _skin(
    machine: Machine, values: Values, block: float, minutes: float, rng: random.Random, result: PrintResult
) -> None:
    material = machine.material
    result.findings += [
        within(
            "test_print/strings",
            surface.ooze(material, values, block) + abs(rng.gauss(0.0, 0.015)),
            "hair",
            None,
            0.42 * material.strings,
        ),
        within("test_print/pops", surface.pops(material, values), "1/min", None, 4.0),
        within("test_print/overhang_droop", surface.droop(material, values), "mm", None, 0.25),
    ]
    if "toolhead_2" not in machine.lacks:
        result.findings += [
            within("test_print/tool_offset_start", abs(surface.tool_offset(machine, values, 0.0)), "mm", None, 0.09),
            within("test_print/tool_offset_end", abs(surface.tool_offset(machine, values, minutes)), "mm", None, 0.125),
        ]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
