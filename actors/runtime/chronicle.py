"""A chronicle: one stream as its only writer sees it; every fact goes to the journal with the version it must have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from actors.runtime.journal import batch
from actors.runtime.port import JOURNAL, AskFailed, Plain, Runtime
from events.event import Event, identity
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
        self._held: list[Fact] = []

    @property
    def last(self) -> str:
        """Id of the last event."""
        return identity(self.stream, self.version)

    def hold(self, *facts: Fact) -> None:
        """Let facts wait for the next `write`: for what can be had again for nothing, were it lost until then."""
        self._held += facts

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
        facts, self._held = (*self._held, *facts), []
        answer = asyncio.ensure_future(self._append(facts, beside))
        try:
            await asyncio.shield(answer)
        except asyncio.CancelledError:
            await answer
            self.version += len(facts)
            raise
        self.version += len(facts)

    async def _append(self, facts: Sequence[Fact], beside: Sequence[Plain]) -> None:
        """Append in one transaction; where the log has the first of the facts already, the others behind them."""
        try:
            batches = [self.batch_of(*facts), *beside]
            await self._runtime.ask(JOURNAL, {"op": "append", "batches": batches})
        except AskFailed as failed:
            known = await self._known(failed)
            if not 0 < known < len(facts):
                raise
            told = self.batch_of(*facts[:known])
            await self._runtime.ask(JOURNAL, {"op": "append", "batches": [told, *beside]})
            rest = self.batch_of(*facts[known:], behind=known)
            await self._runtime.ask(JOURNAL, {"op": "append", "batches": [rest]})

    async def _known(self, failed: AskFailed) -> int:
        """How many events stand in the log behind the last that we know of, when that is why it refused."""
        if failed.type not in _TAKEN:
            return 0
        found = await self._runtime.ask(JOURNAL, {"op": "version", "stream": self.stream})
        return int(found["version"]) - self.version

    def batch_of(self, *facts: Fact, behind: int = 0) -> Plain:
        """The facts as a batch for the journal, so many places behind the last event."""
        events, version = [], self.version + behind
        for place, fact in enumerate(facts, start=version + 1):
            cause = identity(self.stream, place - 1) if place > 0 else self._cause
            events.append(Event(fact, cause))
        return batch(self.stream, events, expected=version, correlation=self._run)
