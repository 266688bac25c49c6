"""The log as people and programs want to see it: events as plain values, its end, its make-up, its soundness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from events.chain import GENESIS
from events.codec import unpack
from events.event import RecordedEvent
from events.follower import followers
from events.log import EventLog, Head, open_log
from events.verification import verify_url
from ops.failures import WrongUse

Plain = dict[str, Any]


MEMORY = "memory://"
HERE = "memory://this-process"
"""What a bare `memory://` means to a command: one log, shared by all that the process opens."""


def open_for_reading(url: str) -> EventLog:
    """The log at a URL, never to be written to. Raises as `open_log`."""
    return open_log(placed(url), read_only=True)


def placed(url: str) -> str:
    """The URL as every worker understands it: absolute for a file, by name for a log in memory."""
    if url == MEMORY:
        return HERE
    head, mark, path = url.partition("sqlite:///")
    return f"{head}{mark}{Path(path).resolve()}" if mark and path and not path.startswith("/") else url


def is_memory(url: str) -> bool:
    """Whether a log lives in one process only."""
    return url.startswith(MEMORY)


def verify_store(url: str, after: str | None = None) -> Plain:
    """The object of `log verify --json`. Raises as `verify_url`.

    Args:
        url: of the log.
        after: `EVENTS:HEAD`, what an earlier verification said was good; only what follows is followed.

    Raises:
        WrongUse: `after` is no such pair.
    """
    return asdict(verify_url(url, after=_head(after) if after else None))


def _head(text: str) -> Head:
    position, _, value = text.partition(":")
    try:
        head = Head(int(position), bytes.fromhex(value))
    except ValueError:
        head = Head(-1, b"")
    if head.position < 0 or len(head.hash) != len(GENESIS):
        raise WrongUse(f"'{text}' is no EVENTS:HEAD: give both as `log verify --json` said them, such as 3120:9f86d0…")
    return head


def as_plain(event: RecordedEvent) -> Plain:
    """An event as JSON can hold it; its payload as written, also where this version does not know its type."""
    return {
        "position": event.position,
        "time": moment(event.time),
        "type": event.type,
        "schema": event.schema,
        "stream": event.stream,
        "version": event.version,
        "id": event.id,
        "run": event.correlation,
        "causation": event.causation,
        "payload": _jsonable(unpack(event.payload)),
        "hash": event.hash.hex(),
    }


def moment(nanoseconds: int) -> str:
    """A time of the store as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def find(log: EventLog, name: str) -> list[RecordedEvent]:
    """The events that a name stands for: a position, a stream (`run/RUN`, `episode/RUN/NAME`), or a whole run.

    Raises:
        WrongUse: nothing in the log has this name.
    """
    if name.isdecimal():
        found = list(log.read_all(int(name) - 1, upto=int(name))) if int(name) else []
    else:
        found = list(log.read_stream(name)) or list(log.read_all(correlation=name))
    if not found:
        raise WrongUse(
            f"the log has no position, stream or run '{name}' (it ends at position {log.head().position}); "
            "'journeyman log list' names the runs, 'journeyman log tail' the last streams"
        )
    return found


def last_events(log: EventLog, n: int) -> list[RecordedEvent]:
    """The last `n` events."""
    return list(log.read_all(max(0, log.head().position - n)))


def stats(log: EventLog) -> Plain:
    """What the log is made of, by type and by category; and who follows it: where, and what was parked."""
    types: dict[str, dict[str, int]] = {}
    categories: dict[str, dict[str, int]] = {}
    runs: set[str] = set()
    first = last = 0
    for event in log.read_all():
        _count(types, event.type, event)
        _count(categories, event.category, event)
        runs.add(event.correlation)
        first, last = first or event.time, event.time
    head = log.head()
    return {
        "events": head.position,
        "head": head.hash.hex(),
        "runs": len(runs),
        "payload_bytes": sum(count["bytes"] for count in types.values()),
        "first": moment(first) if first else None,
        "last": moment(last) if last else None,
        "types": dict(sorted(types.items())),
        "categories": dict(sorted(categories.items())),
        "followers": list(followers(log)),
    }


def event_lines(events: Iterable[RecordedEvent]) -> list[str]:
    """One line an event: position, time, type, stream."""
    return [f"{e.position:>8}  {moment(e.time)}  {e.type:<18} {e.stream}" for e in events]


def _count(counts: dict[str, dict[str, int]], name: str, event: RecordedEvent) -> None:
    count = counts.setdefault(name, {"events": 0, "bytes": 0})
    count["events"] += 1
    count["bytes"] += len(event.payload)


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_jsonable(inner) for inner in value]
    return value
