"""Group commit: many threads append, one of them writes what all of them have brought, in one durable commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, Protocol, Self

from events.errors import LogError, StoreUnavailable
from events.event import Proposal
from events.log import Appended, Batch

_MOST: Final = 256
"""Requests that share one commit at most: a bound on what a failure of the disk can refuse at once."""


class GroupLog(Protocol):
    """A log that takes the requests of several writers in one commit; every store of ours does."""

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        """Each request taken whole or refused by itself; the answers in order."""
        ...


class GroupWriter:
    """Writes for everybody. Nothing lingers: while one commit is on its way to the disk, the next gathers."""

    def __init__(self, log: GroupLog) -> None:
        """Start the writing thread; the log stays the caller's to close, after `close` here."""
        self._log = log
        self._waiting: queue.SimpleQueue[tuple[Sequence[Batch], Future[list[Appended]]] | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="journeyman-log-writer", daemon=True)
        self._thread.start()

    def submit(self, batches: Sequence[Batch]) -> Future[list[Appended]]:
        """Hand in a request; the future holds what `append_many` would have returned or raised.

        Raises:
            StoreUnavailable: the writer is closed.
        """
        answer: Future[list[Appended]] = Future()
        with self._door:
            if self._closed:
                raise StoreUnavailable("the group writer is closed; nothing was appended")
            self._waiting.put((batches, answer))
        return answer

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """As in the port; returns when the events are durable."""
        return self.submit(batches).result()

    def append(self, stream: str, events: Sequence[Proposal], *, expected: int, correlation: str) -> Appended:
        """As in the port; returns when the events are durable."""
        return self.append_many([Batch(stream, tuple(events), expected, correlation)])[0]

    def close(self) -> None:
        """Write what was handed in, then stop. Closing twice is harmless."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _write(self) -> None:
        going_on = True
        while going_on:
            group = []
            first = self._waiting.get()
            while first is not None:
                group.append(first)
                if len(group) == _MOST or self._waiting.empty():
                    break
                first = self._waiting.get()
            going_on = first is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[tuple[Sequence[Batch], Future[list[Appended]]]]) -> None:
        try:
            answers = self._log.append_group([batches for batches, _ in group])
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it; the writer goes on for the others
            for _, answer in group:
                answer.set_exception(error)
            return
        for (_, answer), said in zip(group, answers, strict=True):
            if isinstance(said, LogError):
                answer.set_exception(said)
            else:
                answer.set_result(said)
