"""Claude by Message Batches, `anthropic-batch:MODEL`: half the price, for stress runs in which nobody waits.

Requests that come within a moment travel as one batch; all of their askers wait until the provider has worked it off,
which may take minutes, at most a day. So it pays only with many episodes in flight.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from actors.llm.caller import Caller
from actors.llm.claude.failures import failure_of, http_failure
from actors.llm.claude.model import KEYS, client_of, close_clients
from actors.llm.claude.wire import parameters, reply_of
from actors.llm.keys import key
from actors.llm.options import Options
from actors.llm.port import ModelFailed, Reply, Request
from actors.llm.prices import charged, price_of

LINGER, LARGEST = 2.0, 10_000
"""Seconds that a batch waits for more requests, and how many it holds at most."""
POLL = 15.0
"""Seconds between two looks at a batch."""
A_DAY = 86_400.0 + 3600.0
"""Seconds after which the provider has given every batch up."""

Waiting = tuple[Request, asyncio.Future[Reply]]


class BatchedClaude:
    """A Claude model whose requests travel together.

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
        patient = replace(options, deadline=A_DAY, in_flight=max(options.in_flight, LARGEST * options.processes))
        self._caller = Caller(f"anthropic-batch ({model})", self._once, patient)

    async def reply(self, request: Request) -> Reply:
        """Answer, when the batch is done. Raises as the port says."""
        if "anthropic" not in sys.modules:
            await asyncio.to_thread(import_module, "anthropic")
        return await self._caller.reply(request)

    async def close(self) -> None:
        """Give the connections back; batches that are under way are not waited for."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await close_clients()

    async def _once(self, request: Request) -> Reply:
        hope: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, hope))
        if len(self._waiting) in (1, LARGEST):
            task = asyncio.create_task(self._send(0.0 if len(self._waiting) == LARGEST else self._linger))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return await hope

    async def _send(self, linger: float) -> None:
        await asyncio.sleep(linger)
        group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        if not group:
            return
        try:
            replies = await self._worked_off(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, its askers must hear it
            replies = [error if isinstance(error, ModelFailed) else failure_of(error)] * len(group)
        for (_, hope), reply in zip(group, replies, strict=True):
            if hope.done():
                continue
            if isinstance(reply, ModelFailed):
                hope.set_exception(reply)
            else:
                hope.set_result(reply)

    async def _worked_off(self, group: Sequence[Waiting]) -> list[Reply | ModelFailed]:
        batches = client_of(self._options.base_url, self._key).messages.batches
        requests = [
            {"custom_id": f"r-{number}", "params": parameters(self._model, request)}
            for number, (request, _) in enumerate(group)
        ]
        batch = await batches.create(requests=requests)
        while batch.processing_status != "ended":
            await asyncio.sleep(self._poll)
            batch = await batches.retrieve(batch.id)
        found: dict[str, Reply | ModelFailed] = {}
        async for line in await batches.results(batch.id):
            found[line.custom_id] = self._read(line.result)
        missing = ModelFailed("the batch came back without this request", "garbled")
        return [found.get(f"r-{number}", missing) for number in range(len(group))]

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
