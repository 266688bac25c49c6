"""Moves planned as Marlin plans them: limits of axes, junction speeds, trapezoids, and a buffer to stop within.

All functions are element-wise over moves. The two passes that look back and ahead are running minima of the squared
speed plus the work done since the start, so that a file of a million moves needs no loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.gcode.limits import Limits
from actors.worlds.printer.gcode.modal import Moved

Array = NDArray[np.float64]

CRAWL = 0.05
"""mm/s from which a move starts and at which the last one in the buffer ends, MINIMUM_PLANNER_SPEED [S:MA]."""
BUFFER = 16
"""Blocks that the firmware holds; within them it must be able to stop [S:MA]."""
_NOTHING = 1e-12


@dataclass(frozen=True)
class Blocks:
    """Moves ready for planning, one row a move.

    Attributes:
        start, delta: mm, columns X Y Z E.
        distance: mm along the move, of the filament where the head stands still.
        cruise: mm/s along the move within all feed limits.
        acceleration: mm/s2 along the move within all limits.
        junction: mm/s at most at its beginning, whatever came before in `delta`; the first is that from standstill.
    """

    start: Array
    delta: Array
    distance: Array
    cruise: Array
    acceleration: Array
    junction: Array

    def __len__(self) -> int:
        return len(self.distance)


@dataclass(frozen=True)
class Profile:
    """Trapezoids in time, one row a move.

    Attributes:
        begin, end: seconds since the start; between two moves the head may stand.
        entry, peak, leave: mm/s at the beginning, at most, and at the end.
        acceleration: mm/s2.
        distance: mm.
        start, delta: mm, columns X Y Z E.
    """

    begin: Array
    end: Array
    entry: Array
    peak: Array
    leave: Array
    acceleration: Array
    distance: Array
    start: Array
    delta: Array

    @property
    def seconds(self) -> Array:
        """How long each move takes."""
        return self.end - self.begin

    @property
    def total(self) -> float:
        """Seconds until the last move has ended."""
        return float(self.end[-1]) if len(self.end) else 0.0

    def at(self, seconds: float) -> tuple[float, float, float, float]:
        """X, Y, Z, E at a time; before the first move its start, after the last its end."""
        if not len(self.end):
            return (0.0, 0.0, 0.0, 0.0)
        i = min(int(np.searchsorted(self.end, seconds)), len(self.end) - 1)
        gone = self._gone(i, min(max(seconds - float(self.begin[i]), 0.0), float(self.seconds[i])))
        share = min(gone / float(self.distance[i]), 1.0) if self.distance[i] > 0.0 else 1.0
        x, y, z, e = (float(v) for v in self.start[i] + share * self.delta[i])
        return x, y, z, e

    def _gone(self, i: int, t: float) -> float:
        entry, peak, leave, a = (float(v[i]) for v in (self.entry, self.peak, self.leave, self.acceleration))
        rising, falling = (peak - entry) / a, (peak - leave) / a
        if t <= rising:
            return entry * t + a * t * t / 2.0
        left = float(self.seconds[i]) - t
        if left <= falling:
            return float(self.distance[i]) - leave * left - a * left * left / 2.0
        return entry * rising + a * rising * rising / 2.0 + peak * (t - rising)


def blocks(
    start: Array, delta: Array, feed: Array, acceleration: Array, limits: Sequence[Limits], which: NDArray[np.intp]
) -> Blocks:
    """Hold moves to the limits.

    Args:
        start: mm, columns X Y Z E.
        delta: mm.
        feed: mm/s asked for.
        acceleration: mm/s2 of each move's kind.
        limits: those in force at some time.
        which: the index into `limits` for each move.
    """
    table = {name: np.array([getattr(one, name) for one in limits]) for name in ("feed", "acceleration", "jerk")}
    deviation = np.array([one.deviation for one in limits])[which]
    distance = _distance(delta)
    unit = delta / np.maximum(distance, _NOTHING)[:, None]
    share = np.maximum(np.abs(unit), _NOTHING)
    cruise = np.minimum(feed, (table["feed"][which] / share).min(axis=1))
    cruise = np.maximum(cruise, CRAWL)
    acceleration = np.minimum(acceleration, (table["acceleration"][which] / share).min(axis=1))
    junction = _by_jerk(unit, cruise, table["jerk"][which])
    if deviation.any():
        junction = np.where(deviation > 0.0, _by_deviation(unit, cruise, acceleration, deviation), junction)
    return Blocks(start, delta, distance, cruise, acceleration, junction)


def of_moves(moves: Sequence[Moved], limits: Sequence[Limits]) -> Blocks:
    """Blocks of a few moves, each with the limits that were in force."""
    known = list(dict.fromkeys(limits))
    return blocks(
        np.array([move.start for move in moves]),
        np.array([move.delta for move in moves]),
        np.array([move.feed for move in moves]),
        np.array([move.acceleration for move in moves]),
        known,
        np.array([known.index(one) for one in limits]),
    )


def plan(
    blocks: Blocks,
    *,
    first: float = CRAWL,
    origin: float = 0.0,
    halts: NDArray[np.bool_] | None = None,
    holds: Array | None = None,
) -> Profile:
    """Plan moves, the last of which ends in standstill.

    Args:
        blocks: the moves.
        first: mm/s at the beginning of the first.
        origin: seconds at which the first begins.
        halts: True where the head stands before a move.
        holds: seconds that it then stands.
    """
    entry, leave = speeds(blocks, first=first, halts=halts)
    quick, distance = blocks.acceleration, blocks.distance
    peak = np.sqrt(np.maximum(quick * distance + (entry**2 + leave**2) / 2.0, 0.0))
    peak = np.maximum(np.minimum(peak, blocks.cruise), np.maximum(entry, leave))
    seconds = _duration(distance, entry, peak, leave, quick)
    end = origin + np.cumsum(seconds if holds is None else seconds + holds)
    return Profile(end - seconds, end, entry, peak, leave, quick, distance, blocks.start, blocks.delta)


def speeds(blocks: Blocks, *, first: float = CRAWL, halts: NDArray[np.bool_] | None = None) -> tuple[Array, Array]:
    """Speeds at the beginning and the end of each move, mm/s.

    Args:
        blocks: the moves.
        first: speed at the beginning of the first.
        halts: True where the head stands before a move.
    """
    n = len(blocks)
    most = np.full(n + 1, CRAWL**2)
    most[1:n] = np.minimum(blocks.junction[1:], np.minimum(blocks.cruise[1:], blocks.cruise[:-1])) ** 2
    if halts is not None:
        most[:n][halts] = CRAWL**2
    most[0] = max(first, CRAWL) ** 2
    work = np.concatenate(([0.0], np.cumsum(2.0 * blocks.acceleration * blocks.distance)))
    ahead = np.minimum(np.arange(n + 1) + BUFFER - 1, n)
    most[1:] = np.minimum(most, CRAWL**2 + work[ahead] - work)[1:]
    braked = np.minimum.accumulate((most + work)[::-1])[::-1] - work
    braked[0] = most[0]
    reached = np.minimum.accumulate(braked - work) + work
    speed = np.sqrt(np.maximum(reached, 0.0))
    return speed[:-1], speed[1:]


def _duration(distance: Array, entry: Array, peak: Array, leave: Array, acceleration: Array) -> Array:
    """Seconds of a trapezoid; `peak` is the speed that it reaches."""
    ramps = ((peak - entry) + (peak - leave)) / acceleration
    ramped = ((peak**2 - entry**2) + (peak**2 - leave**2)) / (2.0 * acceleration)
    return ramps + np.maximum(distance - ramped, 0.0) / np.maximum(peak, CRAWL)


def _distance(delta: Array) -> Array:
    head = np.sqrt((delta[:, :3] ** 2).sum(axis=1))
    return np.where(head > 0.0, head, np.abs(delta[:, 3]))


def _by_jerk(unit: Array, cruise: Array, jerk: Array) -> Array:
    """Junction speeds by which no axis changes its speed by more than its jerk at once."""
    fastest = np.empty_like(cruise)
    still = (jerk / np.maximum(np.abs(unit), _NOTHING)).min(axis=1)
    fastest[:1] = np.minimum(still, cruise)[:1]
    lower = np.minimum(cruise[1:], cruise[:-1])
    coming, going = unit[:-1] * lower[:, None], unit[1:] * lower[:, None]
    turned = coming * going < 0.0  # an axis that turns stops first: the larger of the two speeds counts
    change = np.where(turned, np.maximum(np.abs(coming), np.abs(going)), np.abs(going - coming))
    factor = np.minimum((jerk[1:] / np.maximum(change, _NOTHING)).min(axis=1), 1.0)
    fastest[1:] = lower * factor
    return fastest


def _by_deviation(unit: Array, cruise: Array, acceleration: Array, deviation: Array) -> Array:
    """Junction speeds at which the path would leave the corner by no more than the deviation."""
    fastest = np.full_like(cruise, CRAWL)
    size = np.maximum(np.sqrt((unit**2).sum(axis=1)), _NOTHING)
    along = (unit[1:] * unit[:-1]).sum(axis=1) / (size[1:] * size[:-1])
    half = np.sqrt(np.clip(0.5 * (1.0 + along), 0.0, 1.0))  # sine of half the angle between the two lines
    free = half > 0.9999
    lower = np.minimum(acceleration[1:], acceleration[:-1])
    rounded = np.sqrt(lower * deviation[1:] * half / np.where(free, 1.0, 1.0 - half))
    fastest[1:] = np.where(free, cruise[1:], np.maximum(rounded, CRAWL))
    return fastest
