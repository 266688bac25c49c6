"""A sitting: the calls of one role on one stream, in order; what the log has of them is heard again, the rest asked."""

from __future__ import annotations

from dataclasses import dataclass

from actors.runtime.chronicle import Chronicle
from actors.runtime.counsel import Counsel, Recollection, recollected
from actors.runtime.port import Plain, Runtime
from actors.runtime.purse import Purse
from events import facts
from events.fact import Fact


@dataclass(frozen=True)
class Desk:
    """Where a role is asked: the runtime, the run, and what pays."""

    runtime: Runtime
    run: str
    purse: Purse


class Sitting:
    """One role at its desk. Questions that the role answers by itself leave no trace and read no log.

    Args:
        desk: where.
        pool: of the shells that hold the role.
        role: whose calls these are in the log.
        stream: where they stand.
        cause: id of the event that led to them.
    """

    def __init__(self, desk: Desk, pool: str, role: str, stream: str, cause: str | None) -> None:
        self._desk, self._pool, self._role, self._stream = desk, pool, role, stream
        self._log = Chronicle(desk.runtime, stream, desk.run, cause=cause)
        self._before = Recollection()
        self._counsel: Counsel | None = None
        self._question: Plain = {}
        self._replies: list[Plain] = []
        self.calls = 0

    async def answer(self, question: Plain) -> Plain:
        """Ask until the role has made something of the answers of its model.

        Raises:
            BudgetReached: a call could pass the budget.
            AskFailed: the model failed, or the journal did.
        """
        self._question, self._replies = question, []
        told = await self._ask({})
        while "wish" in told:
            said = await self._said(told["wish"])
            self._replies.append(said.model_dump())
            self.calls += 1
            told = await self._ask({})
        return told

    async def close(self, *facts: Fact) -> None:
        """Write what is held, and these facts behind it."""
        self._log.hold(*facts)
        await self._log.flush()

    async def _ask(self, request: Plain) -> Plain:
        told = {**self._question, "replies": self._replies, "turn": self.calls, **request}
        return await self._desk.runtime.ask(self._pool, told, key=self._stream)

    async def _said(self, wish: Plain) -> facts.ModelReplied:
        counsel = self._counsel or await self._begun()
        counsel.recall(self.calls)
        known = self._before.replies.get(self.calls)
        if known is not None and known.prompt_sha256 == wish["prompt_sha256"]:
            self._log.hold(known)
            return known
        return await counsel.reply(self.calls, wish, repair=bool(self._replies))

    async def _begun(self) -> Counsel:
        self._before = await recollected(self._desk.runtime, self._stream, self._role)
        self._counsel = Counsel(self._ask, self._log, self._desk.purse, self._role, self._before)
        return self._counsel
