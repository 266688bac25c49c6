"""Subscriptions: everything after a checkpoint, then whatever comes; in order, nothing twice, nothing skipped."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Self

from events.event import RecordedEvent
from events.log import EventLog

_PAGE: Final = 500


class Subscription:
    """Follows a log from a checkpoint. Catching up and live are the same act: read on from where we are.

    That is enough because positions have no gaps and become visible in order, in every store. The reader pulls, so a
    slow one holds up nobody and never has more than a page in memory. Use it from one thread; `close` from any.

    Attributes:
        position: the checkpoint: everything up to here was delivered, or was not asked for.
    """

    def __init__(
        self,
        log: EventLog,
        *,
        after: int = 0,
        types: Iterable[str] = (),
        categories: Iterable[str] = (),
        correlation: str | None = None,
        poll_seconds: float = 0.05,
    ) -> None:
        """Begin after a checkpoint, a position that was reached before.

        Args:
            log: where to read; it stays open as long as the subscription.
            after: last position that is not wanted any more.
            types: names of the events wanted; empty: all.
            categories: categories of streams wanted; empty: all.
            correlation: only this run; None: all.
            poll_seconds: how long to wait before looking again when there is nothing new.
        """
        self._log, self._poll_seconds = log, poll_seconds
        self._types, self._categories, self._correlation = tuple(types), tuple(categories), correlation
        self._ended = threading.Event()
        self.position = after

    def page(self) -> list[RecordedEvent]:
        """The next events that are there now, at most 500; none if the subscription has caught up. Never waits."""
        end = self._log.head().position
        if end <= self.position:
            return []
        found = self._log.read_all(
            self.position, types=self._types, categories=self._categories, correlation=self._correlation, upto=end
        )
        events = list(islice(found, _PAGE))
        self.position = events[-1].position if len(events) == _PAGE else end
        return events

    def pages(self) -> Iterator[list[RecordedEvent]]:
        """Pages as they come, waiting for more, until `close`."""
        while not self._ended.is_set():
            before = self.position
            if events := self.page():
                yield events
            elif self.position == before:
                self._ended.wait(self._poll_seconds)

    def __iter__(self) -> Iterator[RecordedEvent]:
        for events in self.pages():
            yield from events

    def close(self) -> None:
        """End the iteration, also from another thread. The log stays open."""
        self._ended.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
