"""Marlin on the wire, without I/O: bytes in, replies out, and time handed in as a value.

`receive` takes what a host sends, `advance` lets time pass; both return what the printer says meanwhile. The same bytes
at the same times give the same replies, in whatever pieces they arrive. Nothing here reads a clock or a socket.
"""

from __future__ import annotations

from collections import deque

from actors.worlds.printer.gcode.command import Command, parse
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.wire import moves, probing, reports, script, warmth
from actors.worlds.printer.wire.board import TICK, Board, Incident
from actors.worlds.printer.wire.framing import LineReader, Numbering, Refused, emergency

BACKLOG = 256
"""Lines that may wait; what comes beyond is lost, as from a full buffer, and numbered lines are asked for again."""
KILLED = "Error:Printer halted. kill() called!"
BANNER = ("start", "echo:Marlin 2.1.2", "echo: Free Memory: 3000  PlannerBufferBytes: 1152")
STOPPED = (
    "Error:Printer stopped due to errors. Fix the error and use M999 to restart. "
    "(Temperature is reset. Set it after restarting)"
)
_TICK_NS = round(TICK * 1e9)
_FAMILIES = (moves, warmth, probing, reports)
"""Modules whose import registers the commands that they carry out."""


class Marlin:
    """The firmware of one printer.

    Args:
        printer: the machine that it runs; it changes as it prints, wears and is set up.

    Attributes:
        board: the machine under power.
        silent: True after a halt, or without power, until `reset`.
    """

    def __init__(self, printer: VirtualPrinter) -> None:
        self.board = Board(printer)
        self._debt = 0
        self.reset()

    def reset(self) -> bytes:
        """Press the reset button: everything begins anew, and what the firmware says at its start."""
        self.board.start()
        self._reader, self._numbering = LineReader(), Numbering()
        self._waiting: deque[str] = deque()
        self._running: script.Script | None = None
        self._quiet_since = self._reported = 0.0
        self.silent = not self.board.powered
        return self._encoded([] if self.silent else [*BANNER])

    @property
    def backlog(self) -> int:
        """Lines that wait; a shell that can hold a host back does so while there are many."""
        return len(self._waiting)

    def receive(self, data: bytes) -> bytes:
        """Take what the host sends; what the printer says at once."""
        said: list[str] = []
        for line in self._reader.feed(data):
            if self.silent:
                break
            self._line(line, said)
        return self._encoded(said)

    def advance(self, seconds: float) -> bytes:
        """Let time pass; what the printer says meanwhile."""
        said: list[str] = []
        self._debt += round(seconds * 1e9)
        while self._debt >= _TICK_NS:
            self._debt -= _TICK_NS
            self._tick(said)
        return self._encoded(said)

    def _line(self, line: str, said: list[str]) -> None:
        urgent = emergency(line)
        if urgent == "M112":
            self._kill(said)
            return
        if urgent:
            self._interrupt(urgent)
        if len(self._waiting) >= BACKLOG:
            return
        admitted = self._numbering.admit(line)
        if isinstance(admitted, Refused):
            said += admitted.replies
        else:
            self._waiting.append("" if urgent else admitted.text)
            self._work(said)

    def _interrupt(self, urgent: str) -> None:
        self.board.interrupted = True
        if urgent == "M410":
            self.board.head.stop()

    def _tick(self, said: list[str]) -> None:
        incident = self.board.step()
        if self.silent:
            return
        if incident is not None:
            self._strike(incident, said)
            return
        if self._running is not None:
            self._go_on(self._running, said)
        self._work(said)
        if not self.silent:
            self._keep_alive(said)
            self._report(said)

    def _strike(self, incident: Incident, said: list[str]) -> None:
        if incident.kind == "halt":
            self._kill(said, f"Error:{incident.error}")
        elif incident.kind == "reset":
            said += self.reset().decode("latin-1").splitlines()
        else:
            self.board.halt()
            self.silent = True

    def _kill(self, said: list[str], *lines: str) -> None:
        said += [*lines, KILLED]
        self.board.halt()
        self._waiting.clear()
        self._running = None
        self.silent = True

    def _work(self, said: list[str]) -> None:
        """Carry out commands until one has to wait; only time lets that one go on."""
        while self._running is None and self._waiting:
            self._begin(self._waiting.popleft(), said)

    def _begin(self, text: str, said: list[str]) -> None:
        self._quiet_since, self.board.interrupted = 0.0, False
        command = parse(text)
        if command is None:
            said.append("ok")
        elif not isinstance(command, Command) or command.code not in script.HANDLERS:
            said += [script.unknown(text), "ok"]
        elif command.code == "M112":
            self._kill(said)
        elif self.board.stopped and command.code in moves.MOTION:
            said += [STOPPED, "ok"]
        else:
            self._go_on(script.HANDLERS[command.code](self.board, command), said)

    def _go_on(self, running: script.Script, said: list[str]) -> None:
        """Run a script until it waits or ends."""
        self._running = None
        try:
            while (line := next(running)) is not script.WAIT:
                said.append(line)
        except StopIteration as done:
            said.append(f"ok{done.value or ''}")
        except script.Killed as killed:
            self._kill(said, *killed.lines)
        else:
            self._running = running

    def _keep_alive(self, said: list[str]) -> None:
        """Tell a waiting host that the printer is busy, every few seconds (M113)."""
        every = self.board.keepalive
        self._quiet_since = self._quiet_since + TICK if self._running is not None else 0.0
        if self._running is not None and every and self._quiet_since >= every - TICK / 2:
            said.append(f"echo:busy: {'paused for user' if self.board.paused else 'processing'}")
            self._quiet_since = 0.0

    def _report(self, said: list[str]) -> None:
        """Tell temperatures unasked, every few seconds (M155)."""
        every = self.board.autoreport
        self._reported = self._reported + TICK if every else 0.0
        if every and self._reported >= every - TICK / 2:
            said.append(warmth.temperatures(self.board))
            self._reported = 0.0

    @staticmethod
    def _encoded(lines: list[str]) -> bytes:
        return "".join(f"{line}\n" for line in lines).encode("latin-1", errors="replace")
