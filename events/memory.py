"""The log in memory: for tests and small runs that nobody needs to keep."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self, TypeVar

from events.admission import Admission, Clock
from events.chain import GENESIS
from events.errors import LogError, StoreUnavailable
from events.event import Proposal, RecordedEvent, Row, recorded
from events.log import MAX_PAYLOAD, NO_STREAM, Appended, Batch, Head
from events.snapshot import Snapshot

T = TypeVar("T")


class MemoryLog:
    """An EventLog that ends with its process. Threads may share it."""

    def __init__(self, clock: Clock, *, read_only: bool = False, max_payload: int = MAX_PAYLOAD) -> None:
        self._clock, self._read_only, self._max_payload = clock, read_only, max_payload
        self._rows: list[Row] = []
        self._streams: dict[str, list[int]] = {}
        self._ids: dict[str, int] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._turn = threading.RLock()
        self._closed = False

    @classmethod
    def shared(cls, name: str, clock: Clock, *, read_only: bool = False) -> MemoryLog:
        """One more handle on the log of this name; it lives as long as the process, whoever closes a handle."""
        handle = cls(clock, read_only=read_only)
        first = _SHARED.setdefault(name, handle)
        vars(handle).update((part, vars(first)[part]) for part in _CONTENT)
        return handle

    def append(self, stream: str, events: Sequence[Proposal], *, expected: int, correlation: str) -> Appended:
        """As in the port."""
        return self.append_many([Batch(stream, tuple(events), expected, correlation)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """As in the port."""
        return self._round(lambda admission: admission.admit(batches))

    def append_group(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        """Requests of several writers at once: each is taken whole or refused by itself."""
        return self._round(lambda admission: admission.admit_each(requests))

    def adopt(self, rows: Sequence[Row]) -> None:
        """Take rows over from a copy of this very log, as they are. Raises CorruptLog if they do not follow."""
        self._round(lambda admission: admission.adopt(rows))

    def read_stream(self, stream: str, *, after: int = -1, upto: int | None = None) -> Iterator[RecordedEvent]:
        """As in the port."""
        for row in self.rows_between(stream, after + 1, self.last_version(stream)):
            if upto is None or row[0] <= upto:
                yield recorded(row)

    def read_all(
        self,
        after: int = 0,
        *,
        types: Iterable[str] = (),
        categories: Iterable[str] = (),
        correlation: str | None = None,
        upto: int | None = None,
    ) -> Iterator[RecordedEvent]:
        """As in the port."""
        wanted, within = frozenset(types), frozenset(categories)
        for row in self.rows(after, upto):
            if wanted and row[4] not in wanted:
                continue
            if within and row[1].partition("/")[0] not in within:
                continue
            if correlation is None or row[7] == correlation:
                yield recorded(row)

    def version(self, stream: str) -> int:
        """As in the port."""
        return self.last_version(stream)

    def head(self) -> Head:
        """As in the port."""
        self._refuse_if_closed()
        return Head(self._rows[-1][0], self._rows[-1][-1]) if self._rows else Head(0, GENESIS)

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Rows in order of position, as they are at the moment of the call."""
        self._refuse_if_closed()
        last = len(self._rows) if upto is None else min(upto, len(self._rows))
        for index in range(max(after, 0), last):
            yield self._rows[index]

    def witnesses(self) -> list[Head]:
        """Nobody but this log itself has noted its head."""
        return []

    def blemishes(self) -> Iterator[str]:
        """Memory has none that the chain does not show."""
        return iter(())

    def last_version(self, stream: str) -> int:
        """As admission asks for it."""
        self._refuse_if_closed()
        places = self._streams.get(stream)
        return len(places) - 1 if places else NO_STREAM

    def rows_between(self, stream: str, first: int, last: int) -> list[Row]:
        """As admission asks for it."""
        return [self._rows[index] for index in self._streams.get(stream, [])[max(first, 0) : max(last + 1, 0)]]

    def row_of(self, event_id: str) -> Row | None:
        """As admission asks for it."""
        index = self._ids.get(event_id)
        return None if index is None else self._rows[index]

    def snapshot(self, name: str) -> Snapshot | None:
        """As in `Snapshots`."""
        return self._snapshots.get(name)

    def snapshots(self) -> list[Snapshot]:
        """As in `Snapshots`."""
        return [self._snapshots[name] for name in sorted(self._snapshots)]

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        """As in `Snapshots`."""
        if self._read_only:
            return False
        self._snapshots[snapshot.name] = snapshot
        return True

    def close(self) -> None:
        """As in the port; what was in memory is gone."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _round(self, admit: Callable[[Admission], T]) -> T:
        with self._turn:
            self._refuse_if_not_writable()
            admission = Admission(self, self.head(), self._clock(), self._max_payload)
            answer = admit(admission)
            self._keep(admission.rows)
            return answer

    def _keep(self, rows: list[Row]) -> None:
        for row in rows:
            self._streams.setdefault(row[1], []).append(len(self._rows))
            if row[3] is not None:
                self._ids[row[3]] = len(self._rows)
            self._rows.append(row)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("the log in memory is closed")

    def _refuse_if_not_writable(self) -> None:
        self._refuse_if_closed()
        if self._read_only:
            raise StoreUnavailable("the log in memory was opened read-only; open it without read_only to append")


_SHARED: dict[str, MemoryLog] = {}
_CONTENT = ("_rows", "_streams", "_ids", "_snapshots", "_turn")
"""What handles on one log have in common."""


def open_memory(url: str, name: str, clock: Clock, *, read_only: bool, max_payload: int) -> MemoryLog:  # noqa: ARG001 - all stores are opened alike
    """The log at `memory://` or `memory://NAME`."""
    if name:
        return MemoryLog.shared(name, clock, read_only=read_only)
    return MemoryLog(clock, read_only=read_only, max_payload=max_payload)
