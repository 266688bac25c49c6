"""Waves in a row: opened in the log when their first item is pulled, closed in order when all of them are played.

Without lessons there is nothing to wait for between two waves, so the next is pulled from while the last still plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from actors.runtime.chronicle import Chronicle
from actors.runtime.episode import Phase
from actors.runtime.ledger import Ledger, Tally
from actors.runtime.observer import Observer
from actors.runtime.port import Runtime
from actors.runtime.rounds import BASELINE, Item, Result, Round
from events import facts
from events.event import identity
from events.log import NO_STREAM
from skillbooks.thinning import TRIAL


@dataclass(frozen=True)
class Wave:
    """Scenarios that are played between two checkpoints.

    Attributes:
        number: within its phase.
        indices: of its scenarios.
        episodes: how many are asked for, test agents left out.
    """

    number: int
    indices: range
    episodes: int


@dataclass
class _Open:
    """A wave under way: its log, what is still missing of it, and whether all of it was handed out."""

    wave: Wave
    log: Chronicle
    missing: int


class Parade:
    """Supplies the items of waves and takes them back when they are played.

    Args:
        runtime: where the journal is.
        observer: is told.
        run, phase: whose waves.
        book: name and version of the book that they play with.
        waves: in order; may be very many.
        round_of: the round of a wave, given the id of the event that began it.
        recorded: what the log has of the run already.
        closing: done before the end of a wave is written, such as curation; returns the book's version then. Told the
            wave's number, and whether that end is in the log already, so that it need only be caught up with.
    """

    def __init__(
        self,
        runtime: Runtime,
        observer: Observer,
        run: str,
        phase: Phase,
        *,
        book: tuple[str, int],
        waves: Iterable[Wave],
        round_of: Callable[[int, str], Round],
        recorded: Ledger,
        closing: Callable[[int, bool], Awaitable[int]],
    ) -> None:
        self._runtime, self._observer, self._run, self._phase = runtime, observer, run, phase
        self._book, self._waves, self._round_of = book, iter(waves), round_of
        self._recorded, self._closing = recorded, closing
        self._items: Iterator[Item] = iter(())
        self._open: dict[int, _Open] = {}
        self._pulling, self._ending = asyncio.Lock(), asyncio.Lock()
        self.tally = Tally()

    async def supply(self) -> Item | None:
        """See `floor.Supply`."""
        async with self._pulling:
            while True:
                item = next(self._items, None)
                if item is not None:
                    return item
                wave = next(self._waves, None)
                if wave is None:
                    return None
                self._items = iter(await self._opened(wave))

    async def done(self, item: Item, results: list[Result]) -> None:
        """See `floor.Done`."""
        for arm, points in results:
            if arm != TRIAL and not arm.startswith(BASELINE):
                self.tally.add(points)
        self._open[item.round.wave].missing -= 1
        await self._close_in_order()

    async def _opened(self, wave: Wave) -> Iterable[Item]:
        """What is still to be played of a wave, after its beginning is written."""
        key = (self._phase, wave.number)
        known = self._recorded.tallies.get(key)
        if known is not None:
            self.tally = Tally(
                self.tally.n + known.n, self.tally.millionths + known.millionths, self.tally.failed + known.failed
            )
            self._observer.recalled(self._phase, known.n, known.failed, known.mean)
        if self._recorded.is_finished(key):
            await self._closing(wave.number, True)
            return ()
        self._observer.wave_started(wave.number, self._phase, wave.episodes)
        log = await self._begun(wave, self._recorded.waves.get(key, NO_STREAM))
        this = self._round_of(wave.number, identity(log.stream, 0))
        ended = self._recorded.open_wave(key)
        every = len(this.arms) + len(this.baselines)
        whole = sum(len(arms) == every for arms in ended.ended.values())
        self._open[wave.number] = _Open(wave, log, len(wave.indices) - whole)
        await self._close_in_order()
        begun = key in self._recorded.waves
        items = (Item(this, index, ended.arms(index), begun) for index in wave.indices)
        return (item for item in items if len(item.ended) < every)

    async def _begun(self, wave: Wave, version: int) -> Chronicle:
        name = f"wave/{self._run}/{self._phase}-{wave.number}"
        log = Chronicle(self._runtime, name, self._run, version=version, cause=identity(f"run/{self._run}", 0))
        if version == NO_STREAM:
            await log.write(
                facts.WaveStarted(
                    wave=wave.number,
                    phase=self._phase,
                    skillbook=self._book[0],
                    skillbook_version=self._book[1],
                    episodes=wave.episodes,
                )
            )
        return log

    async def _close_in_order(self) -> None:
        """Write the end of every wave of which nothing is missing, unless an earlier one is open: a checkpoint."""
        async with self._ending:
            while self._open:
                first = self._open[min(self._open)]
                if first.missing:
                    return
                number = first.wave.number
                version = await self._closing(number, False)
                await first.log.write(facts.WaveFinished(wave=number, phase=self._phase, skillbook_version=version))
                del self._open[number]
                self._observer.wave_finished(number, self._phase)
