"""The recorder test cases that the `eventsourcing` package ships run against our stores, through a small adapter."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import groupby, islice
from typing import Any, ClassVar
from uuid import UUID

import pytest

pytest.importorskip("eventsourcing")

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
)
from eventsourcing.persistence import Subscription as ForeignSubscription
from eventsourcing.tests import persistence as cases

from events.errors import IdentityConflict
from events.event import PackedEvent, RecordedEvent
from events.log import ANY, Batch, EventLog, open_log
from events.subscription import Subscription


class LogAggregateRecorder(AggregateRecorder):
    """Their originators are our streams. Their versions begin where they like, so they stand in the event's id."""

    def __init__(self, log: EventLog) -> None:
        self.log = log

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        self._insert(stored_events)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        found = [_stored(event, originator_id) for event in self.log.read_stream(f"originator/{originator_id}")]
        wanted = [
            e
            for e in found
            if (gt is None or e.originator_version > gt) and (lte is None or e.originator_version <= lte)
        ]
        return (wanted[::-1] if desc else wanted)[:limit]

    def _insert(self, stored_events: Sequence[StoredEvent]) -> list[int]:
        """What we call a success, the same events delivered again, is an error to them."""
        batches = [
            Batch(f"originator/{originator}", tuple(map(_packed, group)), ANY, "foreign")
            for originator, group in groupby(stored_events, key=lambda event: event.originator_id)
        ]
        try:
            appended = self.log.append_many(batches)
        except IdentityConflict as error:
            raise IntegrityError(str(error)) from error
        if any(place.duplicate for place in appended):
            raise IntegrityError("recorded already")
        return [position for place in appended for position in range(place.first, place.last + 1)]


class LogApplicationRecorder(LogAggregateRecorder, ApplicationRecorder):
    """Their notifications are our global order."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        return self._insert(stored_events)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if start and inclusive_of_start else 0)
        return [_notification(event) for event in islice(self.log.read_all(after, types=topics, upto=stop), limit)]

    def max_notification_id(self) -> int | None:
        return self.log.head().position or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> ForeignSubscription[LogApplicationRecorder]:  # type: ignore[override]  # their variable is not covariant here
        return LogSubscription(self, gt, topics)


class LogSubscription(ForeignSubscription[LogApplicationRecorder]):
    def __init__(self, recorder: LogApplicationRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._following = Subscription(recorder.log, after=gt or 0, types=topics, poll_seconds=0.005)
        self._events = iter(self._following)

    def __next__(self) -> Notification:
        if self._has_been_stopped:
            raise StopIteration
        return _notification(next(self._events))

    def stop(self) -> None:
        super().stop()
        self._following.close()


def _packed(event: StoredEvent) -> PackedEvent:
    return PackedEvent(event.topic, 1, event.state, None, f"{event.originator_id}:{event.originator_version}")


def _stored(event: RecordedEvent, originator: UUID | str) -> StoredEvent:
    return StoredEvent(originator, int(event.id.rpartition(":")[2]), event.type, event.payload)


def _notification(event: RecordedEvent) -> Notification:
    name, _, version = event.id.rpartition(":")
    return Notification(_originator(name), int(version), event.type, event.payload, event.position)


def _originator(name: str) -> UUID | str:
    try:
        return UUID(name)
    except ValueError:
        return name


class OnSqlite:
    """Each test on a file of its own."""

    def opened(self) -> EventLog:
        folder = tempfile.TemporaryDirectory(prefix="journeyman-cases-")
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined]
        log = open_log(f"sqlite:///{folder.name}/x.db")
        self.addCleanup(log.close)  # type: ignore[attr-defined]
        return log


class OnPostgres:
    """Each test on an empty database."""

    url: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _database(self, postgres: str) -> None:
        type(self).url = postgres

    def opened(self) -> EventLog:
        log = open_log(self.url)
        self.addCleanup(log.close)  # type: ignore[attr-defined]
        return log


class TestAggregateOnSqlite(OnSqlite, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return LogAggregateRecorder(self.opened())


class ApplicationCases(cases.ApplicationRecorderTestCase[LogApplicationRecorder]):
    def create_recorder(self) -> LogApplicationRecorder:
        return LogApplicationRecorder(self.opened())  # type: ignore[attr-defined]

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationOnSqlite(OnSqlite, ApplicationCases):
    pass


class TestOrderOnSqlite(OnSqlite, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return LogApplicationRecorder(self.opened())


class TestAggregateOnPostgres(OnPostgres, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return LogAggregateRecorder(self.opened())


class TestApplicationOnPostgres(OnPostgres, ApplicationCases):
    pass


class TestOrderOnPostgres(OnPostgres, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return LogApplicationRecorder(self.opened())


del ApplicationCases
