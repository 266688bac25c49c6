"""The journal: the one shell that writes the log. What waits together is committed together, answered one by one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from events.event import Event, PackedEvent, RecordedEvent
from events.log import Appended, Batch, EventLog, open_log

Plain = dict[str, Any]

PAGE = 2000


class Journal:
    """Config: `url` of the log; `die_after`, for tests, ends the process after so many commits, before their answer."""

    def __init__(self, config: Plain) -> None:
        self._log: EventLog = open_log(config["url"])
        self._die_after = config.get("die_after")
        self._waiting: list[tuple[list[Batch], asyncio.Future[list[Appended]]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._commits = 0

    async def answer(self, request: Plain) -> Plain:
        """`append` batches; read a `stream` or `all`; tell the `head` or a stream's `version`."""
        match request["op"]:
            case "append":
                appended = await self._append([_batch(plain) for plain in request["batches"]])
                return {"appended": [_place(place) for place in appended]}
            case "stream":
                after = int(request.get("after", -1))
                found = self._log.read_stream(request["stream"], after=after)
                return {"events": [_plain(event) for _, event in zip(range(PAGE), found, strict=False)]}
            case "all":
                return {"events": self._page(request)}
            case "head":
                head = self._log.head()
                return {"position": head.position, "hash": head.hash}
            case "version":
                return {"version": self._log.version(request["stream"])}
            case other:
                raise ValueError(f"the journal does not know '{other}'")

    async def close(self) -> None:
        """Commit what waits, and give the log back."""
        if self._writing is not None:
            await self._writing
        self._log.close()

    def _page(self, request: Plain) -> list[Plain]:
        found = self._log.read_all(
            int(request.get("after", 0)),
            types=request.get("types", ()),
            categories=request.get("categories", ()),
            correlation=request.get("correlation"),
        )
        return [_plain(event) for _, event in zip(range(PAGE), found, strict=False)]

    async def _append(self, batches: list[Batch]) -> list[Appended]:
        hope: asyncio.Future[list[Appended]] = asyncio.get_running_loop().create_future()
        self._waiting.append((batches, hope))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await hope

    async def _write(self) -> None:
        """Commit everything that waits in one transaction, again and again until nothing does."""
        await asyncio.sleep(0)  # whoever is ready in this moment rides along
        while self._waiting:
            group, self._waiting = self._waiting, []
            await self._commit(group)

    async def _commit(self, group: list[tuple[list[Batch], asyncio.Future[list[Appended]]]]) -> None:
        try:
            answers: Sequence[list[Appended] | Exception]
            answers = await asyncio.to_thread(self._log.append_group, [batches for batches, _ in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, its askers must hear it
            answers = [error] * len(group)
        self._commits += 1
        if self._die_after is not None and self._commits >= self._die_after:
            os._exit(9)
        for (_, hope), answer in zip(group, answers, strict=True):
            if hope.done():
                continue
            if isinstance(answer, Exception):
                hope.set_exception(answer)
            else:
                hope.set_result(answer)


def _batch(plain: Plain) -> Batch:
    return Batch(
        plain["stream"],
        tuple(PackedEvent(*event) for event in plain["events"]),
        plain["expected"],
        plain["correlation"],
    )


def _place(place: Appended) -> Plain:
    return {"first": place.first, "last": place.last, "version": place.version, "duplicate": place.duplicate}


def _plain(event: RecordedEvent) -> Plain:
    return {
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "schema": event.schema,
        "payload": event.payload,
        "time": event.time,
        "correlation": event.correlation,
    }


def batch(stream: str, events: Sequence[Event | PackedEvent], *, expected: int, correlation: str) -> Plain:
    """A batch as plain values, as the journal takes it; the facts in it are packed once, by who proposes them."""
    packed = [event.packed() for event in events]
    return {
        "stream": stream,
        "expected": expected,
        "correlation": correlation,
        "events": [(e.type, e.schema, e.payload, e.causation, e.id) for e in packed],
    }
