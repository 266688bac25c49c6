"""Verification: is the log still what was written to it, and if not, where does it cease to be?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from events.chain import Trace
from events.errors import CorruptLog, LogError
from events.event import RecordedEvent, Row, identity
from events.log import EventLog, Head, open_log


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found.

    Attributes:
        events: events that hold, from the first on.
        ok: True if nothing at all is wrong.
        first_bad: position of the first event that is changed, missing or out of order; None where the damage
            touches no event, or nothing can be read.
        problem: what is wrong, as a sentence; None if nothing is.
        head: the chain's value at the last event that holds, in hexadecimal.
    """

    events: int
    ok: bool
    first_bad: int | None
    problem: str | None
    head: str


@runtime_checkable
class Verifiable(Protocol):
    """A log that can show its rows as they are stored, and what it knows of itself beside them."""

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Rows as stored, in order of position."""
        ...

    def witnesses(self) -> list[Head]:
        """Heads that were noted outside the table of events."""
        ...

    def blemishes(self) -> Iterator[str]:
        """What is wrong with the store though the events may be whole."""
        ...


def verify(log: EventLog, *, after: Head | None = None) -> Verification:
    """Follow the hash chain, compare its end with the heads noted elsewhere, then look over the store itself.

    Args:
        log: what to verify; it may be written to meanwhile.
        after: a head up to which an earlier verification found everything good; only what follows is followed.
    """
    trace = Trace(after.position, after.hash) if after else Trace()
    try:
        witnesses = [*([after] if after else []), *(log.witnesses() if isinstance(log, Verifiable) else [log.head()])]
        problem = _follow(log, trace) or _unmet(witnesses, trace, log)
    except LogError as error:
        return _verdict(trace, str(error), trace.position + 1)
    if problem:
        return _verdict(trace, problem, trace.position + 1)
    try:
        blemish = next(log.blemishes(), None) if isinstance(log, Verifiable) else None
    except LogError as error:
        blemish = str(error)
    return _verdict(trace, blemish, None)


def verify_url(url: str, *, after: Head | None = None) -> Verification:
    """Open a log for reading and verify it; a file too damaged to be opened is a finding, not an error.

    Raises:
        UnknownStore, StoreUnavailable: there is nothing to verify, or it cannot be reached.
    """
    try:
        log = open_log(url, read_only=True)
    except CorruptLog as error:
        return Verification(0, ok=False, first_bad=None, problem=str(error), head="")
    with log:
        return verify(log, after=after)


def _verdict(trace: Trace, problem: str | None, first_bad: int | None) -> Verification:
    return Verification(trace.position, problem is None, first_bad, problem, trace.hash.hex())


def _follow(log: EventLog, trace: Trace) -> str | None:
    """Trace the whole log; where a page of rows cannot be read, row by row up to the one that cannot."""
    try:
        return _first_problem(_rows(log, trace.position, None), trace)
    except LogError as error:
        said = str(error)
    while True:
        before = trace.position
        try:
            problem = _first_problem(_rows(log, before, before + 1), trace)
        except LogError:
            return f"event {before + 1} cannot be read: {said}"
        if problem or trace.position == before:
            return problem or f"event {before + 1} cannot be read: {said}"


def _first_problem(rows: Iterator[Row], trace: Trace) -> str | None:
    return next((problem for row in rows if (problem := trace.problem_with(row)) is not None), None)


def _unmet(witnesses: list[Head], trace: Trace, log: EventLog) -> str | None:
    """What the heads noted elsewhere know that the log does not."""
    for witness in witnesses:
        if witness.position > trace.position:
            return (
                f"the log ends at position {trace.position}, but was at {witness.position} before: "
                f"{witness.position - trace.position} events are missing from its end"
            )
        if witness.position:
            found = next(_rows(log, witness.position - 1, witness.position), None)
            if found is None or found[-1] != witness.hash:
                return f"history was rewritten: event {witness.position} is not the one that was acknowledged"
    return None


def _rows(log: EventLog, after: int, upto: int | None) -> Iterator[Row]:
    if isinstance(log, Verifiable):
        return log.rows(after, upto)
    return (_row(event) for event in log.read_all(after, upto=upto))


def _row(event: RecordedEvent) -> Row:
    own = None if event.id == identity(event.stream, event.version) else event.id
    return (
        event.position, event.stream, event.version, own, event.type, event.schema,
        event.time, event.correlation, event.causation, event.payload, event.hash,
    )  # fmt: skip
