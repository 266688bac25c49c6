"""A picture shows what came out: less of it where a print stopped, none of it where nothing was printed."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.worlds.printer.gcode.deposit import deposit
from actors.worlds.printer.gcode.models import lines_of
from actors.worlds.printer.gcode.picture import SIZE, save
from actors.worlds.printer.gcode.printed import measure
from actors.worlds.printer.gcode.program import take
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import type_of

Image = pytest.importorskip("PIL.Image")


def drawn(path: Path, cause: str | None = None, machine: str = "ender_3") -> np.ndarray:
    printer = VirtualPrinter(machine, seed=3)
    if cause is not None:
        printer.introduce_problem(type_of(cause), "major", cause=cause)
    done = deposit(
        printer.machine, printer.values, take(lines_of("pillars", printer.machine), printer.machine), printer.rng("x")
    )
    save(done, measure(done), path, title=machine)
    picture = Image.open(path)
    assert (picture.format, picture.size) == ("PNG", SIZE)
    return np.asarray(picture).astype(int)


def plastic(picture: np.ndarray) -> int:
    """Pixels of the side view that are orange."""
    side = picture[130:700, 30:760]
    return int(((side[..., 0] > 120) & (side[..., 0] - side[..., 2] > 70)).sum())


def test_plastic_is_drawn_where_it_lies(tmp_path: Path) -> None:
    whole = plastic(drawn(tmp_path / "whole.png"))
    clogged = plastic(drawn(tmp_path / "clogged.png", "nozzle.debris"))
    stopped = plastic(drawn(tmp_path / "stopped.png", "heater_sock.missing"))
    nothing = plastic(drawn(tmp_path / "nothing.png", "probe_servo.disconnected", "ender_3_bltouch"))
    assert whole > 10_000
    assert clogged < 0.8 * whole
    assert stopped < 0.9 * whole
    assert nothing < 0.1 * whole  # the words that say so
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "clogged.png",
        "nothing.png",
        "stopped.png",
        "whole.png",
    ]


def test_where_nothing_draws_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("PIL"):
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'journeyman\[pictures\]'"):
        drawn(tmp_path / "none.png")
    assert list(tmp_path.iterdir()) == []
