"""A team: all roles in one worker, which plays whole episodes and reaches nobody outside but the journal."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque

from actors.runtime.episode import Table
from actors.runtime.local import LocalRuntime
from actors.runtime.observer import Silence
from actors.runtime.port import JOURNAL, Link, Plain, RuntimeFault, Staffing
from actors.runtime.rounds import Item, Round, play_item
from actors.runtime.shells import described, summon_link
from actors.worlds import catalogue as worlds

LINGER = 0.05
"""Seconds that the first finished episode waits for others before it is told of."""
ROUNDS = 32
"""Rounds that a team remembers; of an older one it is told again."""
STAFF = "actors.runtime.staff"


class Team:
    """Plays items, `window` at a time.

    Config: `world`, `model`, `window`, `seconds` of an episode, and the address of the `journal`.
    """

    def __init__(self, config: Plain) -> None:
        self._config = config
        self._news = _News()
        journal: Link = summon_link(config["journal"])
        self._crew = _Crew(LocalRuntime(), journal)
        limits = worlds.load(config["world"]).limits
        self._table = Table(self._crew, self._news, config["world"], config["model"], limits, config["seconds"])
        self._rounds: OrderedDict[str, Round] = OrderedDict()
        self._queue: deque[Item] = deque()
        self._playing: set[asyncio.Task[None]] = set()
        self._hiring = asyncio.Lock()

    async def answer(self, request: Plain) -> Plain:
        """Take items in, and tell what has been finished since the last time; waits until there is something.

        Args:
            request: `items` as (round, index, ended arms, begun), `rounds` that they are of as far as not told before.

        Returns:
            `unknown` rounds, none of the items taken; or `played` (round, index, results), `summaries` and `notes` for
            an observer, and the `fault` that ends everything, if there was one.
        """
        await self._hire()
        for plain in request["rounds"]:
            this = Round.from_plain(plain)
            self._rounds[this.name] = this
        unknown = sorted({item[0] for item in request["items"]} - self._rounds.keys())
        if unknown:
            return {"unknown": unknown}
        for name, index, ended, begun in request["items"]:
            self._rounds.move_to_end(name)
            self._queue.append(Item(self._rounds[name], index, tuple(ended), begun))
        while len(self._rounds) > ROUNDS:
            self._rounds.popitem(last=False)
        self._start()
        if self._playing and not self._news.some.is_set():
            await self._news.some.wait()
        if self._playing:
            await asyncio.sleep(LINGER)
        return self._news.told()

    async def close(self) -> None:
        """Stop what is being played; what it has finished is in the log."""
        self._queue.clear()
        playing = list(self._playing)
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
        await self._crew.close()

    async def _hire(self) -> None:
        async with self._hiring:
            await self._crew.hire(self._config)

    def _start(self) -> None:
        while self._queue and len(self._playing) < self._config["window"]:
            task = asyncio.create_task(self._play(self._queue.popleft()))
            self._playing.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._playing.discard(task)
        self._start()

    async def _play(self, item: Item) -> None:
        try:
            results = await play_item(self._table, item)
        except RuntimeFault as fault:
            self._news.fail(getattr(fault, "pool", ""), getattr(fault, "type", type(fault).__name__), str(fault))
        except Exception as error:  # noqa: BLE001 - whatever it is, the conductor must hear of it
            self._news.fail("teams", *described(error))
        else:
            self._news.finish(item, [list(result) for result in results])


class _Crew:
    """The roles of this process, and the journal elsewhere, as one runtime."""

    def __init__(self, inner: LocalRuntime, journal: Link) -> None:
        self._inner, self._journal = inner, journal
        self._hired = False

    async def hire(self, config: Plain) -> None:
        """Hire one of each role, once."""
        if self._hired:
            return
        world = {"world": config["world"]}
        agent = {**world, "model": config["model"], "options": config.get("options", {})}
        for pool, shell, settings in (
            ("generators", "Generator", world),
            ("printers", "Printer", world),
            ("agents", "Agent", agent),
            ("evaluators", "Evaluator", world),
            ("reflectors", "Reflector", world),
        ):
            await self._inner.spawn(Staffing(pool, f"{STAFF}:{shell}", settings))
        self._hired = True

    async def spawn(self, staffing: Staffing) -> None:
        """See `Runtime.spawn`."""
        await self._inner.spawn(staffing)

    async def ask(self, pool: str, request: Plain, *, key: str = "") -> Plain:
        """See `Runtime.ask`."""
        if pool == JOURNAL:
            return await self._journal.ask(request)
        return await self._inner.ask(pool, request, key=key)

    async def drain(self, *, grace: float | None = None) -> None:
        """See `Runtime.drain`."""
        await self._inner.drain(grace=grace)

    def reach(self, pool: str) -> Plain:
        """See `Runtime.reach`."""
        return self._inner.reach(pool)

    async def close(self) -> None:
        """Let the roles go, and the way to the journal."""
        await self._inner.drain(grace=0.0)
        await self._journal.close()


class _News(Silence):
    """What has happened since the conductor last asked."""

    def __init__(self) -> None:
        self.some = asyncio.Event()
        self._clear()

    def _clear(self) -> None:
        self._played: list[list[object]] = []
        self._summaries: list[Plain] = []
        self._notes: list[str] = []
        self._fault: list[str] = []

    def told(self) -> Plain:
        """All of it, once."""
        told = {
            "played": self._played,
            "summaries": self._summaries,
            "notes": self._notes,
            "fault": self._fault,
        }
        self._clear()
        self.some.clear()
        return told

    def finish(self, item: Item, results: list[list[object]]) -> None:
        """An item is played."""
        self._played.append([item.round.name, item.index, results])
        self.some.set()

    def fail(self, pool: str, kind: str, text: str) -> None:
        """Something happened that no episode can be played through; the first of several counts."""
        self._fault = self._fault or [pool, kind, text]
        self.some.set()

    def episode_finished(self, summary: Plain) -> None:
        """Pass it on."""
        self._summaries.append(summary)

    def note(self, text: str) -> None:
        """Pass it on."""
        self._notes.append(text)
