"""Instruments: what can be measured on a printer, with the minutes it takes and what a machine in order would show."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import flow, heat, motion, surface, vertical

Values = Mapping[str, float]
Reading = Callable[[Machine, Values, random.Random], list[Finding]]

SHOWN = 200.0
"""Degrees C at which thermometers are compared."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One way to measure.

    Attributes:
        name: as the agent calls it.
        about: one line for the catalogue; says what is done, not what it would mean.
        minutes: of the technician's time.
        needs: parts that the machine must have.
        powered: True if the machine must come on.
    """

    name: str
    about: str
    minutes: float
    needs: tuple[str, ...]
    powered: bool
    read: Reading


INSTRUMENTS: dict[str, Instrument] = {}


def instrument(about: str, minutes: float, *needs: str, powered: bool = True) -> Callable[[Reading], Reading]:
    """Put a reading into the catalogue under its function's name."""

    def keep(read: Reading) -> Reading:
        INSTRUMENTS[read.__name__] = Instrument(read.__name__, about, minutes, needs, powered, read)
        return read

    return keep


def _at(name: str, what: str) -> str:
    return f"measure:{name}/{what}"


@instrument("Compare the hot end's reading at 200 C with a reference thermometer.", 8)
def hotend_thermometer(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """True minus shown temperature of the block."""
    trace = heat.heat(machine, values, target=SHOWN, seconds=260, rng=rng)
    if trace.error or not trace.true:
        return [word(_at("hotend_thermometer", "reached"), "never reached", "yes")]
    off = sum(t - r for t, r in zip(trace.true[-80:], trace.reading[-80:], strict=True)) / 80
    return [within(_at("hotend_thermometer", "true_minus_shown"), off + rng.gauss(0, 0.4), "K", -5.0, 8.0)]


@instrument("Compare the plate's reading at 60 C with a surface thermometer.", 8)
def bed_thermometer(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Surface minus shown temperature of the bed."""
    off = -3.0 - values["bed_thermistor.offset"] + rng.gauss(0, 0.5)
    return [within(_at("bed_thermometer", "surface_minus_shown"), off, "K", -9.0, 3.0)]


@instrument("Multimeter: resistance of the heater cartridge itself, and voltage lost in its wiring.", 8, powered=False)
def heater_circuit(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Cartridge and wiring apart."""
    nominal = machine.volts**2 / machine.hotend.power
    ohm = min(nominal / max(values["heater_cartridge.power"], 1e-6), 1e6)
    wiring = values["heater_wiring.resistance"]
    lost = machine.volts * wiring / (wiring + min(ohm, 1e6))
    return [
        within(
            _at("heater_circuit", "cartridge_resistance"),
            ohm * rng.gauss(1, 0.01),
            "ohm",
            0.88 * nominal,
            1.13 * nominal,
        ),
        within(_at("heater_circuit", "wiring_loss"), lost, "V", None, 0.8),
    ]


@instrument("Multimeter: voltage at the supply and at the board, idle and with both heaters on.", 6, powered=False)
def supply_voltage(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Mains, supply and terminals apart."""
    mains = (
        "present"
        if values["mains_cable.contact"] > 0.97
        else "cuts out"
        if values["mains_cable.contact"] > 0.05
        else "none"
    )
    found = [word(_at("supply_voltage", "mains"), mains, "present")]
    if mains == "none":
        return found
    board = heat.supply_volts(machine, values, 1.0, 1.0)
    current = (machine.volts - board) / (values["psu.resistance"] + values["psu_terminals.resistance"])
    supply = machine.volts - current * values["psu.resistance"]
    noise = rng.gauss(0, 0.05)
    return [
        *found,
        within(_at("supply_voltage", "idle"), machine.volts + noise, "V", 0.97 * machine.volts, 1.05 * machine.volts),
        within(_at("supply_voltage", "supply_under_load"), supply + noise, "V", 0.92 * machine.volts, None),
        within(_at("supply_voltage", "lost_at_terminals"), supply - board, "V", None, 0.9),
    ]


@instrument("See whether the board's lamp lights and it answers on USB.", 2, powered=False)
def board_alive(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Board apart from supply."""
    health = values["mainboard.health"] if values["mains_cable.contact"] > 0.05 else 0.0
    if values["mains_cable.contact"] <= 0.05:
        return [
            word(
                _at("board_alive", "usb_without_mains"),
                "answers" if values["mainboard.health"] > 0.05 else "silent",
                "answers",
            )
        ]
    answer = "answers" if health > 0.9 else "drops out" if health > 0.05 else "silent"
    return [word(_at("board_alive", "usb"), answer, "answers")]


def _belt(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        hz = motion.pluck_frequency(values[f"belt_{axis}.tension"]) * rng.gauss(1, 0.015)
        return [within(_at(f"pluck_belt_{axis}", "frequency"), hz, "Hz", 92.0, 131.0)]

    read.__name__ = f"pluck_belt_{axis}"
    return read


def _hand(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        name = f"move_{axis}_by_hand"
        wobble = 0.05 + 0.5 * max(0.65 - values[f"guide_{axis}.preload"], 0.0)
        return [
            within(_at(name, "friction"), motion.friction(values, axis) * rng.gauss(1, 0.04), "N", 1.5, 8.5),
            within(_at(name, "wobble"), wobble * rng.gauss(1, 0.05), "mm", None, 0.09),
        ]

    read.__name__ = f"move_{axis}_by_hand"
    return read


def _shaft(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        slips = values[f"pulley_{axis}.slack"] > 0.09
        return [word(_at(f"hold_pulley_{axis}", "shaft"), "turns in the pulley" if slips else "holds", "holds")]

    read.__name__ = f"hold_pulley_{axis}"
    return read


def _motor(axis: motion.Axis) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        contact = values[f"motor_{axis}_cable.contact"]
        feel = "holds" if contact > 0.9 else "jerks" if contact > 0.05 else "dead"
        current = values[f"driver_{axis}.current"] * rng.gauss(1, 0.02)
        return [
            word(_at(f"motor_{axis}", "motion"), feel, "holds"),
            within(_at(f"motor_{axis}", "current"), current * 100, "% of rated", 78, 125),
            within(
                _at(f"motor_{axis}", "holding_torque"), values[f"motor_{axis}.torque"] * 100, "% of rated", 78, None
            ),
        ]

    read.__name__ = f"motor_{axis}"
    return read


for _axis in ("x", "y"):
    _name = _axis.upper()
    instrument(f"Pluck the {_name} belt and take its frequency.", 3, f"belt_{_axis}", powered=False)(_belt(_axis))
    instrument(f"Motors off: push the {_name} axis by hand and feel for wobble.", 2, f"guide_{_axis}", powered=False)(
        _hand(_axis)
    )
    instrument(f"Hold the {_name} motor's pulley and twist the shaft.", 5, f"pulley_{_axis}", powered=False)(
        _shaft(_axis)
    )
    instrument(f"Jog the {_name} motor; take its current and holding torque.", 7, f"motor_{_axis}")(_motor(_axis))


@instrument("After half an hour of motion: temperature of the drivers, air from the board fan.", 12, "board_fan")
def driver_heat(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """How hot the drivers get."""
    hottest = max(motion.driver_temperature(values, 30, values[f"driver_{axis}.current"]) for axis in ("x", "y"))
    return [
        within(_at("driver_heat", "temperature"), min(hottest, 160) + rng.gauss(0, 1.5), "C", None, 112),
        within(_at("driver_heat", "board_fan_air"), 1.0 - values["board_fan.wear"], "share", 0.62, None),
    ]


def _extruded(name: str, speed: float) -> Reading:
    def read(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
        runs = []
        for tangled in (0.2, 0.5, 0.9):
            out = flow.extrude(machine, values, block=flow.PRINT_TEMPERATURE, flow=speed, tangled=tangled)
            lost = 1.0 - out.delivered / (values["firmware.e_steps"] * values["slicer.flow"])
            length = 100.0 * values["firmware.e_steps"] * (1.0 - lost * rng.uniform(0.7, 1.3))
            runs.append(length + rng.gauss(0, 0.3))
        return [
            within(_at(name, "mean_of_100_mm"), sum(runs) / 3, "mm", 96.4, 103.6),
            within(_at(name, "spread_of_three"), max(runs) - min(runs), "mm", None, 2.5),
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
        word(_at("free_extrusion", "strand"), strand, "straight"),
        within(_at("free_extrusion", "pops"), surface.pops(values), "1/min", None, 4.0),
    ]


@instrument("Heat to 210 C, wait ten seconds, measure what ran out of the idle nozzle.", 4)
def idle_ooze(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """What the true temperature lets run out."""
    trace = heat.heat(machine, values, target=flow.PRINT_TEMPERATURE, seconds=240, rng=rng)
    if trace.error or not trace.true:
        return [word(_at("idle_ooze", "reached"), "never reached", "yes")]
    return [within(_at("idle_ooze", "length"), surface.standstill_ooze(values, trace.true[-1]), "mm", 1.3, 3.0)]


@instrument("Cold pull: cool to 90 C, pull the filament out and look at its end.", 12)
def cold_pull(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """The shape of the melt chamber, and what sits in it."""
    debris = "debris" if values["nozzle.clog"] > 0.14 else "clean"
    return [
        word(_at("cold_pull", "tip"), debris, "clean"),
        word(_at("cold_pull", "bore_mark"), "burnt rim" if values["nozzle.char"] > 0.14 else "sharp", "sharp"),
        word(_at("cold_pull", "collar"), "collar" if values["ptfe_tube.gap"] > 0.45 else "none", "none"),
    ]


@instrument("Open the extruder and push filament through the hot nozzle by hand.", 4)
def push_by_hand(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Force behind the drive gear."""
    force = flow.pressure_force(flow.bore(values), 205.0, 2.0) + flow.drag(machine, values, 0.0)
    ground = 45.0 * max(values["idler.tension"] - 1.4, 0.0)  # the idler is open
    return [within(_at("push_by_hand", "force"), (force - ground) * rng.gauss(1, 0.04), "N", None, 19.0)]


@instrument("Pull the spool by hand and feel how it unwinds.", 1)
def pull_spool(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Drag of the spool."""
    return [within(_at("pull_spool", "force"), 1.0 + values["filament.tangle"] * rng.uniform(0.5, 1.0), "N", None, 8.0)]


@instrument("Unload and look at the marks of the drive gear in the filament.", 4)
def filament_marks(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """How the gear bit."""
    tension = values["idler.tension"]
    bite = (1.0 - values["drive_gear.wear"]) * (1.0 - values["drive_gear.dust"])
    marks = "flattened" if tension > 1.6 else "faint" if tension < 0.6 else "torn" if bite < 0.6 else "even"
    return [word(_at("filament_marks", "marks"), marks, "even")]


@instrument("Weigh the spool, dry a sample for an hour, weigh again.", 20)
def filament_weight(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Water in the filament."""
    return [
        within(_at("filament_weight", "loss"), values["filament.moisture"] * 0.6 + rng.gauss(0, 0.01), "%", None, 0.24)
    ]


@instrument("After twenty minutes at 210 C: temperature of the heat sink.", 22)
def heatsink_temperature(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Heat above the break."""
    return [
        within(
            _at("heatsink_temperature", "temperature"),
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
        within(_at("hotend_fan_air", "speed"), spin * rng.gauss(1, 0.03), "share", 0.7, None),
        within(
            _at("hotend_fan_air", "air"),
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
        within(_at("part_fan_air", "air"), values["part_fan.flow"] * rng.gauss(1, 0.04), "share", 0.68, None),
        within(_at("part_fan_air", "on_the_block"), values["part_fan.misaim"], "share", None, 0.25),
    ]


@instrument("Paper under the nozzle at the centre and the sides.", 8)
def paper_test(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Height, tilt and bow of the plate against the nozzle."""
    tilt = values["bed_springs.tilt"] if "bed_springs" not in machine.lacks else 0.0
    wedge = values["z_sync.offset"] * 0.7 if "z_sync" not in machine.lacks else 0.0
    return [
        within(_at("paper_test", "centre"), values["probe.z_offset"] + rng.gauss(0, 0.008), "mm", -0.07, 0.08),
        within(_at("paper_test", "right_minus_left"), abs(tilt + wedge) + rng.gauss(0, 0.01), "mm", None, 0.15),
        within(_at("paper_test", "edge_minus_centre"), values["bed_plate.warp"] + rng.gauss(0, 0.01), "mm", None, 0.2),
    ]


@instrument("Measure the gantry's height over the frame left and right.", 4, "z_sync")
def gantry_height(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Two screws in or out of step."""
    return [
        within(
            _at("gantry_height", "right_minus_left"),
            abs(values["z_sync.offset"]) + abs(rng.gauss(0, 0.01)),
            "mm",
            None,
            0.2,
        )
    ]


@instrument("Probe one point ten times (M48).", 4, "probe_signal")
def probe_repeatability(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Scatter of the probe."""
    noise = values["probe_pin.noise"] if "probe_pin" not in machine.lacks else 0.004
    return [within(_at("probe_repeatability", "standard_deviation"), noise * rng.uniform(0.8, 1.2), "mm", None, 0.03)]


@instrument("Command the probe out and in, and touch it by hand while it is out.", 4, "probe_signal")
def probe_deploy(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Each wire of the probe on its own."""
    servo = values["probe_servo.contact"] if machine.probe == "bltouch" else 1.0
    obeys = "ignored" if values["firmware.probe_enabled"] < 0.5 else "moves" if servo > 0.9 else "does not move"
    seen = "seen" if values["probe_signal.contact"] > 0.9 else "not seen"
    return [word(_at("probe_deploy", "command"), obeys, "moves"), word(_at("probe_deploy", "touch"), seen, "seen")]


@instrument("Close the Z endstop by hand and ask the firmware (M119).", 2, "endstop_z")
def endstop_z_by_hand(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Does the board see the switch."""
    seen = "TRIGGERED" if values["endstop_z.signal"] > 0.9 else "open"
    return [word(_at("endstop_z_by_hand", "M119"), seen, "TRIGGERED")]


@instrument("Motors off: turn the Z screw by hand over the whole travel.", 6, "lead_screw", powered=False)
def turn_z_by_hand(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Torque at the ends and in the middle, run-out, and whether screw and motor turn together."""
    ends, middle = vertical.z_friction(values, 0.05), vertical.z_friction(values, 0.5)
    couples = "slips" if "z_coupler" not in machine.lacks and values["z_coupler.slack"] > 0.09 else "holds"
    return [
        within(_at("turn_z_by_hand", "at_the_ends"), ends * rng.gauss(1, 0.04), "N", None, 56),
        within(_at("turn_z_by_hand", "middle_over_ends"), middle / ends, "x", None, 1.4),
        within(_at("turn_z_by_hand", "run_out"), values["lead_screw.bend"], "mm", None, 0.06),
        word(_at("turn_z_by_hand", "coupler"), couples, "holds"),
    ]


@instrument("Pin gauges: diameter of the orifice.", 4, "nozzle", powered=False)
def nozzle_gauge(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Wear of the orifice."""
    return [within(_at("nozzle_gauge", "orifice"), 0.4 + values["nozzle.wear"] + rng.gauss(0, 0.004), "mm", None, 0.46)]


@instrument("Water on the plate: does it spread or bead?", 3, "bed_surface", powered=False)
def water_break(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Grease, which the eye cannot see."""
    return [word(_at("water_break", "water"), "beads" if values["bed_surface.grease"] > 0.22 else "spreads", "spreads")]


@instrument("PID autotune (M303): the gain it finds against the one in use.", 8)
def pid_autotune(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Gain in use over gain found."""
    return [
        within(
            _at("pid_autotune", "gain_in_use_over_found"), values["firmware.pid"] * rng.gauss(1, 0.04), "x", 0.6, 2.2
        )
    ]


@instrument("Calibration comb of both tool heads, cold and after half an hour.", 15, "toolhead_2")
def toolhead_comb(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Offset now, and what warmth adds."""
    cold = abs(surface.tool_offset(machine, values, 0.0))
    grows = surface.tool_offset(machine, values, 40.0) - surface.tool_offset(machine, values, 0.0)
    return [
        within(_at("toolhead_comb", "offset_cold"), cold + abs(rng.gauss(0, 0.01)), "mm", None, 0.1),
        within(_at("toolhead_comb", "grows_by"), grows + rng.gauss(0, 0.005), "mm", None, 0.09),
    ]


@instrument("Wiggle the hot end's cables at 200 C and watch the reading.", 5)
def wiggle_cables(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Broken strands and loose beads make the reading jump."""
    jumps = values["thermistor_wiring.flex_break"] > 0.05
    wanders = values["thermistor.coupling"] < 0.95
    reading = "drops out" if jumps else "wanders" if wanders else "steady"
    return [word(_at("wiggle_cables", "reading"), reading, "steady")]


@instrument("Pull the hot end's sensor plug and measure the plug's own resistance.", 5, powered=False)
def sensor_plug(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Contact resistance in the sensor's circuit."""
    ohm = values["thermistor_wiring.resistance"] * rng.gauss(1, 0.02)
    return [within(_at("sensor_plug", "contact_resistance"), ohm, "ohm", None, 40)]
