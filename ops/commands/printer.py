"""`journeyman printer`: one simulated printer by itself: serve it to programs, or print a file on it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.wire import service
from ops import printing, prints
from ops.cli_options import json_flag
from ops.console.screen import error_line, json_line, say
from ops.failures import DONE, INTERRUPTED
from ops.reports import write_whole


@click.group(
    name="printer", epilog="Example: journeyman printer serve --pty /tmp/ender3 --fault thermistor.loose:major"
)
def command() -> None:
    """A simulated printer by itself: serve it to programs that talk to printers, or print a file on it."""


@command.command("serve")
@click.option("--pty", metavar="LINK", help="On a pseudo-terminal, to which this link then points.")
@click.option("--tcp", metavar="HOST:PORT", help="On a TCP port; without HOST on this machine alone.")
@click.option("--model", default="ender_3", metavar="ID", help="Which machine.  [ender_3]")
@click.option("--material", metavar="ID", help="What is loaded: pla, petg, abs, tpu or your own.  [pla]")
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME[:SEVERITY]", help="A problem or a cause; may be repeated."
)
@click.option("--speed", default=1.0, metavar="X", type=click.FloatRange(0.01, 100_000.0), help="Times real time.  [1]")
@click.option("--seed", default=0, metavar="N", type=click.IntRange(0), help="Decides the unit and its noise.  [0]")
@json_flag
def serve(
    pty: str | None,
    tcp: str | None,
    model: str,
    material: str | None,
    faults: tuple[str, ...],
    speed: float,
    seed: int,
    as_json: bool,
) -> int:
    """Serve a printer that speaks Marlin's serial protocol, until Ctrl-C: for OctoPrint, Pronterface, your program.

    One host at a time. A printer that has halted is silent, as a real one; opening its port again resets it.
    """
    printer = printing.printer_of(model, faults, seed, material)
    wish = _Wish(printer, pty, tcp, speed, as_json)
    try:
        asyncio.run(_serve(wish))
    except (KeyboardInterrupt, asyncio.CancelledError):
        error_line("stopped")
    return INTERRUPTED


@dataclass(frozen=True, slots=True)
class _Wish:
    printer: VirtualPrinter
    pty: str | None
    tcp: str | None
    speed: float
    as_json: bool


async def _serve(wish: _Wish) -> None:
    door = await printing.door_of(wish.pty, wish.tcp)
    printer = wish.printer
    faults = [fault.plain() for fault in printer.faults]
    told = ", ".join(f"{one['cause']} ({one['severity']})" for one in faults) or "in order"
    if wish.as_json:
        shown = {"address": door.address, "model": printer.machine.id, "seed": printer.seed, "faults": faults}
        json_line({**shown, "speed": wish.speed})
    say(f"{printer.machine.name}, seed {printer.seed}, {told}: at {door.address}; Ctrl-C ends it", as_json=wish.as_json)
    sys.stdout.flush()  # whoever reads this through a pipe waits for the address
    if wish.tcp is not None and not door.address.startswith(("127.", "localhost:", "::1:")):
        error_line("warning: whoever reaches this address can drive this printer")
    await service.run(printer, door, wish.speed)


@command.command(
    "print", epilog="Example: journeyman printer print cube.gcode --fault nozzle.debris:major --png cube.png"
)
@click.argument("file", metavar="FILE")
@click.option("--model", default="ender_3", metavar="ID", help="Which machine.  [ender_3]")
@click.option("--material", metavar="ID", help="What is loaded: pla, petg, abs, tpu or your own.  [pla]")
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME[:SEVERITY]", help="A problem or a cause; may be repeated."
)
@click.option("--seed", default=0, metavar="N", type=click.IntRange(0), help="Decides the unit and its noise.  [0]")
@click.option("--png", metavar="OUT.png", help="Draw what came out: from the front, and the first layer.")
@json_flag
def print_(
    file: str, model: str, material: str | None, faults: tuple[str, ...], seed: int, png: str | None, as_json: bool
) -> int:
    """Print a sliced file (PrusaSlicer, Slic3r, Cura; .gz too) and measure what comes out."""
    measured = prints.print_file(printing.printer_of(model, faults, seed, material), file, png)
    if as_json:
        json_line(measured)
    say(prints.told(measured), as_json=as_json)
    if png is not None:
        say(f"drawn: {png}", as_json=as_json)
    return DONE


@command.command("gcode", epilog="Example: journeyman printer gcode tower --to tower.gcode")
@click.argument("name", metavar="NAME")
@click.option("--model", default="ender_3", metavar="ID", help="For which machine.  [ender_3]")
@click.option("--material", metavar="ID", help="For which filament: pla, petg, abs, tpu or your own.  [pla]")
@click.option("--to", "file", metavar="FILE", help="Write to a file instead of standard output.")
@json_flag
def gcode(name: str, model: str, material: str | None, file: str | None, as_json: bool) -> None:
    """Write a test model as G-code: cube, long, first_layer, tower or pillars."""
    text = prints.model_text(name, model, material)
    if file is not None:
        write_whole(Path(file), text)
        say(f"{text.count(chr(10))} lines written to {file}", as_json=as_json)
    elif not as_json:
        say(text.rstrip())
    if as_json:
        json_line({"name": name, "model": model, "file": file, "lines": text.splitlines() if file is None else None})
