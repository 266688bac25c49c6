"""Reading the log through the journal, page by page, as plain values."""

from __future__ import annotations

from collections.abc import AsyncIterator

from actors.runtime.port import JOURNAL, Plain, Runtime
from events.codec import unpack
from events.fact import FACTS, Fact


async def pages(runtime: Runtime, after: int = 0, **wanted: object) -> AsyncIterator[Plain]:
    """Events from the journal, page by page, as plain values."""
    while True:
        found = (await runtime.ask(JOURNAL, {"op": "all", "after": after, **wanted}))["events"]
        for event in found:
            yield event
        if not found:
            return
        after = found[-1]["position"]


async def pages_of_stream(runtime: Runtime, stream: str) -> AsyncIterator[Plain]:
    """Events of one stream from the journal, page by page, as plain values."""
    after = -1
    while True:
        found = (await runtime.ask(JOURNAL, {"op": "stream", "stream": stream, "after": after}))["events"]
        for event in found:
            yield event
        if not found:
            return
        after = found[-1]["version"]


def load(event: Plain) -> Fact:
    """The fact of an event that came from the journal."""
    return FACTS.load(event["type"], event["schema"], unpack(event["payload"]))
