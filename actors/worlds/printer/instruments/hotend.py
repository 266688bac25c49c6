"""Instruments for the hot end: thermometers, heater, sensor, fans."""

from __future__ import annotations

import random

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.instruments.catalogue import Values, at, instrument
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import heat, surface

SHOWN = 200.0
"""Degrees C at which thermometers are compared."""


@instrument("Compare the hot end's reading at 200 C with a reference thermometer.", 8)
def hotend_thermometer(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """True minus shown temperature of the block."""
    trace = heat.heat(machine, values, target=SHOWN, seconds=260, rng=rng)
    if trace.error or not trace.true:
        return [word(at("hotend_thermometer", "reached"), "never reached", "yes")]
    off = sum(t - r for t, r in zip(trace.true[-80:], trace.reading[-80:], strict=True)) / 80
    return [within(at("hotend_thermometer", "true_minus_shown"), off + rng.gauss(0, 0.4), "K", -5.0, 8.0)]


@instrument("Multimeter: resistance of the heater cartridge itself, and voltage lost in its wiring.", 8, powered=False)
def heater_circuit(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Cartridge and wiring apart."""
    nominal = machine.volts**2 / machine.hotend.power
    ohm = min(nominal / max(values["heater_cartridge.power"], 1e-6), 1e6)
    wiring = values["heater_wiring.resistance"]
    lost = machine.volts * wiring / (wiring + min(ohm, 1e6))
    return [
        within(
            at("heater_circuit", "cartridge_resistance"),
            ohm * rng.gauss(1, 0.01),
            "ohm",
            0.88 * nominal,
            1.13 * nominal,
        ),
        within(at("heater_circuit", "wiring_loss"), lost, "V", None, 0.8),
    ]


@instrument("Heat to 210 C, wait ten seconds, measure what ran out of the idle nozzle.", 4)
def idle_ooze(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """What the true temperature lets run out."""
    trace = heat.heat(machine, values, target=machine.material.nozzle, seconds=240, rng=rng)
    if trace.error or not trace.true:
        return [word(at("idle_ooze", "reached"), "never reached", "yes")]
    return [
        within(
            at("idle_ooze", "length"), surface.standstill_ooze(machine.material, values, trace.true[-1]), "mm", 1.3, 3.0
        )
    ]


@instrument("After twenty minutes at 210 C: temperature of the heat sink.", 22)
def heatsink_temperature(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Heat above the break."""
    return [
        within(
            at("heatsink_temperature", "temperature"),
            heat.sink_temperature(values, 210.0, 20.0) + rng.gauss(0, 0.7),
            "C",
            None,
            54.0,
        )
    ]


@instrument("Hand in the air stream of the hot end fan.", 1, "hotend_fan")
def hotend_fan_air(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Speed and air apart: a clogged fan spins but moves little."""
    spin = 1.0 - values["hotend_fan.wear"]
    return [
        within(at("hotend_fan_air", "speed"), spin * rng.gauss(1, 0.03), "share", 0.7, None),
        within(
            at("hotend_fan_air", "air"),
            spin * (1.0 - values["hotend_fan.lint"]) * rng.gauss(1, 0.04),
            "share",
            0.62,
            None,
        ),
    ]


@instrument("Hand in the air stream of the part fan, and see where it points.", 1, "part_fan")
def part_fan_air(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Air and aim."""
    return [
        within(at("part_fan_air", "air"), values["part_fan.flow"] * rng.gauss(1, 0.04), "share", 0.68, None),
        within(at("part_fan_air", "on_the_block"), values["part_fan.misaim"], "share", None, 0.25),
    ]


@instrument("PID autotune (M303): the gain it finds against the one in use.", 8)
def pid_autotune(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Gain in use over gain found."""
    return [
        within(at("pid_autotune", "gain_in_use_over_found"), values["firmware.pid"] * rng.gauss(1, 0.04), "x", 0.6, 2.2)
    ]


@instrument("Wiggle the hot end's cables at 200 C and watch the reading.", 5)
def wiggle_cables(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Broken strands and loose beads make the reading jump."""
    jumps = values["thermistor_wiring.flex_break"] > 0.05
    wanders = values["thermistor.coupling"] < 0.95
    reading = "drops out" if jumps else "wanders" if wanders else "steady"
    return [word(at("wiggle_cables", "reading"), reading, "steady")]


@instrument("Pull the hot end's sensor plug and measure the plug's own resistance.", 5, powered=False)
def sensor_plug(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Contact resistance in the sensor's circuit."""
    ohm = values["thermistor_wiring.resistance"] * rng.gauss(1, 0.02)
    return [within(at("sensor_plug", "contact_resistance"), ohm, "ohm", None, 40)]
