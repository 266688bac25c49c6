"""Instruments for the bed: its heat, its shape, its surface, and what finds it."""

from __future__ import annotations

import random

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.instruments.catalogue import Values, at, instrument
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import vertical


@instrument("Compare the plate's reading at 60 C with a surface thermometer.", 8)
def bed_thermometer(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Surface minus shown temperature of the bed."""
    off = -3.0 - values["bed_thermistor.offset"] + rng.gauss(0, 0.5)
    return [within(at("bed_thermometer", "surface_minus_shown"), off, "K", -9.0, 3.0)]


@instrument("Paper under the nozzle at the centre and the sides.", 8)
def paper_test(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Height, tilt and bow of the plate against the nozzle."""
    tilt = values["bed_springs.tilt"] if "bed_springs" not in machine.lacks else 0.0
    wedge = 0.7 * vertical.screws_apart(machine, values)
    return [
        within(at("paper_test", "centre"), values["probe.z_offset"] + rng.gauss(0, 0.008), "mm", -0.07, 0.08),
        within(at("paper_test", "right_minus_left"), abs(tilt + wedge) + rng.gauss(0, 0.01), "mm", None, 0.15),
        within(at("paper_test", "edge_minus_centre"), values["bed_plate.warp"] + rng.gauss(0, 0.01), "mm", None, 0.2),
    ]


@instrument("Probe one point ten times (M48).", 4, "probe_signal")
def probe_repeatability(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Scatter of the probe."""
    noise = values["probe_pin.noise"] if "probe_pin" not in machine.lacks else 0.004
    return [within(at("probe_repeatability", "standard_deviation"), noise * rng.uniform(0.8, 1.2), "mm", None, 0.03)]


@instrument("Command the probe out and in, and touch it by hand while it is out.", 4, "probe_signal")
def probe_deploy(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Each wire of the probe on its own."""
    servo = values["probe_servo.contact"] if machine.probe == "bltouch" else 1.0
    fed = "probe_power" in machine.lacks or values["probe_power.contact"] > 0.9
    servo = servo if fed else 0.0
    obeys = "ignored" if values["firmware.probe_enabled"] < 0.5 else "moves" if servo > 0.9 else "does not move"
    seen = "seen" if fed and values["probe_signal.contact"] > 0.9 else "not seen"
    found = [word(at("probe_deploy", "command"), obeys, "moves"), word(at("probe_deploy", "touch"), seen, "seen")]
    if "probe_power" not in machine.lacks:
        found.append(word(at("probe_deploy", "self_test"), "blinks and taps" if fed else "dead", "blinks and taps"))
    return found


@instrument("Close the Z endstop by hand and ask the firmware (M119).", 2, "endstop_z")
def endstop_z_by_hand(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Does the board see the switch."""
    seen = "TRIGGERED" if values["endstop_z.signal"] > 0.9 else "open"
    return [word(at("endstop_z_by_hand", "M119"), seen, "TRIGGERED")]


@instrument("Water on the plate: does it spread or bead?", 3, "bed_surface", powered=False)
def water_break(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Grease, which the eye cannot see."""
    return [word(at("water_break", "water"), "beads" if values["bed_surface.grease"] > 0.22 else "spreads", "spreads")]
