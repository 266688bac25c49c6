"""The floor of teams: each team is kept supplied with items, and what a dead one had in hand is played again."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from itertools import count

from actors.runtime.floor import Done, Supply
from actors.runtime.observer import Observer
from actors.runtime.pools import home
from actors.runtime.port import AskFailed, Plain, Runtime, WorkerLost
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
        async with asyncio.TaskGroup() as group:
            for seat in range(self.teams):
                group.create_task(_Service(self, _key_of(seat, self.teams), supply, done).serve())


@dataclass
class _Service:
    """One team's supply."""

    floor: TeamFloor
    key: str
    supply: Supply
    done: Done
    hand: dict[Key, Item] = field(default_factory=dict)
    again: deque[Item] = field(default_factory=deque)
    deaths: Counter[Key] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)

    async def serve(self) -> None:
        """Until nothing is left to play."""
        while True:
            more = await self._more()
            if not self.hand:
                return
            try:
                answer = await self._exchange(more)
            except WorkerLost as lost:
                await self._bereaved(lost)
                continue
            await self._take(answer)

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

    async def _more(self) -> list[Item]:
        """Items to hand over now; one that may have killed its team is handed over only when it will be alone."""
        room = self.floor.window + min(self.floor.window, PREFETCH) - len(self.hand)
        more: list[Item] = []
        if any(self.deaths[_name(item)] >= SUSPECT for item in (*self.again, *self.hand.values())):
            more = [self.again.popleft()] if self.again and not self.hand else []
        else:
            while len(more) < room:
                item = self.again.popleft() if self.again else await self.supply()
                if item is None:
                    break
                more.append(item)
        self.hand.update({_name(item): item for item in more})
        return more

    async def _take(self, answer: Plain) -> None:
        for text in answer["notes"]:
            self.floor.observer.note(text)
        for summary in answer["summaries"]:
            self.floor.observer.episode_finished(summary)
        for name, index, results in answer["played"]:
            item = self.hand.pop((name, index))
            self.deaths.pop((name, index), None)
            await self.done(item, [(arm, points) for arm, points in results])
        if answer["fault"]:
            raise AskFailed(*answer["fault"])

    async def _bereaved(self, lost: WorkerLost) -> None:
        """Count the death to everything that the team had in hand, and let it be played again, or give it up."""
        self.floor.observer.note(f"{len(self.hand)} episodes begin anew: {lost}")
        self.told.clear()
        lost_items, self.hand = self.hand, {}
        for name, item in lost_items.items():
            self.deaths[name] += 1
            if self.deaths[name] < CULPRIT:
                self.again.append(replace(item, begun=True))
                continue
            why = f"teams died {CULPRIT} times with this episode in hand"
            await self.done(item, await abandon(self.floor.runtime, self.floor.observer, item, why))


def _name(item: Item) -> Key:
    return item.round.name, item.index


def _key_of(seat: int, size: int) -> str:
    """A key whose requests come to this seat of a pool."""
    return next(key for key in map(str, count()) if home(key, size) == seat)
