"""Claude by Message Batches, `anthropic-batch:MODEL`: half the price, for stress runs in which nobody waits.

Requests that come within a moment travel as one batch; all of their askers wait until the provider has worked it off,
which may take minutes, at most a day. So it pays only with many episodes in flight.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, TypeVar

from actors.llm.caller import FIRST_WAIT, Caller
from actors.llm.claude.failures import failure_of, http_failure
from actors.llm.claude.model import KEYS, client_of, close_clients
from actors.llm.claude.wire import parameters, reply_of
from actors.llm.cleaning import cleaned
from actors.llm.keys import key, redacted
from actors.llm.options import Options
from actors.llm.port import ModelFailed, Reply, Request
from actors.llm.prices import charged, price_of

LINGER, LARGEST = 2.0, 10_000
"""Seconds that a batch waits for more requests, and how many it holds at most."""
POLL = 15.0
"""Seconds between two looks at a batch."""
A_DAY = 86_400.0 + 3600.0
"""Seconds after which the provider has given every batch up."""

Ticket = dict[str, str]
"""The batch in which a request travels, and its place there."""
Waiting = tuple[Request, asyncio.Future[Ticket]]
Lines = dict[str, Reply | ModelFailed]
T = TypeVar("T")


class BatchedClaude:
    """A Claude model whose requests travel together: submitted now, collected later, by whoever has the ticket.

    Args:
        model: the provider's name of it.
        options: how it is reached; the deadline of a single call does not apply.
        linger, poll: seconds, see above.

    Raises:
        KeyMissing: the environment has no key.
    """

    def __init__(self, model: str, options: Options, *, linger: float = LINGER, poll: float = POLL) -> None:
        self.name = f"anthropic-batch:{model}"
        self._model, self._options, self._key = model, options, key(*KEYS)
        self._price = price_of(f"anthropic:{model}", options.prices)
        self._linger, self._poll = linger, poll
        self._waiting: list[Waiting] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._collecting: dict[str, asyncio.Task[Lines]] = {}
        patient = replace(options, deadline=A_DAY, in_flight=max(options.in_flight, LARGEST * options.processes))
        self._caller = Caller(f"anthropic-batch ({model})", self._once, patient)

    async def reply(self, request: Request) -> Reply:
        """Answer, when the batch is done. Raises as the port says."""
        return await self._caller.reply(request)

    async def submit(self, request: Request) -> Ticket:
        """Let a request travel with others; where its answer can be collected.

        Raises:
            ModelFailed: the provider did not take the batch.
        """
        if "anthropic" not in sys.modules:
            await asyncio.to_thread(import_module, "anthropic")
        hope: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, hope))
        if len(self._waiting) in (1, LARGEST):
            task = asyncio.create_task(self._send(0.0 if len(self._waiting) == LARGEST else self._linger))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return await hope

    async def collect(self, ticket: Ticket) -> Reply:
        """The answer, when its batch is done; also of a batch that another process submitted.

        Raises:
            ModelFailed: there is none.
        """
        if "anthropic" not in sys.modules:
            await asyncio.to_thread(import_module, "anthropic")
        name = ticket["batch"]
        task = self._collecting.get(name)
        if task is None:
            task = self._collecting[name] = asyncio.create_task(self._worked_off(name))
        try:
            lines = await asyncio.shield(task)
        except ModelFailed:
            self._collecting.pop(name, None)
            raise
        found = lines.pop(ticket["place"], None)
        if not lines:
            self._collecting.pop(name, None)
        if isinstance(found, Reply):
            return cleaned(found)
        raise found or ModelFailed("the batch came back without this request", "garbled")

    async def close(self) -> None:
        """Give the connections back; batches that are under way are not waited for."""
        tasks = [*self._sending, *self._collecting.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await close_clients()

    async def _once(self, request: Request) -> Reply:
        return await self.collect(await self.submit(request))

    async def _send(self, linger: float) -> None:
        await asyncio.sleep(linger)
        group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        if not group:
            return
        requests = [
            {"custom_id": f"r-{number}", "params": parameters(self._model, request)}
            for number, (request, _) in enumerate(group)
        ]
        try:
            batch = await self._patiently(lambda batches: batches.create(requests=requests))
        except ModelFailed as failed:
            for _, hope in group:
                if not hope.done():
                    hope.set_exception(type(failed)(str(failed), failed.kind, status=failed.status))
            return
        for number, (_, hope) in enumerate(group):
            if not hope.done():
                hope.set_result({"batch": batch.id, "place": f"r-{number}"})

    async def _worked_off(self, name: str) -> Lines:
        """All lines of a batch, as soon as it is done."""
        batch = await self._patiently(lambda batches: batches.retrieve(name))
        while batch.processing_status != "ended":
            await asyncio.sleep(self._poll)
            batch = await self._patiently(lambda batches: batches.retrieve(name))
        return await self._patiently(lambda batches: self._lines(batches, name))

    async def _lines(self, batches: Any, name: str) -> Lines:
        return {line.custom_id: self._read(line.result) async for line in await batches.results(name)}

    async def _patiently(self, step: Callable[[Any], Awaitable[T]]) -> T:
        """One step with a batch, repeated where that may help: nothing is submitted anew because a look at it failed.

        Raises:
            ModelFailed: after the last attempt, or at once where another one cannot help.
        """
        limits, attempt = self._options, 1
        while True:
            try:
                return await step(client_of(limits.base_url, self._key).messages.batches)
            except Exception as error:  # noqa: BLE001 - whatever it is, its askers must hear it
                failed = error if isinstance(error, ModelFailed) else failure_of(error)
            if not failed.passing or attempt >= limits.tries:
                text = redacted(f"anthropic-batch ({self._model}): {failed}")
                raise type(failed)(text, failed.kind, status=failed.status) from None
            await asyncio.sleep(min(max(FIRST_WAIT * 2.0**attempt, failed.retry_after or 0.0), limits.longest_wait))
            attempt += 1

    def _read(self, result: Any) -> Reply | ModelFailed:
        """One line of a batch: the answer, or why there is none (refused, expired, cancelled)."""
        if result.type == "succeeded":
            try:
                reply = reply_of(result.message.model_dump(), result.message.id)
            except ModelFailed as failed:
                return failed
            return replace(reply, usage=charged(reply.usage, self._price, batched=True))
        if result.type == "errored":
            error = result.error.error
            return http_failure(400 if error.type == "invalid_request_error" else 0, error.message, kind=error.type)
        return ModelFailed(f"the request in the batch has {result.type}", "server")
