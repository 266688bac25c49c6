"""Whole episodes with the full log on, beside bare asyncio, one process, Inspect AI, a short and a quiet run."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from actors.runtime.conductor import Conductor
from actors.runtime.floor import Floor
from actors.runtime.ledger import Ledger
from actors.runtime.observer import Silence
from actors.runtime.pools import PooledRuntime
from actors.runtime.port import Runtime
from configs.settings import Settings
from ops.bench.counter import LOOKS, thinking
from ops.bench.inspect_ai import seconds_a_sample
from ops.bench.memory import kib_a_waiting_episode
from ops.bench.rounds import Row, compare
from ops.checkpoints import begin
from ops.programmes import stress
from ops.staffing import floor_of, staffed
from skillbooks.skillbook import Skillbook

BARE: Final = "asyncio, bare, no log"
COUNTER: Final = {"world": "ops.bench.counter:WORLD", "learning": False}
PATIENT, PROMPT = "ops.bench.counter:Patient", "ops.bench.counter:Prompt"
WORKERS: Final = 2
LEAST_PENALTY: Final = 5.0
"""Seconds that the death of a team may cost."""
LARGEST_KIB: Final = 20.0
"""KiB that a waiting episode may take."""


@dataclass
class Site:
    """A staffed runtime, on the loop that all rounds share, and the runs that were played there.

    Attributes:
        runner, runtime, floor, settings: see `ops.staffing`.
    """

    runner: asyncio.Runner
    runtime: Runtime
    floor: Floor
    settings: Settings
    _names: Iterator[int] = field(default_factory=count)

    def play(self, episodes: int, watching: Silence | None = None) -> int:
        """A stress run of so many episodes from its first event to its last; how many."""
        return self.runner.run(self._played(episodes, watching or Silence()))

    async def _played(self, episodes: int, watching: Silence) -> int:
        settings = self.settings.model_copy(update={"episodes": episodes, "checkpoint_every": max(episodes // 4, 1)})
        run = f"bench-{next(self._names)}"
        recorded: Ledger = await begin(self.runtime, run, "stress", settings)
        programme, none = stress(run, settings), Skillbook("none")
        await Conductor(self.runtime, watching, self.floor, programme, none, recorded).train()
        return episodes


def compare_stress(rounds: int, *, agents: int, inspect: str = "") -> list[Row]:
    """All rows; those whose peer is not there are left out.

    Args:
        rounds: of each comparison.
        agents: episodes at a time of the first rows; five times as many of the third.
        inspect: Python of an environment with Inspect AI; empty: without that row.
    """
    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        here = Path(folder)
        with _site(runner, here, "apart", agent=PATIENT, in_flight=agents, **COUNTER) as apart:
            rows = [_waiting(apart, agents, 0.95, rounds)]
        with _site(runner, here, "together", agent=PATIENT, in_flight=5 * agents, **COUNTER) as together:
            rows += [_waiting(together, agents, 0.97, rounds), _waiting(together, 5 * agents, 0.90, rounds)]
            rows.append(_kill(together, agents, rounds))
        with _site(runner, here, "together") as together, _site(runner, here, "local") as local:
            rows.append(_offline(together, local, rounds))
        with _site(runner, here, "local", agent=PROMPT, **COUNTER) as local:
            rows.append(_long(local, rounds))
            rows += [_own(local, inspect, rounds)] if inspect else []
    rows.append(_memory())
    return rows


@contextmanager
def _site(runner: asyncio.Runner, folder: Path, place: str, **more: Any) -> Iterator[Site]:
    store = f"sqlite:///{folder}/{place}-{time.monotonic_ns()}.db"
    where = {"runtime": "local"} if place == "local" else {"runtime": "ray", "placement": place}
    settings = Settings(**{"workers": WORKERS, "learning": False, "store": store, **where, **more})
    opened = staffed(settings)
    runtime = runner.run(opened.__aenter__())
    try:
        yield Site(runner, runtime, floor_of(runtime, settings, Silence()), settings)
    finally:
        runner.run(opened.__aexit__(None, None, None))


def _waiting(site: Site, agents: int, aim: float, rounds: int) -> Row:
    async def slept(index: int) -> None:
        for turn in range(LOOKS + 1):
            await asyncio.sleep(thinking(index, 1 + 2 * turn))

    async def everybody() -> int:
        await asyncio.gather(*(slept(index) for index in range(agents)))
        return agents

    work = f"{agents:,} episodes at once, {LOOKS + 1} model calls each, {site.settings.placement}"
    peer = lambda: site.runner.run(everybody())  # noqa: E731 - one of a pair
    return compare(work, lambda: site.play(agents), peer, peer_name=BARE, unit="episodes/s", aim=aim, rounds=rounds)


def _offline(together: Site, local: Site, rounds: int, episodes: int = 40) -> Row:
    work = "offline episodes of the printer world, together on 2 cores"
    return compare(
        work, lambda: together.play(episodes), lambda: local.play(episodes),
        peer_name="one process", unit="episodes/s", aim=1.6, rounds=rounds,
    )  # fmt: skip


def _long(local: Site, rounds: int) -> Row:
    """Ten times as many episodes in one run; the process must not grow with them."""
    before = _resident()
    row = compare(
        "10,000 episodes in one run", lambda: local.play(10_000), lambda: local.play(1_000),
        peer_name="1,000 in one run", unit="episodes/s", aim=0.9, rounds=max(1, rounds // 3),
    )  # fmt: skip
    return replace(row, work=f"{row.work} (+{_resident() - before:.0f} MiB at most)")


def _own(local: Site, inspect: str, rounds: int, episodes: int = 400) -> Row:
    """Processor time of an episode that costs nothing itself, beside a sample of Inspect AI."""

    def ours() -> float:
        begun = time.process_time()
        local.play(episodes)
        return (time.process_time() - begun) / episodes

    return _seconds_row(
        "own processor time of an episode of 5 turns", ours, lambda: seconds_a_sample(inspect),
        peer_name="Inspect AI, mock model", unit="ms", aim=20.0, rounds=rounds,
    )  # fmt: skip


def _kill(site: Site, agents: int, rounds: int) -> Row:
    """Seconds that a run takes of whose teams one is killed in the middle, beside an undisturbed one."""

    def took(watching: Silence) -> float:
        begun = time.perf_counter()
        site.play(agents, watching)
        return time.perf_counter() - begun

    pairs = [(took(_Killer(site, agents // 2)), took(Silence())) for _ in range(rounds)]
    lost = max(median(ours - peer for ours, peer in pairs), 0.0)
    ours, peer = (median(side) for side in zip(*pairs, strict=True))
    ok = lost <= LEAST_PENALTY
    return Row(
        f"kill -9 of a team in mid-run: {lost:.1f} s lost", ours, peer, "undisturbed", "s",
        round(ours / peer, 3), round((peer + LEAST_PENALTY) / peer, 3), ok, rounds,
    )  # fmt: skip


class _Killer(Silence):
    """Kills the first team after so many turns of events in the run."""

    def __init__(self, site: Site, after: int) -> None:
        self._site, self._left = site, after

    def wave_started(self, wave: int, phase: Any, n: int) -> None:  # noqa: ARG002 - the port's signature
        """A second after the first wave has begun."""
        if wave == 0:
            asyncio.get_running_loop().call_later(2.0, self._strike)

    def _strike(self) -> None:
        if isinstance(self._site.runtime, PooledRuntime):
            self._site.runtime.kill("teams", 0)


def _memory() -> Row:
    found = kib_a_waiting_episode()
    return Row(
        "memory of a waiting episode", round(found, 1), LARGEST_KIB, "the promise", "KiB",
        round(LARGEST_KIB / found, 2), 1.0, found <= LARGEST_KIB, 1,
    )  # fmt: skip


def _seconds_row(
    work: str, ours: Callable[[], float], peer: Callable[[], float], *, peer_name: str, unit: str, aim: float,
    rounds: int,
) -> Row:  # fmt: skip
    """A row of times, of which less is better: the ratio says how many of ours make one of the peer's."""
    pairs = [(ours() * 1000, peer() * 1000) for _ in range(rounds)]
    ratio = median(b / a for a, b in pairs)
    mine, other = median(a for a, _ in pairs), median(b for _, b in pairs)
    return Row(work, round(mine, 3), round(other, 3), peer_name, unit, round(ratio, 1), aim, ratio >= aim, rounds)


def _resident() -> float:
    """The most that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
