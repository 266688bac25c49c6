"""Any provider, and any local server that speaks OpenAI's API: `litellm:PROVIDER/MODEL`.

`litellm:openai/NAME` with a base URL reaches llama.cpp, Ollama, vLLM and their like. The package is imported when the
first call is made; all retries of its own are off, because they ignore what a provider asks to wait.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import warnings
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from actors.llm.caller import Caller
from actors.llm.claude.failures import http_failure
from actors.llm.keys import key
from actors.llm.options import Options
from actors.llm.others.wire import parameters, reply_of
from actors.llm.port import KeyMissing, ModelFailed, Reply, Request
from actors.llm.prices import charged, price_of

KEYLESS = "no-key-needed"
"""What a local server is told where the environment has no key; it must be told something."""
VARIABLES = {"azure": ("AZURE_API_KEY",), "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY")}
BY_THEMSELVES = frozenset({"bedrock", "vertex_ai", "sagemaker", "ollama", "ollama_chat"})
"""Providers that find their credentials otherwise, or need none."""


class ThroughLitellm:
    """A model of any provider.

    Args:
        model: `PROVIDER/MODEL` as litellm calls it.
        options: how it is reached.

    Raises:
        LookupError: litellm is not installed, the name has no provider, or the environment has no key for it.
    """

    def __init__(self, model: str, options: Options) -> None:
        if find_spec("litellm") is None:
            raise LookupError(f"'litellm:{model}' needs litellm: pip install 'journeyman[litellm]'")
        provider, slash, _ = model.partition("/")
        if not slash:
            raise LookupError(f"'litellm:{model}': give PROVIDER/MODEL, such as litellm:openai/{model}")
        self.name = f"litellm:{model}"
        self._model, self._options, self._key = model, options, _key(provider, options.base_url)
        self._price = price_of(self.name, options.prices)
        self._caller = Caller(f"litellm ({model})", self._once, options)

    async def reply(self, request: Request) -> Reply:
        """Answer. Raises as the port says."""
        if "litellm" not in sys.modules:
            await asyncio.to_thread(_litellm)  # seconds that belong to no request's deadline
        return await self._caller.reply(request)

    async def close(self) -> None:
        """Close what litellm keeps open."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            closing = getattr(_litellm(), "close_litellm_async_clients", None)
            if closing is not None:
                await closing()

    async def _once(self, request: Request) -> Reply:
        litellm = _litellm()
        try:
            told = await litellm.acompletion(
                **parameters(self._model, request),
                api_base=self._options.base_url or None,
                api_key=self._key or None,
                num_retries=0,
                max_retries=0,
                timeout=self._options.deadline,
                drop_params=True,
            )
        except Exception as error:  # noqa: BLE001 - litellm lets errors of many libraries through
            raise _failure(error) from None
        plain = told.model_dump() if hasattr(told, "model_dump") else {}
        reply = reply_of(plain)
        return replace(reply, usage=charged(reply.usage, self._price))


def _key(provider: str, base_url: str) -> str:
    if provider in BY_THEMSELVES:
        return ""
    variables = VARIABLES.get(provider, (f"{provider.upper()}_API_KEY",))
    try:
        return key(*variables)
    except KeyMissing:
        if base_url and not any(os.environ.get(variable, "").strip() for variable in variables):
            return KEYLESS
        raise


def _failure(error: Exception) -> ModelFailed:
    """Litellm renames errors, and gives some a status that the provider never sent: the cause below knows better."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "Timeout" in names:
        return ModelFailed("no answer in time", "timeout")
    status = int(getattr(error, "status_code", 0) or 0)
    text = str(getattr(error, "message", "") or error)
    if "overloaded" in text.lower() or "529" in text[:200]:
        return ModelFailed("the provider is overloaded", "overloaded", status=529)
    if "APIConnectionError" in names or not status or "Connection error" in text or "disconnected" in text:
        return ModelFailed(f"the connection failed or its answer could not be read: {text[:200]}", "connection")
    response = getattr(error, "response", None)
    headers = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
    return http_failure(status, text, retry_after=headers.get("retry-after"))


def _litellm() -> Any:
    """The package, quiet and offline."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else its import asks a server for prices
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm  # noqa: PLC0415 - takes seconds, and only who uses it pays for it
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    return litellm
