"""Files of real slicers stream through the wire to their end, over a line that damages every 997th of them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.worlds.printer.gcode.command import Command, parse
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.wire.framing import numbered
from actors.worlds.printer.wire.marlin import Marlin

PLACES = [above / "shared" / "gcode" for above in Path(__file__).resolve().parents[6:8]]
"""Where sliced files may lie, beside the repository; it has none of its own."""
FILES = sorted(path for place in PLACES if place.is_dir() for path in place.glob("*.gcode*"))

pytestmark = pytest.mark.slow


def commands(path: Path) -> Iterator[str]:
    text = (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8").read()
    for line in text.splitlines():
        body = line.partition(";")[0].strip()
        if body:
            yield body


@pytest.mark.skipif(not FILES, reason="no sliced files beside the repository")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sliced_file_streams_to_its_end(path: Path) -> None:
    marlin = Marlin(VirtualPrinter("ender_3", seed=1))
    marlin.receive(numbered(-1, "M110 N-1").encode() + b"\n")
    wanted, resends = [0.0, 0.0], 0
    for number, line in enumerate(commands(path)):
        sent = numbered(number, line).encode() + b"\n"
        said = b""
        if number % 997 == 500:
            said = marlin.receive(sent.replace(b"*", b"0*"))
            assert f"Resend: {number}\n".encode() in said
            resends += 1
            said = b""
        said += marlin.receive(sent)
        while not said.startswith(b"ok") and b"\nok" not in said:
            assert not marlin.silent, said
            said += marlin.advance(0.1)
        assert b"Error" not in said
        command = parse(line)
        if isinstance(command, Command) and command.code in ("G0", "G1"):
            wanted = [command.get("X", wanted[0]), command.get("Y", wanted[1])]
        elif isinstance(command, Command) and command.code == "G28":
            wanted = [
                0.0 if axis in command or not command.words else at for axis, at in zip("XY", wanted, strict=True)
            ]
    while not marlin.board.head.idle:
        marlin.advance(1.0)
    assert resends > 0
    assert marlin.board.head.at[:2] == pytest.approx(wanted, abs=0.01)
    assert marlin.board.head.at[3] > 1000  # mm of filament
    assert marlin.board.heaters.target == 0
