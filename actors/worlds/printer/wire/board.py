"""The machine behind the wire: a virtual printer that lives in small steps, with heaters, head, fan, probe and wear."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Literal, NamedTuple

from actors.worlds.printer import print_job
from actors.worlds.printer.homing import missed
from actors.worlds.printer.physics import flow, motion
from actors.worlds.printer.printer import VirtualPrinter, draw
from actors.worlds.printer.wire import settings
from actors.worlds.printer.wire.head import Head, Travelled
from actors.worlds.printer.wire.heaters import Heaters
from actors.worlds.printer.wire.settings import Settings

TICK = 0.1
"""Seconds of one step of the simulation."""
MINUTE = 60.0


class Incident(NamedTuple):
    """Something that ends the firmware's run: it halts with an error, the board starts anew, or power is gone."""

    kind: Literal["halt", "reset", "dead"]
    error: str = ""


class Board:
    """One printer under power.

    Args:
        printer: its values change as it prints, wears and is set up.

    Attributes:
        fan: duty of the part fan, 0 to 1.
        settings: in use; `stored` is what a reset brings back.
        stopped: True after an error that stops motion until M999.
        deployed: True while the probe's pin is out.
        mesh: heights measured by G29, rows from front to back; empty if none.
        cold_allowed: M302 lets a cold extruder move.
        keepalive, autoreport: seconds between two signs of life (M113) and two reports (M155); 0 is never.
        interrupted: True once M108 or M410 has asked a waiting command to give up.
        paused: True while it waits for somebody at the machine.
    """

    def __init__(self, printer: VirtualPrinter) -> None:
        self.printer = printer
        self.machine = printer.machine
        self.values = printer.values
        self.rng = self._draw("signals")
        self._use_rng = self._draw("use")  # apart, so that what use does depends on minutes of motion, not on waiting
        self.settings = self.stored = settings.found(self.machine, self.values)
        self.head = Head(self.machine, self._draw("left somewhere"))
        self.heaters = Heaters(self.machine, self.values, self._draw("sensors"), self.settings.gains)
        self._moved = 0.0
        self._minutes = 0
        self.start()

    def start(self) -> None:
        """Power comes, or the reset line is pulled: all that was not stored is forgotten, the metal stays as warm."""
        self.heaters.off()
        self.head.wake()
        self.fan = 0.0
        self.stopped = self.deployed = self.cold_allowed = False
        self.mesh: list[list[float]] = []
        self.keepalive, self.autoreport = 2.0, 0.0
        self.interrupted = self.paused = False
        self.apply(self.stored)

    @property
    def powered(self) -> bool:
        """True if the machine comes on at all."""
        return print_job.powered(self.values)

    @property
    def cold_limit(self) -> float:
        """Degrees C below which the extruder is not moved [S:MC, S:PF]."""
        return self.machine.cold_limit

    @property
    def cold(self) -> bool:
        """True while the firmware finds the hot end too cold to extrude."""
        return self.heaters.reading < self.cold_limit and not self.cold_allowed

    def step(self) -> Incident | None:
        """Let a tenth of a second pass."""
        travelled = self.head.step(TICK)
        melted = max(travelled.filament, 0.0) * flow.FILAMENT_AREA / TICK
        moving = travelled.moving > 0
        place = self.head.true("X") / self.machine.bed_size[0]
        error = self.heaters.step(TICK, fan=self.fan, flow=melted, moving=moving, place=place)
        if error:
            return Incident("halt", error)
        if self.heaters.browned_out:
            return Incident("reset")
        return self._use(travelled)

    def halt(self) -> None:
        """Everything off at once: kill()."""
        self.heaters.off()
        self.head.release()
        self.fan = 0.0

    def stop(self) -> None:
        """Motion stops and heaters go off until M999."""
        self.head.stop()
        self.heaters.off()
        self.stopped = True

    def apply(self, chosen: Settings) -> None:
        """Put settings to use; steps, gains and the probe's height change the machine itself."""
        higher = chosen.probe[2] - self.settings.probe[2]
        self.settings = chosen
        self.head.modal.limits = chosen.limits
        self.heaters.gains = chosen.gains
        for axis, steps, fitting in zip("XYZE", chosen.steps, settings.stock_steps(self.machine), strict=True):
            self.head.rescale(axis, steps / fitting)
        self.values["firmware.e_steps"] = chosen.steps[3] / self.machine.steps.e
        self.values["firmware.pid"] = chosen.gains[0] / self.machine.pid[0]
        if self.machine.probe != "none":
            self.values["probe.z_offset"] += higher

    def change(self, **changes: object) -> None:
        """Change some settings."""
        self.apply(replace(self.settings, **changes))  # type: ignore[arg-type] # fields are checked by the dataclass

    def arrives(self, contact: str) -> bool:
        """Whether one signal gets through a contact of this quality, such as `endstop_x.signal`; no part, no signal."""
        part = contact.partition(".")[0]
        return part not in self.machine.lacks and self.rng.random() >= missed(self.values[contact])

    def _draw(self, purpose: str) -> random.Random:
        return draw(self.printer.seed, self.printer.type, "wire", purpose, len(self.printer.faults))

    def _use(self, travelled: Travelled) -> Incident | None:
        """What use does to a machine, minute by minute of motion: wear, lost steps, contacts that give way."""
        self._moved += travelled.moving
        if self._moved < MINUTE:
            return None
        self._moved -= MINUTE
        self._minutes += 1
        self.printer.simulate_printing(MINUTE / 3600.0)
        self._slip()
        rates = print_job.interruptions(self.values)
        if self._use_rng.random() < rates["died"]:
            return Incident("dead")
        return Incident("reset") if self._use_rng.random() < rates["reset"] else None

    def _slip(self) -> None:
        volts = self.heaters.volts / self.machine.volts
        lost = {"x": 0.0, "y": 0.0}
        for axis in ("x", "y"):
            for _, motor, mm, _ in motion.lose(self.machine, self.values, axis, self._minutes, self._use_rng, volts):
                lost[motor] += mm
        x, y = motion.to_head(self.machine, lost["x"], lost["y"])
        self.head.lose("X", x)
        self.head.lose("Y", y)
