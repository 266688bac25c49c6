"""The planner as a firmware runs it: commands come one at a time, and the head is somewhere at every instant."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from actors.worlds.printer.gcode.limits import Four, Limits
from actors.worlds.printer.gcode.modal import Moved
from actors.worlds.printer.gcode.planner import BUFFER, CRAWL, Profile, of_moves, plan

FIRST_DELAY = 0.1
"""Seconds for which the first move waits for others to join it, BLOCK_DELAY_FOR_1ST_MOVE [S:MA]."""

Planned = tuple[Moved, Limits]


@dataclass
class LiveMotion:
    """A buffer of planned moves; time is in seconds on any clock that never goes back.

    The move that runs is fixed, as on the real machine; those behind it are planned anew with each that is added.

    Attributes:
        rest: where the head is once all is done.
        ends: when the last move ends.
    """

    rest: Four = (0.0, 0.0, 0.0, 0.0)
    ends: float = 0.0
    _waiting: deque[Planned] = field(default_factory=deque)
    _current: Planned | None = None
    _running: Profile | None = None
    _planned: Profile | None = None

    def free(self, now: float) -> int:
        """How many moves may still be added; the firmware withholds its `ok` at 0."""
        self._advance(now)
        return max(BUFFER - 1 - len(self._waiting), 0)

    def moves(self, now: float) -> bool:
        """True while the head moves or is about to."""
        self._advance(now)
        return self._running is not None or bool(self._waiting)

    def push(self, move: Moved, limits: Limits, now: float) -> None:
        """Add a move and plan those that have not begun."""
        self._advance(now)
        self._waiting.append((move, limits))
        (sx, sy, sz, se), (dx, dy, dz, de) = move.start, move.delta
        self.rest = (sx + dx, sy + dy, sz + dz, se + de)
        self._replan(now)

    def position(self, now: float) -> Four:
        """X, Y, Z, E in mm at this instant."""
        self._advance(now)
        if self._running is not None:
            return self._running.at(now)
        return self._waiting[0][0].start if self._waiting else self.rest

    def stop(self, now: float) -> Four:
        """Drop all moves at once, as M410 and M112 do; the head stays where it is."""
        self.rest, self.ends = self.position(now), now
        self._waiting.clear()
        self._current = self._running = self._planned = None
        return self.rest

    def set_rest(self, rest: Four, now: float) -> None:
        """Say where the head is after it was moved by other means, as homing does.

        Raises:
            ValueError: if it still moves.
        """
        if self.moves(now):
            raise ValueError("the head moves; it cannot be told where it is")
        self.rest = rest

    def _advance(self, now: float) -> None:
        """Let moves begin and end that did so by now."""
        while self._planned is not None and len(self._planned.begin) and self._planned.begin[0] <= now:
            self._running = _rows(self._planned, slice(0, 1))
            self._planned = _rows(self._planned, slice(1, None))
            self._current = self._waiting.popleft()
        if self._running is not None and not self._waiting and self._running.end[0] <= now:
            self._current = self._running = self._planned = None

    def _replan(self, now: float) -> None:
        """Plan what waits, from the speed and the time at which the running move ends."""
        begins = float(self._planned.begin[0]) if self._planned is not None and len(self._planned.begin) else None
        if self._current is None or self._running is None:
            found = of_moves([move for move, _ in self._waiting], [limits for _, limits in self._waiting])
            self._planned = plan(found, first=CRAWL, origin=now + FIRST_DELAY if begins is None else begins)
        else:
            joined = [self._current, *self._waiting]
            found = of_moves([move for move, _ in joined], [limits for _, limits in joined])
            behind = replace(found, **{name: column[1:] for name, column in vars(found).items()})
            first, origin = float(self._running.leave[0]), float(self._running.end[0])
            self._planned = plan(behind, first=first, origin=origin)
        self.ends = float(self._planned.end[-1])


def _rows(profile: Profile, rows: slice) -> Profile:
    return Profile(**{name: column[rows] for name, column in vars(profile).items()})
