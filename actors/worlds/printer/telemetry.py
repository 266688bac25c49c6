"""Telemetry: what the firmware reports over a time span, while a standard programme runs."""

from __future__ import annotations

import random
from collections.abc import Mapping

from actors.worlds.printer import print_job
from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import heat, motion

Values = Mapping[str, float]

PROGRAMMES = {
    "hotend": "heat the hot end to 210 C and hold it",
    "hotend_fan": "hold 210 C, then the part fan at full duty",
    "hotend_moving": "hold 210 C while the head moves",
    "both_heaters": "heat hot end and bed together",
    "motion": "move X and Y for half an hour (drivers that can be read report)",
}
MINUTES = {"hotend": 5.0, "hotend_fan": 6.0, "hotend_moving": 6.0, "both_heaters": 6.0, "motion": 10.0}


def read(machine: Machine, values: Values, programme: str, rng: random.Random) -> tuple[list[Finding], list[str]]:
    """Run a programme; what was found, and what the firmware said on its own."""
    if not print_job.powered(values):
        return [word(f"read_telemetry:{programme}/answer", "no answer", "yes")], []
    if programme == "motion":
        return _motion(machine, values), []
    trace = heat.heat(
        machine,
        values,
        target=210.0,
        bed_target=60.0 if programme == "both_heaters" else 0.0,
        seconds=300.0 if programme == "hotend" else 380.0,
        fan_after=240.0 if programme == "hotend_fan" else float("inf"),
        moving=programme == "hotend_moving",
        rng=rng,
    )
    return _heating(machine, programme, trace), _said(trace)


def _heating(machine: Machine, programme: str, trace: heat.Trace) -> list[Finding]:
    at = f"read_telemetry:{programme}"
    if trace.reset:
        return [word(f"{at}/board", "restarted", "up")]
    error = trace.error.partition(",")[0].replace(" triggered", "") if trace.error else "none"
    found = [word(f"{at}/error", error, "none")]
    limit = print_job.heat_up_limit(machine, programme == "both_heaters")
    found.append(within(f"{at}/heat_up", trace.heat_up or 420.0, "s", None, limit))
    if trace.error:
        return found
    hold = trace.duty[-100:]
    swing = sorted(trace.reading[-200:])
    noise = sum(abs(b - a) for a, b in zip(trace.reading[-100:-1], trace.reading[-99:], strict=True)) / 99
    usual = machine.hotend.loss * 187.0 / machine.hotend.power
    found += [
        within(f"{at}/temperature_swing", swing[-4] - swing[3], "K", None, 2.1),
        within(f"{at}/reading_noise", noise, "K", None, 0.3),
        within(f"{at}/supply", trace.volts, "V", 0.9 * machine.volts, None),
    ]
    if programme == "hotend":
        found.append(within(f"{at}/hold_duty", 100 * sum(hold) / len(hold), "%", 82 * usual, 125 * usual))
    if programme == "hotend_fan":
        drop = sum(trace.reading[400:480]) / 80 - sum(trace.reading[-60:]) / 60
        found.append(within(f"{at}/drop_with_fan", drop, "K", None, 2.5))
        full = 100 * machine.hotend.loss_fan * 187.0 / machine.hotend.power
        found.append(within(f"{at}/fan_duty", 100 * sum(hold) / len(hold), "%", 60 * full / 100, 128 * full / 100))
    return found


def _motion(machine: Machine, values: Values) -> list[Finding]:
    if machine.drivers != "tmc":
        return [word("read_telemetry:motion/drivers", "cannot be read", "cannot be read")]
    found = []
    axes: tuple[motion.Axis, ...] = ("x", "y")
    for axis in axes:
        load = motion.labour(values, axis)
        drawn = 100 * values[f"driver_{axis}.current"] * load
        hot = motion.driver_temperature(values, 30, values[f"driver_{axis}.current"], load)
        flag = "otpw" if hot > 120 else "ola" if values[f"motor_{axis}_cable.contact"] < 0.9 else "ok"
        found.append(word(f"read_telemetry:motion/driver_{axis}", flag, "ok"))
        found.append(
            within(
                f"read_telemetry:motion/current_{axis}",
                drawn,
                "% of rated",
                78,
                125,
            )
        )
    return found


def _said(trace: heat.Trace) -> list[str]:
    if trace.reset:
        return ["start"]
    return [f"Error:{trace.error}", "Error:Printer halted. kill() called!"] if trace.error else []
