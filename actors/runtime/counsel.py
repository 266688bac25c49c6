"""How a role takes counsel of a paid model: set money aside, write the wish, ask, write the answer, use it.

Nothing is done with an answer that is not in the log. After a crash the recorded answers are used in the same order, so
that nothing paid for is asked twice; a wish without an answer may have been paid for in vain, and stays visible.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from actors.llm.port import ModelFailed
from actors.runtime.chronicle import Chronicle
from actors.runtime.port import AskFailed, Plain, Runtime
from actors.runtime.purse import Purse
from actors.runtime.reading import load, pages_of_stream
from events import facts
from events.fact import Fact

MOST_BATCHES: Final = 5
"""Batches in which one call may travel, one after the other, before it is given up."""
LATE: Final = 30.0
"""Seconds that an answer which is paid for may still take to arrive when everything is stopped."""

Ask = Callable[[Plain], Awaitable[Plain]]


@dataclass
class Recollection:
    """What a stream says of calls that were made before: wishes by turn, and answers."""

    wishes: dict[int, list[facts.ModelAsked | facts.BatchSubmitted]] = field(default_factory=dict)
    replies: dict[int, facts.ModelReplied] = field(default_factory=dict)

    def known(self, turn: int) -> Plain:
        """The answer of a turn, as an agent is told of it; nothing if there is none."""
        found = self.replies.get(turn)
        return {} if found is None else {"known": found.model_dump(exclude={"turn"})}

    def ticket(self, turn: int, prompt: str) -> Plain | None:
        """Where the answer to a wish of this turn can still be collected; None if it travels in no batch."""
        last = self.wishes[turn][-1] if turn in self.wishes and turn not in self.replies else None
        if not isinstance(last, facts.BatchSubmitted) or last.prompt_sha256 != prompt:
            return None
        return {"batch": last.batch, "place": last.place}


async def recollected(runtime: Runtime, stream: str, role: str = "agent") -> Recollection:
    """Read a stream's calls of one role."""
    found = Recollection()
    async for event in pages_of_stream(runtime, stream):
        fact = load(event)
        if isinstance(fact, facts.ModelAsked | facts.BatchSubmitted) and fact.role == role:
            found.wishes.setdefault(fact.turn, []).append(fact)
        elif isinstance(fact, facts.ModelReplied) and fact.role == role:
            found.replies[fact.turn] = fact
    return found


class Counsel:
    """The calls of one role on one stream.

    Args:
        ask: reaches the shell that holds the model; it knows `call`.
        log: where wishes and answers are written.
        purse: pays.
        role: whose calls these are.
        before: what the log has of them already.
    """

    def __init__(self, ask: Ask, log: Chronicle, purse: Purse, role: str, before: Recollection) -> None:
        self._ask, self._log, self._purse, self._role, self._before = ask, log, purse, role, before

    def recall(self, turn: int) -> None:
        """Write again, behind what is held, what the log has of wishes for this turn; it leaves no second trace."""
        self._log.hold(*self._before.wishes.get(turn, ()))

    async def reply(self, turn: int, wish: Plain, *, repair: bool = False) -> facts.ModelReplied:
        """The model's answer to a wish; it is durable when this returns.

        Raises:
            BudgetReached: the call could pass the budget.
            AskFailed: the model failed, or the journal did.
        """
        asked = facts.ModelAsked(turn=turn, role=self._role, **{k: v for k, v in wish.items() if k != "deferred"})
        return await self._call(asked, repair=repair, deferred=bool(wish.get("deferred")))

    async def _call(self, asked: facts.ModelAsked, *, repair: bool, deferred: bool) -> facts.ModelReplied:
        held = await self._purse.hold(asked.cost_usd, asked.tokens_in + asked.tokens_out)
        usd, tokens = 0.0, 0
        try:
            told = await (self._collected(asked) if deferred else self._asked(asked, repair=repair))
            said = self._fact(told, asked, repair=repair)
            usd, tokens = said.cost_usd, said.tokens_in + said.tokens_out
            await self._log.write(said)
            return said
        finally:
            self._purse.settle(held, usd, tokens)

    async def _asked(self, asked: facts.ModelAsked, *, repair: bool) -> Plain:
        await self._log.write(asked)
        answer = asyncio.ensure_future(self._ask({"op": "call"}))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            await self._keep_late(answer, lambda told: self._fact(told, asked, repair=repair))
            raise

    async def _collected(self, asked: facts.ModelAsked) -> Plain:
        """The answer out of a batch: the one that the log names, or a new one, named there before it is waited for."""
        ticket = self._before.ticket(asked.turn, asked.prompt_sha256)
        for _ in range(MOST_BATCHES):
            told = await self._ask({"op": "call", "ticket": ticket or await self._submitted(asked)})
            if "again" not in told:
                return told
            ticket = None
        raise AskFailed(self._role, ModelFailed.__name__, f"{MOST_BATCHES} batches came to nothing: {told['again']}")

    async def _submitted(self, asked: facts.ModelAsked) -> Plain:
        def submitted(told: Plain) -> facts.BatchSubmitted:
            return facts.BatchSubmitted(
                turn=asked.turn, role=self._role, prompt_sha256=asked.prompt_sha256, **told["ticket"]
            )

        await self._log.write(asked)
        answer = asyncio.ensure_future(self._ask({"op": "submit"}))
        try:
            told = await asyncio.shield(answer)
        except asyncio.CancelledError:
            await self._keep_late(answer, submitted)
            raise
        await self._log.write(submitted(told))
        ticket: Plain = told["ticket"]
        return ticket

    async def _keep_late(self, answer: asyncio.Future[Plain], fact: Callable[[Plain], Fact]) -> None:
        """Write down what arrives after the stop: it is paid for, and a resumed run will use it."""
        done, _ = await asyncio.wait([answer], timeout=LATE)
        if done and not answer.cancelled() and answer.exception() is None:
            await self._log.write(fact(answer.result()))
        answer.cancel()

    def _fact(self, told: Plain, asked: facts.ModelAsked, *, repair: bool) -> facts.ModelReplied:
        return facts.ModelReplied(**{**told, "turn": asked.turn, "role": self._role, "repair": repair})
