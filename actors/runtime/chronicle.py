"""A chronicle: one stream as its only writer sees it; every fact goes to the journal with the version it must have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from actors.runtime.journal import batch
from actors.runtime.port import JOURNAL, AskFailed, Plain, Runtime
from events.event import Event, PackedEvent, identity
from events.fact import Fact

_TAKEN = frozenset({"VersionTaken", "WrongExpectedVersion"})
"""What the journal says when places that a batch is to have are not free."""


class Chronicle:
    """Writes facts to one stream, each caused by the one before.

    Writing the same facts again from the beginning, as after a lost worker, leaves no second trace: the journal knows
    them by stream and version.

    Args:
        runtime: where the journal is.
        stream: its name.
        run: correlation id of all that is written.
        version: of the last event that stands there already; -1 for a fresh stream.
        cause: id of the event that led to the first fact.
    """

    def __init__(self, runtime: Runtime, stream: str, run: str, *, version: int = -1, cause: str | None = None) -> None:
        self._runtime, self.stream, self._run = runtime, stream, run
        self.version, self._cause = version, cause
        self._held: list[PackedEvent] = []

    @property
    def last(self) -> str:
        """Id of the last event."""
        return identity(self.stream, self.version)

    def hold(self, *facts: Fact) -> None:
        """Let facts wait for the next `write`: for what can be had again for nothing, were it lost until then."""
        self._held += self._packed(facts)

    async def flush(self) -> None:
        """Write what is held. Raises as `write`."""
        if self._held:
            await self.write()

    async def write(self, *facts: Fact, beside: Sequence[Plain] = ()) -> None:
        """Append facts behind those held, and batches for other streams in the same transaction; returns when durable.

        Whoever is cancelled meanwhile hears of it only when the journal has answered: so the version is never in doubt.

        Raises:
            AskFailed: the journal refused; nothing was written.
        """
        events, self._held = [*self._held, *self._packed(facts)], []
        answer = asyncio.ensure_future(self._append(events, beside))
        try:
            await asyncio.shield(answer)
        except asyncio.CancelledError:
            await answer
            self.version += len(events)
            raise
        self.version += len(events)

    async def _append(self, events: list[PackedEvent], beside: Sequence[Plain]) -> None:
        """Append in one transaction; where the log has the first of the events already, the others behind them."""
        try:
            await self._asked(self._batch(events), *beside)
        except AskFailed as failed:
            known = await self._known(failed)
            if not 0 < known < len(events):
                raise
            await self._asked(self._batch(events[:known]), *beside)
            await self._asked(self._batch(events[known:], behind=known))

    async def _asked(self, *batches: Plain) -> None:
        await self._runtime.ask(JOURNAL, {"op": "append", "batches": list(batches)})

    async def _known(self, failed: AskFailed) -> int:
        """How many events stand in the log behind the last that we know of, when that is why it refused."""
        if failed.type not in _TAKEN:
            return 0
        found = await self._runtime.ask(JOURNAL, {"op": "version", "stream": self.stream})
        return int(found["version"]) - self.version

    def batch_of(self, *facts: Fact) -> Plain:
        """The facts as a batch for the journal, behind all that was written or is held."""
        return self._batch(self._packed(facts), behind=len(self._held))

    def _batch(self, events: Sequence[PackedEvent], behind: int = 0) -> Plain:
        return batch(self.stream, events, expected=self.version + behind, correlation=self._run)

    def _packed(self, facts: Sequence[Fact]) -> list[PackedEvent]:
        """Packed at once, because bytes are a quarter of what a fact takes while it waits."""
        events = []
        for place, fact in enumerate(facts, start=self.version + len(self._held) + 1):
            cause = identity(self.stream, place - 1) if place > 0 else self._cause
            events.append(Event(fact, cause).packed())
        return events
