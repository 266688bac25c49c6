"""The firmware's side of a conversation in G-code, in Marlin's words; what a machine cannot read is not answered."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from actors.worlds.printer import homing, print_job
from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import heat

Values = Mapping[str, float]
Answer = tuple[list[str], list[Finding]]
Handler = Callable[[Machine, Values, random.Random], Answer]

_WORD = re.compile(r"^([GMT]\d{1,4})\b")
_VERSION = "FIRMWARE_NAME:Marlin 2.1.2 SOURCE_CODE_URL:- PROTOCOL_VERSION:1.0"
_PLAIN = frozenset(
    {
        *(f"G{number}" for number in (0, 1, 4, 21, 90, 91, 92)),
        *(f"M{number}" for number in (17, 18, 82, 83, 84, 104, 106, 107, 109, 113, 117, 140, 155, 190)),
        *(f"M{number}" for number in (201, 203, 204, 205, 220, 221, 400, 500, 900, 999)),
        "T0",
        "T1",
    }
)
"""Commands that are carried out without a word."""


def answer(machine: Machine, values: Values, command: str, rng: random.Random) -> Answer:
    """What the firmware sends back to one line of G-code, and what can be read from it.

    Args:
        machine: the printer model.
        values: its parameters.
        command: one line; comments after `;` are ignored.
        rng: noise of sensors.
    """
    line = command.partition(";")[0].strip().upper()[:200]
    if not print_job.powered(values):
        return [], [word("send_gcode:any/answer", "no answer", "ok")]
    match = _WORD.match(line)
    if match is None:
        return [f'echo:Unknown command: "{line}"', "ok"], []
    code = match.group(1)
    if code in _HANDLERS:
        lines, found = _HANDLERS[code](machine, values, rng)
        return [*lines, "ok"], found
    if code in _PLAIN:
        return ["ok"], []
    return [f'echo:Unknown command: "{line}"', "ok"], []


def _temperatures(machine: Machine, values: Values, rng: random.Random) -> Answer:
    shown = heat.shown_temperature(values, heat.AMBIENT) + rng.gauss(0, 0.1)
    bed = heat.AMBIENT + rng.gauss(0, 0.1)
    lines = [f"T:{shown:.2f} /0.00 B:{bed:.2f} /0.00 @:0 B@:0"]
    return lines, [within("send_gcode:M105/hotend_cold", shown, "C", 18.0, 28.0)]


def _endstops(machine: Machine, values: Values, rng: random.Random) -> Answer:
    lines = ["Reporting endstop status"]
    lines += [f"{axis}_min: open" for axis in ("x", "y") if f"endstop_{axis}" not in machine.lacks]
    lines.append("z_min: open")
    if machine.probe != "none":
        lines.append("z_probe: open" if values["firmware.probe_enabled"] > 0.5 else "z_probe: TRIGGERED")
    return lines, []


def _home(machine: Machine, values: Values, rng: random.Random) -> Answer:
    homed = homing.home(machine, values, rng)
    lines = [*homed.firmware] or ["X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0"]
    return lines, [word("send_gcode:G28/homing", homed.outcome, "normal")]


def _mesh(machine: Machine, values: Values, rng: random.Random) -> Answer:
    if machine.probe == "none" or values["firmware.probe_enabled"] < 0.5:
        return ['echo:Unknown command: "G29"'], [
            word("send_gcode:G29/mesh", "not available", "available" if machine.probe != "none" else "not available")
        ]
    homed = homing.home(machine, values, rng)
    if homed.outcome != "normal":
        return homed.firmware, [word("send_gcode:G29/mesh", homed.outcome, "available")]
    tilt = values["bed_springs.tilt"] if "bed_springs" not in machine.lacks else 0.0
    tilt += values["z_sync.offset"] * 0.7 if "z_sync" not in machine.lacks else 0.0
    noise = values["probe_pin.noise"] if "probe_pin" not in machine.lacks else 0.004
    warp = values["bed_plate.warp"]
    rows = [[tilt * x / 2 + warp * (x * x + y * y) / 2 + rng.gauss(0, noise) for x in (-1, 0, 1)] for y in (-1, 0, 1)]
    flat = [z for row in rows for z in row]
    lines = ["Bilinear Leveling Grid:", *(" ".join(f"{z:+.3f}" for z in row) for row in rows)]
    return lines, [
        within("send_gcode:G29/range", max(flat) - min(flat), "mm", None, 0.3),
        within("send_gcode:G29/right_minus_left", abs(sum(r[2] - r[0] for r in rows) / 3), "mm", None, 0.2),
    ]


def _drivers(machine: Machine, values: Values, rng: random.Random) -> Answer:
    if machine.drivers != "tmc":
        return ['echo:Unknown command: "M122"'], []
    lines, found = ["\t\tX\tY"], []
    for axis in ("x", "y"):
        open_load = values[f"motor_{axis}_cable.contact"] < 0.9
        found.append(word(f"send_gcode:M122/ola_{axis}", "*" if open_load else "-", "-"))
        lines.append(f"{axis.upper()} ola {'*' if open_load else ''} otpw ")
    return lines, found


def _settings(machine: Machine, values: Values, rng: random.Random) -> Answer:
    steps = machine.steps
    e_steps = steps.e * values["firmware.e_steps"]
    kp, ki, kd = machine.pid
    gain = values["firmware.pid"]
    lines = [
        "echo:; Steps per unit:",
        f"echo: M92 X{steps.x:.2f} Y{steps.y:.2f} Z{steps.z:.2f} E{e_steps:.2f}",
        "echo:; PID settings:",
        f"echo: M301 P{kp * gain:.2f} I{ki * gain**2:.2f} D{kd:.2f}",
    ]
    found = [
        within("send_gcode:M503/e_steps_over_stock", values["firmware.e_steps"], "x", 0.95, 1.05),
        within("send_gcode:M503/pid_over_stock", gain, "x", 0.6, 2.2),
    ]
    if machine.probe != "none":
        enabled = values["firmware.probe_enabled"] > 0.5
        lines += ["echo:; Z-Probe Offset:", "echo: M851 X-44.00 Y-9.00 Z-1.80"] if enabled else []
        found.append(word("send_gcode:M503/probe_settings", "present" if enabled else "missing", "present"))
    return lines, found


def _version(machine: Machine, values: Values, rng: random.Random) -> Answer:
    name = machine.name.replace(" ", "_")
    return [
        f"{_VERSION} MACHINE_TYPE:{name} EXTRUDER_COUNT:1 UUID:0",
        "Cap:EEPROM:1",
        "Cap:AUTOREPORT_TEMP:1",
        "Cap:EMERGENCY_PARSER:1",
        "Cap:BUSY_PROTOCOL:1",
    ], []


def _position(machine: Machine, values: Values, rng: random.Random) -> Answer:
    return ["X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0"], []


_HANDLERS: dict[str, Handler] = {
    "M105": _temperatures,
    "M119": _endstops,
    "G28": _home,
    "G29": _mesh,
    "M122": _drivers,
    "M503": _settings,
    "M115": _version,
    "M114": _position,
}
READABLE = ("M105", "M119", "G28", "G29", "M122", "M503")
"""Commands whose answer tells something; what a curious person would try."""
