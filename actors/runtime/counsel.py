"""How a role takes counsel of a paid model: set money aside, write the wish, ask, write the answer, use it.

Nothing is done with an answer that is not in the log. After a crash the recorded answers are used in the same order, so
that nothing paid for is asked twice; a wish without an answer may have been paid for in vain, and stays visible.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from actors.runtime.chronicle import Chronicle
from actors.runtime.port import Plain, Runtime
from actors.runtime.purse import Purse
from actors.runtime.reading import load, pages_of_stream
from events import facts

LATE: Final = 30.0
"""Seconds that an answer which is paid for may still take to arrive when everything is stopped."""

Ask = Callable[[Plain], Awaitable[Plain]]


@dataclass
class Recollection:
    """What a stream says of calls that were made before: wishes by turn, and answers."""

    wishes: dict[int, list[facts.ModelAsked]] = field(default_factory=dict)
    replies: dict[int, facts.ModelReplied] = field(default_factory=dict)

    def known(self, turn: int) -> Plain:
        """The answer of a turn, as an agent is told of it; nothing if there is none."""
        found = self.replies.get(turn)
        return {} if found is None else {"known": found.model_dump(exclude={"turn"})}


async def recollected(runtime: Runtime, stream: str, role: str = "agent") -> Recollection:
    """Read a stream's calls of one role."""
    found = Recollection()
    async for event in pages_of_stream(runtime, stream):
        fact = load(event)
        if isinstance(fact, facts.ModelAsked) and fact.role == role:
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
        return await self._call(facts.ModelAsked(turn=turn, role=self._role, **wish), repair=repair)

    async def _call(self, asked: facts.ModelAsked, *, repair: bool) -> facts.ModelReplied:
        held = await self._purse.hold(asked.cost_usd, asked.tokens_in + asked.tokens_out)
        usd, tokens = 0.0, 0
        try:
            await self._log.write(asked)
            answer = asyncio.ensure_future(self._ask({"op": "call"}))
            try:
                told = await asyncio.shield(answer)
            except asyncio.CancelledError:
                await self._keep_late(answer, asked, repair=repair)
                raise
            said = self._fact(told, asked, repair=repair)
            usd, tokens = said.cost_usd, said.tokens_in + said.tokens_out
            await self._log.write(said)
            return said
        finally:
            self._purse.settle(held, usd, tokens)

    async def _keep_late(self, answer: asyncio.Future[Plain], asked: facts.ModelAsked, *, repair: bool) -> None:
        """Write an answer down that arrives after the stop: it is paid for, and a resumed run will use it."""
        done, _ = await asyncio.wait([answer], timeout=LATE)
        if done and not answer.cancelled() and answer.exception() is None:
            await self._log.write(self._fact(answer.result(), asked, repair=repair))
        answer.cancel()

    def _fact(self, told: Plain, asked: facts.ModelAsked, *, repair: bool) -> facts.ModelReplied:
        return facts.ModelReplied(**{**told, "turn": asked.turn, "role": self._role, "repair": repair})
