"""Claude, one call at a time: `anthropic:MODEL`. The SDK is imported when the first call is made."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from importlib import import_module
from typing import Any
from weakref import WeakKeyDictionary

from actors.llm.caller import Caller
from actors.llm.claude.failures import failure_of, read_json
from actors.llm.claude.wire import parameters, reply_of
from actors.llm.keys import key
from actors.llm.options import Options
from actors.llm.port import Reply, Request
from actors.llm.prices import charged, price_of

KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
CONNECTIONS = 5000
"""Of the pool, all of which may stay open: below that the pool would be searched and rebuilt all the time."""


class Claude:
    """A Claude model.

    Args:
        model: the provider's name of it.
        options: how it is reached.
        secret: a key for a server of one's own; by default the environment's.

    Raises:
        KeyMissing: the environment has no key.
    """

    def __init__(self, model: str, options: Options, *, secret: str = "") -> None:
        self.name = f"anthropic:{model}"
        self._model, self._options, self._key = model, options, secret or key(*KEYS)
        self._price = price_of(self.name, options.prices)
        self._caller = Caller(f"anthropic ({model})", self._once, options)

    async def reply(self, request: Request) -> Reply:
        """Answer. Raises as the port says."""
        if "anthropic" not in sys.modules:
            await asyncio.to_thread(import_module, "anthropic")  # seconds that belong to no request's deadline
        return await self._caller.reply(request)

    async def close(self) -> None:
        """Give the connections back; the next reply opens new ones."""
        await close_clients()

    async def _once(self, request: Request) -> Reply:
        client = client_of(self._options.base_url, self._key)
        try:
            response = await client.messages.with_raw_response.create(**parameters(self._model, request))
            body: bytes = await response.read()
        except Exception as error:  # noqa: BLE001 - the SDK lets its HTTP library's errors through
            raise failure_of(error) from None
        reply = reply_of(read_json(body), response.headers.get("request-id", ""))
        return replace(reply, usage=charged(reply.usage, self._price))


_CLIENTS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], Any]] = WeakKeyDictionary()


def client_of(base_url: str, secret: str) -> Any:
    """The one client of this process and loop for an address and key."""
    known = _CLIENTS.setdefault(asyncio.get_running_loop(), {})
    if (base_url, secret) not in known:
        known[base_url, secret] = _made(base_url, secret)
    return known[base_url, secret]


async def close_clients() -> None:
    """Close all clients of this loop."""
    for client in _CLIENTS.pop(asyncio.get_running_loop(), {}).values():
        await client.close()


def _made(base_url: str, secret: str) -> Any:
    """A client that retries nothing of its own: waits and limits are the caller's."""
    import anthropic  # noqa: PLC0415 - costs more than a second, and only who calls Claude pays for it
    import httpx2  # noqa: PLC0415 - comes with it

    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    try:
        http: Any = anthropic.DefaultAioHttpClient(limits=limits)
    except RuntimeError:  # without aiohttp; slower with many calls in flight
        http = anthropic.DefaultAsyncHttpxClient(limits=limits)
    token = os.environ.get("ANTHROPIC_AUTH_TOKEN") == secret
    credentials: Any = {"auth_token": secret} if token else {"api_key": secret}
    return anthropic.AsyncAnthropic(
        base_url=base_url or None, max_retries=0, timeout=600.0, http_client=http, **credentials
    )
