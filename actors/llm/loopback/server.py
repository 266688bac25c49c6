"""A provider on loopback: `/v1/messages`, `/v1/messages/batches` and `/v1/chat/completions` over any model of the port.

For tests, for load, and for trying a run with a real SDK before money is spent. It counts tokens by characters, keeps a
prompt cache as Anthropic's does (by the marked prefixes), and has bad days on request.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from actors.llm.loopback.faults import BODIES, CONNECTION, REFUSALS, Fault, parse, spoil
from actors.llm.loopback.reading import from_anthropic, from_openai, to_anthropic, to_openai
from actors.llm.port import Model, Reply, Usage

Plain = dict[str, Any]

CHARACTERS_A_TOKEN = 4
LARGEST = 64 * 2**20
DRIP = 0.2
"""Seconds between two bytes of a slow answer."""


class Loopback:
    """The provider.

    Args:
        brain: who answers.
        faults: of the next requests, in order; afterwards all is well.
        latency: seconds of every answer.
        keys: those that are accepted; empty for any.

    Attributes:
        requests: bodies of all requests so far, as they came.
        in_flight, most_in_flight: requests that are being answered, now and at most.
    """

    def __init__(
        self, brain: Model, faults: Sequence[Fault] = (), *, latency: float = 0.0, keys: Sequence[str] = ()
    ) -> None:
        self._brain, self.faults, self._latency, self._keys = brain, list(faults), latency, tuple(keys)
        self._numbers = itertools.count(1)
        self._cache: set[str] = set()
        self._batches: dict[str, tuple[Plain, asyncio.Task[str]]] = {}
        self.requests: list[Plain] = []
        self.in_flight = self.most_in_flight = 0

    def app(self) -> web.Application:
        """The server's application."""
        app = web.Application(client_max_size=LARGEST)
        app.add_routes(
            [
                web.post("/v1/messages", self._messages),
                web.post("/v1/messages/batches", self._batch),
                web.get("/v1/messages/batches/{id}", self._batch_state),
                web.get("/v1/messages/batches/{id}/results", self._batch_results),
                web.post("/v1/chat/completions", self._completions),
                web.get("/v1/models", self._models),
            ]
        )
        return app

    async def _messages(self, http: web.Request) -> web.StreamResponse:
        return await self._answer(http, openai=False)

    async def _completions(self, http: web.Request) -> web.StreamResponse:
        return await self._answer(http, openai=True)

    async def _models(self, http: web.Request) -> web.Response:
        del http
        return web.json_response({"object": "list", "data": [{"id": self._brain.name, "object": "model"}]})

    async def _answer(self, http: web.Request, *, openai: bool) -> web.StreamResponse:
        told = await http.json()
        self.requests.append(told)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            fault = self.faults.pop(0) if self.faults else Fault("-")
            refused = self._refusal(http, fault)
            if refused is not None:
                return refused
            if self._latency:
                await asyncio.sleep(self._latency)
            if fault.name in CONNECTION:
                return await _broken(http, fault.name)
            if fault.name in BODIES:
                return web.Response(body=BODIES[fault.name], content_type="application/json")
            body = json.dumps(await self._body(told, fault, openai=openai))
            return web.Response(text=body, content_type="application/json", headers=self._named())
        finally:
            self.in_flight -= 1

    def _refusal(self, http: web.Request, fault: Fault) -> web.Response | None:
        given = http.headers.get("x-api-key") or http.headers.get("authorization", "").removeprefix("Bearer ")
        name = "401" if self._keys and given not in self._keys else fault.name
        if name not in REFUSALS:
            return None
        status, kind, message = REFUSALS[name]
        headers = {**self._named(), **({"retry-after": fault.detail} if fault.detail else {})}
        error = {"type": "error", "error": {"type": kind, "message": message, "code": kind}}
        return web.json_response(error, status=status, headers=headers)

    def _named(self) -> dict[str, str]:
        return {"request-id": f"req_{next(self._numbers):08d}"}

    async def _body(self, told: Plain, fault: Fault, *, openai: bool) -> Plain:
        request = from_openai(told) if openai else from_anthropic(told)
        reply = await self._brain.reply(request)
        reply = replace(reply, usage=self._counted(told, reply))
        model = str(told.get("model", ""))
        number = next(self._numbers)
        if fault.name == "-":
            return to_openai(reply, model, number) if openai else to_anthropic(reply, model, number)
        spoilt = spoil(fault, to_anthropic(reply, model, number))
        return _as_openai(spoilt, reply, model, number) if openai else spoilt

    def _counted(self, told: Plain, reply: Reply) -> Usage:
        """Tokens by characters. Marked prefixes go into the cache; the longest one that is there was read."""
        if reply.usage.tokens_in:
            return reply.usage
        prefixes = _prefixes(told)
        total = prefixes[-1][0] if prefixes else 0
        read = max((size for size, name, _ in prefixes if name in self._cache), default=0)
        written = max((size for size, _, marked in prefixes if marked), default=read) - read
        self._cache |= {name for _, name, marked in prefixes if marked}
        out = len(reply.text) + sum(len(json.dumps(call.arguments)) for call in reply.calls)
        tokens = [size // CHARACTERS_A_TOKEN for size in (total, out, read, max(written, 0))]
        return Usage(tokens[0], max(tokens[1], 1), tokens[2], tokens[3])

    async def _batch(self, http: web.Request) -> web.Response:
        told = await http.json()
        refused = self._refusal(http, self.faults.pop(0) if self.faults else Fault("-"))
        if refused is not None:
            return refused
        name = f"msgbatch_{next(self._numbers):08d}"
        state: Plain = {"id": name, "type": "message_batch"}
        state |= {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z"}
        self._batches[name] = (state, asyncio.create_task(self._batch_lines(told["requests"])))
        return web.json_response(self._state(name))

    async def _batch_lines(self, requests: list[Plain]) -> str:
        await asyncio.sleep(self._latency)
        lines = []
        for one in requests:
            fault = self.faults.pop(0) if self.faults else Fault("-")
            if fault.name in REFUSALS:
                _, kind, message = REFUSALS[fault.name]
                error = {"type": "error", "error": {"type": kind, "message": message}}
                result: Plain = {"type": "errored", "error": error}
            else:
                self.requests.append(one["params"])
                result = {"type": "succeeded", "message": await self._body(one["params"], fault, openai=False)}
            lines.append(json.dumps({"custom_id": one["custom_id"], "result": result}))
        return "\n".join(lines)

    def _state(self, name: str) -> Plain:
        state, work = self._batches[name]
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        return {
            **state,
            "processing_status": "ended" if work.done() else "in_progress",
            "request_counts": counts,
            "ended_at": "2026-01-01T00:01:00Z" if work.done() else None,
            "results_url": f"/v1/messages/batches/{name}/results",
            "archived_at": None,
            "cancel_initiated_at": None,
        }

    async def _batch_state(self, http: web.Request) -> web.Response:
        name = http.match_info["id"]
        if name not in self._batches:
            raise web.HTTPNotFound
        return web.json_response(self._state(name))

    async def _batch_results(self, http: web.Request) -> web.Response:
        return web.Response(text=await self._batches[http.match_info["id"]][1], content_type="application/x-jsonl")


async def _broken(http: web.Request, how: str) -> web.StreamResponse:
    """End the connection in some bad way."""
    transport = http.transport
    if how == "hang":
        await asyncio.sleep(3600)
    if how == "reset" and transport is not None:
        transport.abort()
        raise asyncio.CancelledError
    response = web.StreamResponse(headers={"content-type": "application/json", "content-length": "2000"})
    await response.prepare(http)
    await response.write(b'{"type": "message", "content": [{"type": "text", "text": "')
    for _ in range(1800 if how == "slow" else 0):
        await asyncio.sleep(DRIP)
        await response.write(b".")
    if transport is not None:
        transport.close()
    return response


def _prefixes(told: Plain) -> list[tuple[int, str, bool]]:
    """For each block the characters up to its end, a hash of them, and whether it is marked for the cache."""
    digest, size = hashlib.sha256(), 0
    found: list[tuple[int, str, bool]] = []
    blocks = [*(told.get("tools") or ()), *_listed(told.get("system"))]
    for turn in told.get("messages") or ():
        blocks += [{**block, "role": turn.get("role")} for block in _listed(turn.get("content"))]
    for block in blocks:
        text = json.dumps({name: value for name, value in block.items() if name != "cache_control"}, sort_keys=True)
        digest.update(text.encode())
        size += len(text)
        found.append((size, digest.hexdigest(), "cache_control" in block))
    return found


def _listed(content: Any) -> list[Plain]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def _as_openai(spoilt: Plain, reply: Reply, model: str, number: int) -> Plain:
    texts = [block["text"] for block in spoilt["content"] if block["type"] == "text"]
    calls = [
        {
            "id": block["id"],
            "type": "function",
            "function": {
                "name": block["name"],
                "arguments": block["input"] if isinstance(block["input"], str) else json.dumps(block["input"]),
            },
        }
        for block in spoilt["content"]
        if block["type"] == "tool_use"
    ]
    stops = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length", "refusal": "content_filter"}
    told = to_openai(reply, model, number)
    message: Plain = {"role": "assistant", "content": "".join(texts) or None}
    told["choices"][0]["message"] = {**message, **({"tool_calls": calls} if calls else {})}
    told["choices"][0]["finish_reason"] = stops.get(spoilt["stop_reason"])
    return told


async def serve(loopback: Loopback, port: int = 0) -> tuple[web.AppRunner, str]:
    """Listen on 127.0.0.1; the runner that ends it, and the base URL of Anthropic's form (OpenAI's has `/v1` more)."""
    runner = web.AppRunner(loopback.app(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=4096)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


__all__ = ["Loopback", "parse", "serve"]
