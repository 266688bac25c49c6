"""The floor of teams: each is kept supplied with items, and what a dead one had in hand is played by the living."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from itertools import count

from actors.runtime.floor import Done, Supply
from actors.runtime.observer import Observer
from actors.runtime.pools import home
from actors.runtime.port import AskFailed, Plain, Runtime, RuntimeUnavailable, WorkerLost
from actors.runtime.rounds import Item, abandon

POOL = "teams"
PREFETCH = 64
"""Items that wait within a team for a free place, at most."""
SUSPECT, CULPRIT = 2, 4
"""Deaths of its team after which an item is played by itself, and after which it is given up."""
Key = tuple[str, int]


@dataclass
class TeamFloor:
    """Teams that pull items.

    Attributes:
        runtime: where the pool `teams` is.
        observer: is told what the teams tell.
        teams: how many there are.
        window: episodes that each plays at a time.
    """

    runtime: Runtime
    observer: Observer
    teams: int
    window: int

    async def play(self, supply: Supply, done: Done) -> None:
        """See `Floor.play`."""
        counter = _Counter(supply, self.teams)
        services = [_Service(self, _key_of(seat, self.teams), counter, done) for seat in range(self.teams)]
        await _deal(services)
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.serve())


@dataclass
class _Counter:
    """What all services draw from: fresh items, and those that came back from dead teams.

    Attributes:
        supply: of fresh items.
        living: services whose team can be had.
        back: items that came back.
        deaths: how many teams died with an item in hand.
        out: items that some team has in hand.
    """

    supply: Supply
    living: int
    back: deque[Item] = field(default_factory=deque)
    deaths: Counter[Key] = field(default_factory=Counter)
    out: int = 0
    _dry: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def draw(self, room: int, *, empty: bool) -> list[Item]:
        """Up to so many items; one that may have killed its team only by itself, to a team that has nothing in hand."""
        items: list[Item] = []
        while len(items) < room:
            if self.back:
                suspect = self.deaths[name_of(self.back[0])] >= SUSPECT
                if suspect and not (empty and not items):
                    break
                items.append(self.back.popleft())
                if suspect:
                    break
            elif (item := None if self._dry else await self.supply()) is not None:
                items.append(item)
            else:
                self._dry = True
                break
        self.out += len(items)
        return items

    def settle(self, items: int = 1) -> None:
        """So many are done, or came back."""
        self.out -= items
        self._changed.set()

    @property
    def over(self) -> bool:
        """Whether nothing is left to play, nor can come back."""
        return self._dry and not self.back and not self.out

    async def more(self) -> bool:
        """Wait until something came back, or all is over; whether there is something."""
        while not self.back and not self.over:
            self._changed.clear()
            await self._changed.wait()
        return not self.over

    async def end(self) -> None:
        """Wait until all is over."""
        while not self.over:
            self._changed.clear()
            await self._changed.wait()


@dataclass
class _Service:
    """One team's supply."""

    floor: TeamFloor
    key: str
    counter: _Counter
    done: Done
    hand: dict[Key, Item] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    dealt: list[Item] = field(default_factory=list)

    @property
    def room(self) -> int:
        """How many items more it can have in hand."""
        return self.floor.window + min(self.floor.window, PREFETCH) - len(self.hand) - len(self.dealt)

    async def serve(self) -> None:
        """Until nothing is left to play."""
        while True:
            more = await self._more()
            if not self.hand:
                if await self.counter.more():
                    continue
                return
            try:
                answer = await self._exchange(more)
            except (WorkerLost, RuntimeUnavailable) as lost:
                await self._bereaved(lost)
                if not await self._hired_again():
                    return
                continue
            await self._take(answer)

    async def _more(self) -> list[Item]:
        alone = any(self.counter.deaths[name] >= SUSPECT for name in self.hand)
        more, self.dealt = self.dealt, []
        more += [] if alone else await self.counter.draw(self.room - len(more), empty=not self.hand and not more)
        self.hand.update({name_of(item): item for item in more})
        return more

    async def _exchange(self, more: list[Item]) -> Plain:
        """Hand items over and hear what was finished."""
        items = [[item.round.name, item.index, list(item.ended), item.begun] for item in more]
        fresh = {item.round.name: item.round for item in more if item.round.name not in self.told}
        while True:
            rounds = [this.plain() for this in fresh.values()]
            answer = await self.floor.runtime.ask(POOL, {"items": items, "rounds": rounds}, key=self.key)
            self.told.update(fresh)
            if "unknown" not in answer:
                return answer
            fresh = {item.round.name: item.round for item in more if item.round.name in answer["unknown"]}

    async def _take(self, answer: Plain) -> None:
        for text in answer["notes"]:
            self.floor.observer.note(text)
        for summary in answer["summaries"]:
            self.floor.observer.episode_finished(summary)
        for name, index, results in answer["played"]:
            item = self.hand.pop((name, index))
            self.counter.deaths.pop((name, index), None)
            await self.done(item, [(arm, points) for arm, points in results])
            self.counter.settle()
        if answer["fault"]:
            raise AskFailed(*answer["fault"])

    async def _bereaved(self, lost: Exception) -> None:
        """Count the death to everything that the team had in hand, and give it back, or up."""
        self.floor.observer.note(f"{len(self.hand)} episodes begin anew: {lost}")
        self.told.clear()
        lost_items, self.hand = self.hand, {}
        for name, item in lost_items.items():
            self.counter.deaths[name] += isinstance(lost, WorkerLost)
            if self.counter.deaths[name] < CULPRIT:
                self.counter.back.append(replace(item, begun=True))
            else:
                why = f"teams died {CULPRIT} times with this episode in hand"
                await self.done(item, await abandon(self.floor.runtime, self.floor.observer, item, why))
            self.counter.settle()

    async def _hired_again(self) -> bool:
        """Wait for another team in the dead one's place, unless the others finish everything meanwhile.

        Raises:
            RuntimeUnavailable: there is nowhere to put one, and no other team is left.
        """
        over = asyncio.ensure_future(self.counter.end())
        self.counter.living -= 1
        try:
            while not over.done():
                hired = asyncio.ensure_future(self._exchange([]))
                try:
                    await asyncio.wait([over, hired], return_when=asyncio.FIRST_COMPLETED)
                    if hired.done():
                        await self._take(hired.result())
                        self.counter.living += 1
                        return True
                except WorkerLost:
                    continue
                except RuntimeUnavailable as nowhere:
                    if not self.counter.living:
                        raise
                    self.floor.observer.note(f"one team fewer: {nowhere}")
                    await over
                finally:
                    hired.cancel()
        finally:
            over.cancel()
        return False


async def _deal(services: list[_Service]) -> None:
    """The first items one by one in turn: a wave that would fit into one team is shared by all."""
    taking = [service for service in services if service.room > 0]
    while taking:
        for service in list(taking):
            item = await service.counter.draw(1, empty=True)
            service.dealt += item
            if not item or service.room <= 0:
                taking.remove(service)


def name_of(item: Item) -> Key:
    """What tells an item from all others of a run."""
    return item.round.name, item.index


def _key_of(seat: int, size: int) -> str:
    """A key whose requests come to this seat of a pool."""
    return next(key for key in map(str, count()) if home(key, size) == seat)
