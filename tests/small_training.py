"""A small real training of the offline apprentice in the printer world, and what two logs of it must have in common."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from actors.llm.apprentice.model import answer
from actors.llm.port import Reply, Request
from actors.runtime.observer import Kind, Silence
from actors.runtime.pools import PooledRuntime
from configs.settings import Settings
from events import facts
from events.event import RecordedEvent
from events.log import open_log

Plain = dict[str, Any]

FLAGS = ("--episodes", "4", "--wave", "2", "--held-out", "2")
STOPS = frozenset({facts.RunPaused.fact_name, facts.RunResumed.fact_name})


def small(store: Path, **more: Any) -> Settings:
    """Settings of four episodes in two waves and two held-out pairs."""
    asked = {"episodes": 4, "wave": 2, "held_out": 2, "runtime": "local", "store": f"sqlite:///{store}", **more}
    return Settings(**asked)


def recorded(store: Path) -> list[RecordedEvent]:
    """Everything in a log."""
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        return list(log.read_all())


def story(store: Path) -> dict[str, list[tuple[str, str | None, bytes]]]:
    """What happened on each stream, byte for byte: no time, no order between streams, no stops on the way.

    Two trainings that tell the same story have the same scores, lessons, skillbook versions and hashes.
    """
    told: defaultdict[str, list[tuple[str, str | None, bytes]]] = defaultdict(list)
    for event in recorded(store):
        cause = None if event.category == "run" else event.causation  # stops shift the places in the run's own stream
        if event.type not in STOPS and event.category != "staff":  # how a run was staffed is no part of its results
            told[event.stream].append((event.type, cause, event.payload))
    return dict(told)


def scores(store: Path) -> dict[str, tuple[int, float, str]]:
    """Episode -> success, points and grade, test agents included."""
    found = ((event.stream, event.fact()) for event in recorded(store))
    return {stream: (f.success, f.points, f.grade) for stream, f in found if isinstance(f, facts.EpisodeScored)}


def final_hash(store: Path) -> str:
    """Hash of the skillbook that the finished run recorded."""
    return next(f.skillbook_sha256 for e in recorded(store) if isinstance(f := e.fact(), facts.RunFinished))


class Assassin(Silence):
    """An observer that kills workers at chosen turns, and writes down what is said about it.

    Args:
        plan: number of the told step -> the pool whose first worker dies then.
    """

    def __init__(self, plan: dict[int, str]) -> None:
        self.runtime: PooledRuntime | None = None
        self.notes: list[str] = []
        self.killed: list[str] = []
        self._plan, self._steps = plan, 0

    def turn(self, episode: str, kind: Kind, data: Plain) -> None:
        """Count, and strike."""
        del episode, kind, data
        self._steps += 1
        pool = self._plan.get(self._steps)
        if pool is not None and self.runtime is not None:
            self.runtime.kill(pool, 0)
            self.killed.append(pool)

    def note(self, text: str) -> None:
        """Remember."""
        self.notes.append(text)


class Spy:
    """The apprentice, with everything that it is given written down."""

    name = "apprentice"
    requests: ClassVar[list[Request]] = []

    async def reply(self, request: Request) -> Reply:
        """Write down, then answer."""
        self.requests.append(request)
        return answer(request)


class Fickle:
    """The apprentice in a mood: it never says the same thing twice."""

    name = "fickle"
    said = count()

    async def reply(self, request: Request) -> Reply:
        """The next act, with other words each time."""
        reply = answer(request)
        return replace(reply, text=f"{reply.text} ({next(self.said)})")


class FailingReflector:
    """A reflector whose model is out of reach."""

    def __init__(self, config: Plain) -> None:
        del config

    async def answer(self, request: Plain) -> Plain:
        """Fail."""
        raise ConnectionError(f"no model for {request['episode']}")
