"""A printer served by the command line in a process of its own, and a small print made for tests."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass
class Served:
    """A running `journeyman printer serve` and what it said of itself."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def address(self) -> str:
        return str(self.told["address"])

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C; exit status and what was said on standard error after the first line."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@contextmanager
def served(*flags: str) -> Iterator[Served]:
    """Serve a printer until the block ends."""
    command = [sys.executable, "-m", "ops", "printer", "serve", "--json", *flags]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            yield Served(process, json.loads(line))
        finally:
            process.kill()


def small_print(layers: int = 3, *, hotend: float = 200.0, bed: float = 50.0, side: float = 20.0) -> list[str]:
    """G-code of a small square frame, as a slicer writes it: heat, home, outline by outline, off."""
    lines = ["M140 S{bed:g}", "M104 S{hotend:g}", "G28", "M190 S{bed:g}", "M109 S{hotend:g}", "G90", "M82", "G92 E0"]
    fed, low = 0.0, 100.0
    for layer in range(layers):
        lines += [f"G1 Z{0.2 * (layer + 1):.2f} F600", f"G0 X{low:g} Y{low:g} F6000"]
        for x, y in ((1, 0), (1, 1), (0, 1), (0, 0)):
            fed += side * 0.033
            lines.append(f"G1 X{low + side * x:g} Y{low + side * y:g} E{fed:.4f} F1800")
    lines += ["M106 S255", "G1 Z10 F600", "M107", "M104 S0", "M140 S0", "M84"]
    return [line.format(hotend=hotend, bed=bed) for line in lines]
