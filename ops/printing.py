"""Serving a simulated printer: what the command line asks for becomes a printer with its faults and a door."""

from __future__ import annotations

import re
from collections.abc import Iterable

from actors.worlds.printer.machine import machines
from actors.worlds.printer.material import materials
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import ProblemSeverity, causes, problems, type_of
from actors.worlds.printer.vocabulary import near
from actors.worlds.printer.wire.door import Door
from actors.worlds.printer.wire.pty import PtyDoor
from actors.worlds.printer.wire.tcp import TcpDoor
from ops.failures import WrongUse

LOOPBACK = "127.0.0.1"
LAST_PORT = 65535
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%]+)\]|(?P<host>[^:\s]*)):(?P<port>\d{1,5})|(?P<alone>\d{1,5})")


def printer_of(model: str, faults: Iterable[str], seed: int, material: str | None = None) -> VirtualPrinter:
    """A printer with its faults.

    Args:
        model: id of a machine.
        faults: `problem[:severity]` or `cause[:severity]`, such as nozzle_clog:major or thermistor.loose.
        seed: of the unit and of all that is drawn.
        material: id of what is loaded, None for what this model usually prints.

    Raises:
        WrongUse: something of it is unknown or impossible; the text says what is possible.
    """
    if model not in machines():
        raise WrongUse(f"--model: there is no '{model}'{_hint(model, list(machines()))}")
    if material is not None and material not in materials():
        raise WrongUse(f"--material: there is no '{material}'{_hint(material, list(materials()))}")
    printer = VirtualPrinter(model, seed=seed, material=material)
    for fault in faults:
        name, _, severity = fault.partition(":")
        if name not in problems() and name not in causes():
            raise WrongUse(f"--fault: there is no '{name}'{_hint(name, [*problems(), *causes()], list(problems()))}")
        if severity and severity not in set(ProblemSeverity):
            raise WrongUse(f"--fault: '{severity}' is no severity; there are {', '.join(ProblemSeverity)}")
        cause = name if name in causes() else None
        problem = type_of(name) if cause else name
        try:
            printer.introduce_problem(problem, ProblemSeverity(severity or "moderate"), cause=cause)
        except ValueError as error:
            raise WrongUse(f"--fault: {error}") from error
    return printer


def _hint(name: str, known: list[str], shown: list[str] | None = None) -> str:
    close = near(name, known)
    return f"; did you mean {' or '.join(close)}?" if close else f"; there are {', '.join(shown or known)}"


def address_of(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, `:PORT` or `PORT`; without a host it is this machine alone.

    Raises:
        WrongUse: it is none of these.
    """
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"] or found["alone"]) if found else -1
    if found is None or port > LAST_PORT:
        raise WrongUse(f"--tcp: '{text}' is not allowed; it must be HOST:PORT or PORT, the port from 0 to 65535")
    return found["six"] or found["host"] or LOOPBACK, port


async def door_of(pty: str | None, tcp: str | None) -> Door:
    """Open the one door that was asked for.

    Raises:
        WrongUse: none or both were asked for.
        OSError: it cannot be opened.
    """
    if (pty is None) == (tcp is None):
        raise WrongUse("give the printer one door: --pty LINK or --tcp HOST:PORT")
    return PtyDoor(pty) if pty is not None else await TcpDoor.open(*address_of(tcp or ""))
