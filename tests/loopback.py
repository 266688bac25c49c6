"""A loopback provider in a thread of its own, for tests that call it from wherever they are."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from actors.llm.apprentice.model import Apprentice
from actors.llm.loopback.faults import parse
from actors.llm.loopback.server import Loopback, serve
from actors.llm.port import Model

T = TypeVar("T")
CANARY = "sk-ant-canary-0123456789abcdef"


class Thread:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there; its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def stop(self) -> None:
        """End the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)


@contextmanager
def provider(
    brain: Model | None = None, faults: str = "", latency: float = 0.0, keys: tuple[str, ...] = ()
) -> Iterator[tuple[Loopback, str]]:
    """The provider, and its address."""
    thread = Thread()
    loopback = Loopback(brain or Apprentice(), parse(faults), latency=latency, keys=keys)
    runner, url = thread.run(serve(loopback))
    try:
        yield loopback, url
    finally:
        thread.run(runner.cleanup())
        thread.stop()
