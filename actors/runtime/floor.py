"""The floor: where the episodes of a run are played, pulled one after the other, so many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from actors.runtime.episode import Table
from actors.runtime.rounds import Item, Result, play_item

Supply = Callable[[], Awaitable[Item | None]]
"""The next item to be played; None when there are no more. Pulled from several tasks, one at a time."""
Done = Callable[[Item, list[Result]], Awaitable[None]]
"""Told of each item when all of it is in the log."""


class Floor(Protocol):
    """Plays whatever is supplied."""

    async def play(self, supply: Supply, done: Done) -> None:
        """Pull items until there are none, and play them; never more than the floor has room for.

        Raises:
            AskFailed: the journal cannot write.
        """
        ...


@dataclass(frozen=True)
class OwnFloor:
    """Episodes conducted from this process; the roles they need are asked through the table's runtime.

    Attributes:
        table: what all episodes share.
        window: episodes at a time.
    """

    table: Table
    window: int

    async def play(self, supply: Supply, done: Done) -> None:
        """See `Floor.play`."""

        async def pull() -> None:
            while (item := await supply()) is not None:
                await done(item, await play_item(self.table, item))

        async with asyncio.TaskGroup() as group:
            for _ in range(self.window):
                group.create_task(pull())
