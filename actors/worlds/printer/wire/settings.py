"""Settings that a firmware keeps in its EEPROM: M500 stores them, a reset brings back what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actors.worlds.printer.firmware import PROBE_OFFSET
from actors.worlds.printer.gcode.limits import Four, Limits
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import control


@dataclass(frozen=True, slots=True)
class Settings:
    """What M92, M201 to M205, M301 and M851 set.

    Attributes:
        steps: per mm, X Y Z E.
        limits: of motion.
        gains: Kp, Ki, Kd of the hot end.
        probe: offset of the probe from the nozzle, mm.
        levelling: True if the mesh is to be used.
    """

    steps: Four
    limits: Limits
    gains: control.Gains
    probe: tuple[float, float, float] = PROBE_OFFSET
    levelling: bool = False


def found(machine: Machine, values: Mapping[str, float]) -> Settings:
    """The settings of a machine as it stands: its maker's, and what its parameters say was changed."""
    steps = machine.steps
    return Settings(
        (steps.x, steps.y, steps.z, steps.e * values["firmware.e_steps"]),
        Limits.of(machine),
        control.gains(machine, values),
    )


def stock_steps(machine: Machine) -> Four:
    """Steps per mm that fit the machine."""
    return machine.steps.x, machine.steps.y, machine.steps.z, machine.steps.e


def stock(machine: Machine) -> Settings:
    """The maker's settings."""
    return Settings(stock_steps(machine), Limits.of(machine), machine.pid)
