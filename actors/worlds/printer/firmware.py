"""The firmware's side of a conversation in G-code, in Marlin's words; what a machine cannot read is not answered."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from actors.worlds.printer import homing, print_job
from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import circuit, control, heat, vertical

Values = Mapping[str, float]
Answer = tuple[list[str], list[Finding]]
Handler = Callable[[Machine, Values, random.Random], Answer]

PROBE_OFFSET = (-44.0, -9.0, -1.8)
"""Mm from the nozzle to the probe [E: a common mount]."""

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
    shown = circuit.Thermistor.of(values).shown(heat.AMBIENT) + rng.gauss(0, 0.1)
    bed = heat.AMBIENT + rng.gauss(0, 0.1)
    lines = [f"T:{shown:.2f} /0.00 B:{bed:.2f} /0.00 @:0 B@:0"]
    return lines, [within("send_gcode:M105/hotend_cold", shown, "C", 18.0, 28.0)]


def endstops(machine: Machine, values: Values, pressed: Collection[str], *, probe_out: bool) -> list[str]:
    """M119's lines.

    Args:
        machine: the printer model.
        values: its parameters.
        pressed: axes (x, y, z) whose switch is closed and says so.
        probe_out: True while the probe finds nothing: its pin is out, or the plate is far away.
    """
    lines = ["Reporting endstop status"]
    axes = [axis for axis in ("x", "y") if f"endstop_{axis}" not in machine.lacks]
    lines += [f"{axis}_min: {'TRIGGERED' if axis in pressed else 'open'}" for axis in (*axes, "z")]
    if machine.probe != "none":
        lines.append(f"z_probe: {'open' if probe_out else 'TRIGGERED'}")
    if "filament_sensor" not in machine.lacks:
        lines.append("filament: open")
    return lines


def _endstops(machine: Machine, values: Values, rng: random.Random) -> Answer:
    return endstops(machine, values, (), probe_out=values["firmware.probe_enabled"] > 0.5), []


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
    rows = mesh(machine, values, rng)
    flat = [z for row in rows for z in row]
    return mesh_lines(rows), [
        within("send_gcode:G29/range", max(flat) - min(flat), "mm", None, 0.3),
        within("send_gcode:G29/right_minus_left", abs(sum(r[2] - r[0] for r in rows) / 3), "mm", None, 0.2),
    ]


def mesh(machine: Machine, values: Values, rng: random.Random) -> list[list[float]]:
    """Heights in mm of three by three points, rows from front to back, as the probe finds them."""
    tilt = values["bed_springs.tilt"] if "bed_springs" not in machine.lacks else 0.0
    tilt += 0.7 * vertical.screws_apart(machine, values)
    noise, warp = probe_noise(machine, values), values["bed_plate.warp"]
    return [[tilt * x / 2 + warp * (x * x + y * y) / 2 + rng.gauss(0, noise) for x in (-1, 0, 1)] for y in (-1, 0, 1)]


def mesh_lines(rows: list[list[float]]) -> list[str]:
    """How the firmware shows a mesh."""
    return ["Bilinear Leveling Grid:", *(" ".join(f"{z:+.3f}" for z in row) for row in rows)]


def probe_noise(machine: Machine, values: Values) -> float:
    """Standard deviation in mm of one touch."""
    return values["probe_pin.noise"] if "probe_pin" not in machine.lacks else 0.004


def _drivers(machine: Machine, values: Values, rng: random.Random) -> Answer:
    if machine.drivers != "tmc":
        return ['echo:Unknown command: "M122"'], []
    lines, found = ["\t\tX\tY"], []
    for axis in ("x", "y"):
        open_load = values[f"motor_{axis}_cable.contact"] < 0.9
        found.append(word(f"send_gcode:M122/ola_{axis}", "*" if open_load else "-", "-"))
        lines.append(f"{axis.upper()} ola {'*' if open_load else ''} otpw ")
    return lines, found


def settings(steps: Sequence[float], gains: Sequence[float], probe: Sequence[float] | None) -> list[str]:
    """M503's lines: steps per mm X Y Z E; Kp, Ki, Kd of the hot end; the probe's offset in mm, None without one."""
    x, y, z, e = steps
    kp, ki, kd = gains
    lines = [
        "echo:; Steps per unit:",
        f"echo: M92 X{x:.2f} Y{y:.2f} Z{z:.2f} E{e:.2f}",
        "echo:; PID settings:",
        f"echo: M301 P{kp:.2f} I{ki:.2f} D{kd:.2f}",
    ]
    if probe is not None:
        lines += ["echo:; Z-Probe Offset:", "echo: M851 " + probe_offset(probe)]
    return lines


def probe_offset(probe: Sequence[float]) -> str:
    """An offset as M851 shows it, mm."""
    return " ".join(f"{axis}{mm:.2f}" for axis, mm in zip("XYZ", probe, strict=True))


def _settings(machine: Machine, values: Values, rng: random.Random) -> Answer:
    steps, enabled = machine.steps, values["firmware.probe_enabled"] > 0.5
    lines = settings(
        (steps.x, steps.y, steps.z, steps.e * values["firmware.e_steps"]),
        control.gains(machine, values),
        PROBE_OFFSET if machine.probe != "none" and enabled else None,
    )
    found = [
        within("send_gcode:M503/e_steps_over_stock", values["firmware.e_steps"], "x", 0.95, 1.05),
        within("send_gcode:M503/pid_over_stock", values["firmware.pid"], "x", 0.6, 2.2),
    ]
    if machine.probe != "none":
        found.append(word("send_gcode:M503/probe_settings", "present" if enabled else "missing", "present"))
    return lines, found


def version(machine: Machine) -> list[str]:
    """M115's lines: who is there, and what it can do."""
    can = {
        "EEPROM": True,
        "VOLUMETRIC": False,
        "AUTOREPORT_POS": False,
        "AUTOREPORT_TEMP": True,
        "PROGRESS": False,
        "PRINT_JOB": False,
        "AUTOLEVEL": machine.probe != "none",
        "RUNOUT": False,
        "Z_PROBE": machine.probe != "none",
        "LEVELING_DATA": machine.probe != "none",
        "SDCARD": False,
        "EMERGENCY_PARSER": True,
        "THERMAL_PROTECTION": True,
        "BUSY_PROTOCOL": True,
        "ARCS": True,
    }
    name = machine.name.replace(" ", "_")
    return [
        f"{_VERSION} MACHINE_TYPE:{name} EXTRUDER_COUNT:1 UUID:0",
        *(f"Cap:{what}:{int(yes)}" for what, yes in can.items()),
    ]


def _about(machine: Machine, values: Values, rng: random.Random) -> Answer:
    return version(machine), []


def _position(machine: Machine, values: Values, rng: random.Random) -> Answer:
    return ["X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0"], []


_HANDLERS: dict[str, Handler] = {
    "M105": _temperatures,
    "M119": _endstops,
    "G28": _home,
    "G29": _mesh,
    "M122": _drivers,
    "M503": _settings,
    "M115": _about,
    "M114": _position,
}
READABLE = ("M105", "M119", "G28", "G29", "M122", "M503")
"""Commands whose answer tells something; what a curious person would try."""
