"""Replay: typed events out of the log, all of them and the one in a hundred that matters, beside `eventsourcing`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import DomainEvent, datetime_now_with_tzinfo
from eventsourcing.persistence import DatetimeAsISO, JSONTranscoder, Mapper, UUIDAsHex
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from eventsourcing.utils import get_topic

from events import facts
from events.event import Event
from events.log import NO_STREAM, EventLog, open_log
from ops.bench.rounds import Row, compare

PEER = "eventsourcing, select and map"
COMMIT = 1000
RARE = 100
"""One event in so many is of the type that the filtered replay wants."""
CALL = {"name": "measure", "what": "nozzle temperature"}
RESULT = {"findings": [61.25, 203.5, 1.04], "text": "12 K less than the reference thermometer"}


@dataclass(frozen=True)
class Measured(DomainEvent):
    """The library's counterpart of `ToolReturned`."""

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    turn: int
    call: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True)
class Submitted(DomainEvent):
    """The library's counterpart of `SubmissionMade`."""

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    submission: dict[str, Any]


def compare_replays(folder: Path, rounds: int, events: int) -> list[Row]:
    """Read a log of `events` events as typed values, then only the rare ones. Both logs are written first."""
    transcoder = JSONTranscoder()
    transcoder.register(UUIDAsHex())
    transcoder.register(DatetimeAsISO())
    mapper: Mapper[Any] = Mapper(transcoder)
    store = SQLiteDatastore(str(folder / "library-replay.db"))
    recorder = SQLiteApplicationRecorder(store)
    recorder.create_table()
    topic = get_topic(Submitted)

    def theirs(topics: Iterable[str], limit: int) -> int:
        done = start = 0
        while found := recorder.select_notifications(start, limit, topics=list(topics), inclusive_of_start=False):
            done += sum(mapper.to_domain_event(notification) is not None for notification in found)
            start = found[-1].id
        return done

    with open_log(f"sqlite:///{folder}/replay.db") as log:
        _fill(log, recorder, mapper, events)
        rows = [
            compare(
                "replay, typed, all",
                lambda: sum(event.fact() is not None for event in log.read_all()),
                lambda: theirs((), COMMIT),
                peer_name=PEER, unit="events/s", aim=4.0, rounds=rounds,
            ),
            compare(
                f"replay, the 1 % of {events} that matters",
                lambda: sum(event.fact() is not None for event in log.read_all(types=("SubmissionMade",))),
                lambda: theirs((topic,), COMMIT),
                peer_name=PEER, unit="events/s", aim=7.0, rounds=rounds,
            ),
        ]  # fmt: skip
    store.close()
    return rows


def _fill(log: EventLog, recorder: SQLiteApplicationRecorder, mapper: Mapper[Any], events: int) -> None:
    ours = (_ours(number) for number in range(events))
    stamp = datetime_now_with_tzinfo()
    for _ in range(events // COMMIT):
        log.append(f"episode/{uuid4()}", list(islice(ours, COMMIT)), expected=NO_STREAM, correlation="run")
        originator = uuid4()
        recorder.insert_events([mapper.to_stored_event(_theirs(originator, n, stamp)) for n in range(COMMIT)])


def _ours(number: int) -> Event:
    if number % RARE:
        return Event(facts.ToolReturned(turn=number, call=CALL, result=RESULT))
    return Event(facts.SubmissionMade(submission=RESULT))


def _theirs(originator: Any, number: int, stamp: datetime) -> DomainEvent:
    if number % RARE:
        return Measured(originator, number, stamp, number, CALL, RESULT)
    return Submitted(originator, number, stamp, RESULT)
