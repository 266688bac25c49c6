"""A chronicle: one stream as its only writer sees it; every fact goes to the journal with the version it must have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from actors.runtime.journal import batch
from actors.runtime.port import JOURNAL, Plain, Runtime
from events.event import Event, identity
from events.fact import Fact


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

    @property
    def last(self) -> str:
        """Id of the last event."""
        return identity(self.stream, self.version)

    async def write(self, *facts: Fact, beside: Sequence[Plain] = ()) -> None:
        """Append facts, and batches for other streams in the same transaction; returns when they are durable.

        Whoever is cancelled meanwhile hears of it only when the journal has answered: so the version is never in doubt.

        Raises:
            AskFailed: the journal refused; nothing was written.
        """
        own = self.batch_of(*facts)
        answer = asyncio.ensure_future(self._runtime.ask(JOURNAL, {"op": "append", "batches": [own, *beside]}))
        try:
            await asyncio.shield(answer)
        except asyncio.CancelledError:
            await answer
            self.version += len(facts)
            raise
        self.version += len(facts)

    def batch_of(self, *facts: Fact) -> Plain:
        """The facts as a batch for the journal."""
        events = []
        for place, fact in enumerate(facts, start=self.version + 1):
            cause = identity(self.stream, place - 1) if place > 0 else self._cause
            events.append(Event(fact, cause))
        return batch(self.stream, events, expected=self.version, correlation=self._run)
