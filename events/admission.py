"""Admission: which proposed events may enter the log, where they will stand, and which are there already."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final, Protocol

from events.chain import Trace, link
from events.errors import CorruptLog, IdentityConflict, LogError, UnfitEvent, VersionTaken, WrongExpectedVersion
from events.event import PackedEvent, Row
from events.log import ANY, MAX_PAYLOAD, Appended, Batch, Head

_UNFIT: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_PLACE: Final = re.compile(r"@\d+\Z")
_LONGEST_NAME: Final = 500
_COMPARED: Final = (("id", 3), ("type", 4), ("schema number", 5), ("correlation", 7), ("causation", 8), ("payload", 9))
_FIELDS: Final = attrgetter("id", "type", "schema", "causation", "payload")
_ID, _CAUSATION, _PAYLOAD = attrgetter("id"), attrgetter("causation"), attrgetter("payload")


class Records(Protocol):
    """What admission may look up in a store."""

    def last_version(self, stream: str) -> int:
        """The stream's last version, or NO_STREAM."""
        ...

    def rows_between(self, stream: str, first: int, last: int) -> list[Row]:
        """The stream's rows with versions `first` to `last`, in order."""
        ...

    def row_of(self, event_id: str) -> Row | None:
        """The row that was appended with this explicit id."""
        ...


class Admission:
    """One round of admission: requests come in turn, the rows to write gather, the store writes them as one.

    A request that is refused leaves no trace, so that requests of many writers can share one commit.

    Attributes:
        rows: what has been admitted and must be written.
        head: where the log will end then.
    """

    def __init__(self, records: Records, head: Head, now: int, max_payload: int = MAX_PAYLOAD) -> None:
        self.rows: list[Row] = []
        self.head = head
        self._start, self._records, self._now, self._max_payload = head, records, now, max_payload
        self._versions: dict[str, int] = {}
        self._ids: dict[str, Row] = {}

    def admit(self, batches: Sequence[Batch]) -> list[Appended]:
        """Admit all batches of one request or none.

        Raises:
            WrongExpectedVersion, IdentityConflict, UnfitEvent: nothing of this request was admitted.
        """
        before = len(self.rows)
        try:
            return [self._admit(batch) for batch in batches]
        except BaseException:
            self._withdraw(before)
            raise

    def admit_each(self, requests: Sequence[Sequence[Batch]]) -> list[list[Appended] | LogError]:
        """Admit each request whole or refuse it by itself; the answers are what `admit` returns or raises."""
        answers: list[list[Appended] | LogError] = []
        for request in requests:
            try:
                answers.append(self.admit(request))
            except LogError as refusal:
                answers.append(refusal)
        return answers

    def adopt(self, rows: Sequence[Row]) -> None:
        """Take rows over from a copy of this very log as they are, with their positions, times and hashes.

        Raises:
            CorruptLog: a row does not follow from the one before; nothing was admitted.
        """
        trace = Trace(self.head.position, self.head.hash)
        for row in rows:
            if problem := trace.problem_with(row):
                raise CorruptLog(f"{problem}; nothing was taken over")
        self.rows.extend(rows)
        self.head = Head(trace.position, trace.hash)

    def _admit(self, batch: Batch) -> Appended:
        if batch.expected < ANY:
            raise UnfitEvent(f"expected version {batch.expected} means nothing: give a version, NO_STREAM or ANY")
        check_name("stream", batch.stream)
        check_name("correlation", batch.correlation)
        events = _packed(batch)
        self._check(events, batch.expected)
        actual = self._version(batch.stream)
        if batch.expected == ANY:
            return self._admit_by_id(batch, events, actual)
        if batch.expected == actual:
            self._refuse_known_ids(batch, events)
            return self._write(batch, events, actual)
        return self._find_again(batch, events, actual)

    def _admit_by_id(self, batch: Batch, events: list[PackedEvent], actual: int) -> Appended:
        found = [row for event in events if (row := self._row_of(str(event.id))) is not None]
        if not found:
            self._refuse_known_ids(batch, events)
            return self._write(batch, events, actual)
        if len(found) < len(events):
            raise IdentityConflict(str(found[0][3]), "company: only a part of this batch is recorded")
        for row, event in zip(found, events, strict=True):
            if what := _difference(row, event, batch):
                raise IdentityConflict(str(event.id), what)
        if any(later[2] != earlier[2] + 1 for earlier, later in itertools.pairwise(found)):
            raise IdentityConflict(str(events[0].id), "order of events")
        return Appended(found[0][0], found[-1][0], actual, duplicate=True)

    def _find_again(self, batch: Batch, events: list[PackedEvent], actual: int) -> Appended:
        """The batch's place is not free: either it stands there already, or somebody else's events do."""
        first, last = batch.expected + 1, min(batch.expected + len(events), actual)
        rows = self._rows_between(batch.stream, first, last) if first >= 0 else []
        for row, event in zip(rows, events, strict=False):
            if what := _difference(row, event, batch):
                raise VersionTaken(batch.stream, batch.expected, actual, row[2], what)
        if not rows or len(rows) < len(events):
            raise WrongExpectedVersion(batch.stream, batch.expected, actual)
        return Appended(rows[0][0], rows[-1][0], rows[-1][2], duplicate=True)

    def _write(self, batch: Batch, events: list[PackedEvent], version: int) -> Appended:
        stream, correlation, now = batch.stream, batch.correlation, self._now
        position, previous = self.head.position, self.head.hash
        first, keep = position + 1, self.rows.append
        for own, kind, schema, cause, payload in map(_FIELDS, events):
            position, version = position + 1, version + 1
            core = (position, stream, version, own, kind, schema, now, correlation, cause, payload)
            previous = link(previous, core)
            row: Row = (*core, previous)
            keep(row)
            if own is not None:
                self._ids[own] = row
        self.head = Head(position, previous)
        self._versions[stream] = version
        return Appended(first, position, version, duplicate=False)

    def _withdraw(self, before: int) -> None:
        for row in reversed(self.rows[before:]):
            self._versions[row[1]] = row[2] - 1
            if row[3] is not None:
                del self._ids[row[3]]
        del self.rows[before:]
        self.head = Head(self.rows[-1][0], self.rows[-1][-1]) if self.rows else self._start

    def _check(self, events: list[PackedEvent], expected: int) -> None:
        """Look at what can be wrong with an event; column by column, because a large batch is checked in one go."""
        for event in events if max(map(len, map(_PAYLOAD, events)), default=0) > self._max_payload else ():
            if len(event.payload) > self._max_payload:
                raise UnfitEvent(
                    f"an event of type '{event.type}' has a payload of {len(event.payload)} bytes, more than the "
                    f"{self._max_payload} that this log takes: keep large things outside and record where they are"
                )
        for event_id in dict.fromkeys(map(_ID, events)):
            if event_id is not None:
                _check_id(event_id)
            elif expected == ANY:
                kind = next(event.type for event in events if event.id is None)
                raise UnfitEvent(f"an event of type '{kind}' has no id; an append with ANY needs one for each event")
        for cause in set(map(_CAUSATION, events)):
            if cause and not fits(cause, 2 * _LONGEST_NAME):
                check_name("causation", cause)

    def _refuse_known_ids(self, batch: Batch, events: list[PackedEvent]) -> None:
        ids = [event_id for event_id in map(_ID, events) if event_id is not None]
        if len(set(ids)) < len(ids):
            raise IdentityConflict(next(i for i in ids if ids.count(i) > 1), "event of the same batch")
        for event_id in ids:
            if (row := self._row_of(event_id)) is not None:
                what = "place" if row[1] == batch.stream else f"stream, '{row[1]}'"
                raise IdentityConflict(event_id, what)

    def _version(self, stream: str) -> int:
        known = self._versions.get(stream)
        return self._records.last_version(stream) if known is None else known

    def _row_of(self, event_id: str) -> Row | None:
        return self._ids.get(event_id) or self._records.row_of(event_id)

    def _rows_between(self, stream: str, first: int, last: int) -> list[Row]:
        rows = self._records.rows_between(stream, first, last)
        return rows + [row for row in self.rows if row[1] == stream and first <= row[2] <= last]


def check_name(kind: str, name: str) -> None:
    """See that a stream, correlation or id can be stored everywhere and read by people.

    Raises:
        UnfitEvent: if it is empty, longer than 500 characters, or holds control characters or lone surrogates.
    """
    if not fits(name):
        raise UnfitEvent(
            f"{kind} {name[:80]!r} cannot be recorded: it needs 1 to {_LONGEST_NAME} characters, "
            "none of them a control character or half of a surrogate pair"
        )


def _check_id(event_id: str) -> None:
    check_name("id", event_id)
    if _PLACE.search(event_id):
        raise UnfitEvent(f"id '{event_id}' looks like a place 'stream@version'; those ids are the log's own")


def fits(name: str, longest: int = _LONGEST_NAME) -> bool:
    """Whether a stream, correlation or id can be stored everywhere and read by people."""
    return 0 < len(name) <= longest and (_plain(name) or not _UNFIT.search(name))


def _plain(text: str) -> bool:
    """Whether a text is beyond suspicion; the search for what is unfit costs ten times as much."""
    return text.isascii() and text.isprintable()


def _packed(batch: Batch) -> list[PackedEvent]:
    try:
        return [event if isinstance(event, PackedEvent) else event.packed() for event in batch.events]
    except (TypeError, ValueError, OverflowError) as error:
        raise UnfitEvent(f"an event for stream '{batch.stream}' holds what is not plain: {error}") from error


def _difference(row: Row, event: PackedEvent, batch: Batch) -> str | None:
    """The first thing in which a recorded row is not the proposed event; time and place do not count."""
    if row[1] != batch.stream:
        return f"stream, '{row[1]}'"
    core = (event.id, event.type, event.schema, batch.correlation, event.causation, event.payload)
    for (name, column), proposed in zip(_COMPARED, core, strict=True):
        if row[column] != proposed:
            return name
    return None


Clock = Callable[[], int]
"""Nanoseconds since 1970."""
