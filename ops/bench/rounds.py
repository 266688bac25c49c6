"""Interleaved rounds: ours and the peer's in turn; each round gives a ratio, and the median of them is reported."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from os import cpu_count
from statistics import median
from typing import Any

Work = Callable[[], int]
"""Does the work once and says how many units of it were done."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        work: what was done.
        ours: units a second, median of the rounds.
        peer: the same of the peer.
        peer_name: who that is.
        unit: of `ours` and `peer`.
        ratio: ours divided by the peer's, median of the rounds' own ratios.
        aim: the ratio that we promise.
        ok: whether it is kept.
        rounds: how many were run.
        cpu_ratio: ours divided by the peer's per second of processor time; None where both mostly wait.
    """

    work: str
    ours: float
    peer: float
    peer_name: str
    unit: str
    ratio: float
    aim: float
    ok: bool
    rounds: int
    cpu_ratio: float | None = None


def compare(work: str, ours: Work, peer: Work, *, peer_name: str, unit: str, aim: float, rounds: int) -> Row:
    """Run both in turn, changing who goes first, after one round that does not count."""
    pairs = []
    for number in range(rounds + 1):
        first, second = (ours, peer) if number % 2 else (peer, ours)
        speeds = {first: _speed(first), second: _speed(second)}
        if number:
            pairs.append((speeds[ours], speeds[peer]))
    ratio, cpu_ratio = (median(a[clock] / b[clock] for a, b in pairs) for clock in (0, 1))
    ours_speed, peer_speed = (median(pair[side][0] for pair in pairs) for side in (0, 1))
    return Row(
        work,
        round(ours_speed, 1),
        round(peer_speed, 1),
        peer_name,
        unit,
        round(ratio, 3),
        aim,
        ratio >= aim,
        rounds,
        round(cpu_ratio, 3),
    )


def report(rows: list[Row]) -> dict[str, Any]:
    """The object of `bench --json`."""
    machine = f"{platform.platform(terse=True)}, {cpu_count()} cores, Python {platform.python_version()}"
    return {"machine": machine, "rows": [asdict(row) for row in rows]}


def _speed(work: Work) -> tuple[float, float]:
    """Units a second on the wall, and per second of this process's processor time."""
    begin, used = time.perf_counter(), time.process_time()
    units = work()
    return units / (time.perf_counter() - begin), units / max(time.process_time() - used, 1e-9)
