"""Any sequence of appends, right and wrong, against a model of a few lines: every store must agree with it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from events.errors import IdentityConflict, LogError, WrongExpectedVersion
from events.event import PackedEvent
from events.log import ANY, NO_STREAM, Batch, EventLog
from events.subscription import Subscription
from events.verification import verify

STREAMS = ("run/1", "run/2", "episode/1")
TYPES = ("A", "B", "C")


@dataclass(frozen=True)
class Known:
    """What the model remembers of an event."""

    stream: str
    version: int
    id: str | None
    type: str
    payload: bytes


class LogMachine(RuleBasedStateMachine):
    """Subclass with `opened`, which opens the same log again after `close`, and `fresh`, which empties it."""

    reopens = True

    def opened(self) -> EventLog:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.log = self.opened()
        self.model: list[Known] = []
        self.subscription = Subscription(self.log, types=("A", "B"))
        self.delivered: list[int] = []

    batches = st.lists(
        st.tuples(
            st.sampled_from(STREAMS),
            st.sampled_from(["right", "right", "any", "none", "behind", "ahead"]),
            st.lists(st.tuples(st.sampled_from(TYPES), st.binary(max_size=3), st.integers(0, 30)), max_size=3),
        ),
        min_size=1,
        max_size=3,
    )

    @rule(batches=batches)
    def append(self, batches: list[tuple[str, str, list[tuple[str, bytes, int]]]]) -> None:
        planned, request, expected_error = list(self.model), [], None
        for stream, kind, drawn in batches:
            last = _last(planned, stream)
            expected = {"right": last, "any": ANY, "none": NO_STREAM, "behind": last - 1, "ahead": last + 1}[kind]
            if expected < ANY or (kind == "behind" and expected < NO_STREAM):
                expected = NO_STREAM
            with_id = expected == ANY
            events = [PackedEvent(t, 1, p, None, f"id-{n}" if with_id else None) for t, p, n in drawn]
            request.append(Batch(stream, tuple(events), expected, "r"))
            if expected_error is None:
                expected_error = _apply(planned, stream, expected, events)
        if expected_error is not None:
            with pytest.raises(expected_error):
                self.log.append_many(request)
        else:
            self.log.append_many(request)
            self.model = planned

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        first = data.draw(st.integers(0, len(self.model) - 1))
        known = self.model[first]
        event = PackedEvent(known.type, 1, known.payload, None, known.id)
        appended = self.log.append(known.stream, [event], expected=known.version - 1, correlation="r")
        ours = Known(known.stream, known.version, known.id, known.type, known.payload)
        assert appended.duplicate
        assert (appended.first, ours) == (first + 1, known)

    @rule(after=st.integers(0, 20), upto=st.none() | st.integers(0, 20), types=st.sets(st.sampled_from(TYPES)))
    def read(self, after: int, upto: int | None, types: set[str]) -> None:
        found = [e.position for e in self.log.read_all(after, types=types, upto=upto)]
        inside = range(after + 1, min(len(self.model), len(self.model) if upto is None else upto) + 1)
        assert found == [p for p in inside if not types or self.model[p - 1].type in types]

    @rule()
    def take_what_came(self) -> None:
        self.delivered += [event.position for event in self.subscription.page()]
        assert self.delivered == [p for p, known in enumerate(self.model, 1) if known.type in ("A", "B")]

    @precondition(lambda self: self.reopens)
    @rule()
    def open_again(self) -> None:
        self.log.close()
        self.log = self.opened()
        self.subscription = Subscription(self.log, after=self.subscription.position, types=("A", "B"))

    @invariant()
    def the_log_is_the_model(self) -> None:
        read = [
            Known(e.stream, e.version, e.id if "@" not in e.id else None, e.type, e.payload)
            for e in self.log.read_all()
        ]
        assert read == self.model
        for stream in STREAMS:
            assert self.log.version(stream) == _last(self.model, stream)

    def teardown(self) -> None:
        verdict = verify(self.log)
        assert (verdict.ok, verdict.events) == (True, len(self.model)), verdict.problem
        self.log.close()


def _last(model: list[Known], stream: str) -> int:
    return sum(known.stream == stream for known in model) - 1


def _apply(model: list[Known], stream: str, expected: int, events: list[PackedEvent]) -> type[LogError] | None:
    """Append to the model, or say what the store must refuse it with."""
    own = [known for known in model if known.stream == stream]
    if expected == ANY:
        return _apply_by_id(model, stream, events)
    new = [Known(stream, expected + 1 + n, e.id, e.type, e.payload) for n, e in enumerate(events)]
    if expected == len(own) - 1:
        model += new
        return None
    if events and own[expected + 1 : expected + 1 + len(events)] == new:
        return None
    return WrongExpectedVersion


def _apply_by_id(model: list[Known], stream: str, events: list[PackedEvent]) -> type[LogError] | None:
    ids = [event.id for event in events]
    found = [next((known for known in model if known.id == i), None) for i in ids]
    if not any(found):
        if len(set(ids)) < len(ids):
            return IdentityConflict
        last = _last(model, stream)
        model += [Known(stream, last + 1 + n, e.id, e.type, e.payload) for n, e in enumerate(events)]
        return None
    same = all(
        known is not None and (known.stream, known.type, known.payload) == (stream, event.type, event.payload)
        for known, event in zip(found, events, strict=True)
    )
    in_order = same and all(b.version == a.version + 1 for a, b in pairwise(found) if a and b)
    return None if in_order else IdentityConflict
