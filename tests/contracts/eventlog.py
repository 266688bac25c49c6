"""What every store of the log promises; a store's tests inherit `EventLogContract` and say how it is made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from events.chain import GENESIS, Trace
from events.codec import pack
from events.errors import IdentityConflict, UnfitEvent, UnknownFact, VersionTaken, WrongExpectedVersion
from events.event import Event, PackedEvent
from events.facts import RunPaused, RunResumed
from events.log import ANY, NO_STREAM, Batch, EventLog, Head
from events.verification import verify


def paused(reason: str = "lunch") -> Event:
    return Event(RunPaused(reason=reason))


def resumed(reason: str = "") -> Event:
    return Event(RunResumed(reason=reason))


def append(log: EventLog, stream: str, *events: Event, expected: int = NO_STREAM, run: str = "r1") -> Head:
    log.append(stream, events, expected=expected, correlation=run)
    return log.head()


def places(log: EventLog, **filters: object) -> list[int]:
    return [event.position for event in log.read_all(**filters)]  # type: ignore[arg-type]


class EventLogContract:
    """Inherit, and give a fixture `log`: an empty log, open for writing, whose clock is `ticking()`."""

    # ---- appending ----------------------------------------------------------------------------------------------

    def test_an_empty_log_ends_at_zero(self, log: EventLog) -> None:
        assert log.head() == Head(0, GENESIS)
        assert list(log.read_all()) == []
        assert list(log.read_stream("run/1")) == []
        assert log.version("run/1") == NO_STREAM

    def test_what_is_appended_is_read_back_field_by_field(self, log: EventLog) -> None:
        appended = log.append(
            "run/1", [Event(RunPaused(reason="ü\n☃"), causation="run/0@3")], expected=NO_STREAM, correlation="r1"
        )
        (event,) = log.read_stream("run/1")
        assert (appended.first, appended.last, appended.version, appended.duplicate) == (1, 1, 0, False)
        assert (event.position, event.stream, event.version, event.id) == (1, "run/1", 0, "run/1@0")
        assert (event.type, event.schema, event.correlation, event.causation) == ("RunPaused", 1, "r1", "run/0@3")
        assert event.fact() == RunPaused(reason="ü\n☃")
        assert event.time == 1_000_000
        assert log.head() == Head(1, event.hash)

    def test_positions_and_versions_have_no_gaps(self, log: EventLog) -> None:
        for round_ in range(5):
            for stream in ("run/1", "run/2"):
                append(log, stream, paused(f"{round_}a"), paused(f"{round_}b"), expected=2 * round_ - 1)
        assert places(log) == list(range(1, 21))
        assert [event.version for event in log.read_stream("run/2")] == list(range(10))

    def test_a_wrong_expected_version_appends_nothing(self, log: EventLog) -> None:
        append(log, "run/1", paused())
        with pytest.raises(WrongExpectedVersion) as refused:
            append(log, "run/1", resumed(), expected=1)
        assert (refused.value.expected, refused.value.actual) == (1, 0)
        with pytest.raises(WrongExpectedVersion):
            append(log, "run/2", resumed(), expected=0)
        assert places(log) == [1]

    def test_the_loser_of_a_race_learns_that_its_version_is_taken(self, log: EventLog) -> None:
        append(log, "run/1", paused("mine"))
        with pytest.raises(VersionTaken, match="payload") as refused:
            append(log, "run/1", paused("yours"))
        assert isinstance(refused.value, WrongExpectedVersion)
        assert isinstance(refused.value, IdentityConflict)
        assert places(log) == [1]

    def test_delivering_again_is_a_success_that_says_so(self, log: EventLog) -> None:
        events = [paused("a"), paused("b")]
        first = log.append("run/1", events, expected=NO_STREAM, correlation="r1")
        append(log, "run/1", resumed(), expected=1)
        again = log.append("run/1", events, expected=NO_STREAM, correlation="r1")
        assert again.duplicate
        assert (again.first, again.last, again.version) == (first.first, first.last, 1)
        assert places(log) == [1, 2, 3]

    def test_a_delivery_of_which_only_the_start_is_recorded_is_refused(self, log: EventLog) -> None:
        append(log, "run/1", paused("a"))
        with pytest.raises(WrongExpectedVersion):
            append(log, "run/1", paused("a"), paused("b"))
        assert places(log) == [1]

    @pytest.mark.parametrize("what", ["correlation", "causation", "type", "id"])
    def test_the_same_place_with_another(self, log: EventLog, what: str) -> None:
        append(log, "run/1", Event(RunPaused(reason="x"), causation="c", id="one"))
        other = {
            "correlation": Event(RunPaused(reason="x"), causation="c", id="one"),
            "causation": Event(RunPaused(reason="x"), causation="d", id="one"),
            "type": Event(RunResumed(reason="x"), causation="c", id="one"),
            "id": Event(RunPaused(reason="x"), causation="c", id="two"),
        }[what]
        with pytest.raises(IdentityConflict, match=what):
            append(log, "run/1", other, run="r2" if what == "correlation" else "r1")

    def test_any_appends_after_whatever_is_there(self, log: EventLog) -> None:
        append(log, "run/1", paused())
        appended = log.append("run/1", [Event(RunResumed(), id="0198-a")], expected=ANY, correlation="r1")
        assert (appended.first, appended.version) == (2, 1)
        assert [event.id for event in log.read_stream("run/1")] == ["run/1@0", "0198-a"]

    def test_any_delivered_again_is_found_by_its_ids(self, log: EventLog) -> None:
        events = [Event(RunPaused(reason=name), id=name) for name in "ab"]
        log.append("run/1", events, expected=ANY, correlation="r1")
        append(log, "run/1", paused("later"), expected=1)
        again = log.append("run/1", events, expected=ANY, correlation="r1")
        assert (again.first, again.last, again.duplicate) == (1, 2, True)
        assert places(log) == [1, 2, 3]

    def test_any_needs_an_id_for_each_event(self, log: EventLog) -> None:
        with pytest.raises(UnfitEvent, match="id"):
            append(log, "run/1", Event(RunPaused(reason="x"), id="a"), paused(), expected=ANY)
        assert places(log) == []

    def test_a_known_id_with_other_content_or_elsewhere_is_a_conflict(self, log: EventLog) -> None:
        append(log, "run/1", Event(RunPaused(reason="x"), id="a"), expected=ANY)
        for stream, reason, expected in [("run/1", "y", ANY), ("run/2", "x", ANY), ("run/2", "x", NO_STREAM)]:
            with pytest.raises(IdentityConflict):
                append(log, stream, Event(RunPaused(reason=reason), id="a"), expected=expected)
        assert places(log) == [1]

    def test_a_batch_of_which_only_a_part_is_known_is_a_conflict(self, log: EventLog) -> None:
        append(log, "run/1", Event(RunPaused(reason="x"), id="a"), expected=ANY)
        with pytest.raises(IdentityConflict, match="part"):
            append(
                log, "run/1", Event(RunPaused(reason="x"), id="a"), Event(RunPaused(reason="y"), id="b"), expected=ANY
            )
        assert places(log) == [1]

    def test_an_id_twice_in_a_batch_is_a_conflict(self, log: EventLog) -> None:
        with pytest.raises(IdentityConflict):
            append(log, "run/1", *[Event(RunPaused(reason=r), id="a") for r in "xy"], expected=ANY)
        assert places(log) == []

    def test_several_streams_are_appended_to_whole_or_not_at_all(self, log: EventLog) -> None:
        good = [Batch("run/1", (paused(),), NO_STREAM, "r1"), Batch("run/2", (paused(),), NO_STREAM, "r1")]
        with pytest.raises(WrongExpectedVersion):
            log.append_many([*good, Batch("run/3", (paused(),), 7, "r1")])
        assert places(log) == []
        assert log.version("run/1") == NO_STREAM
        assert [(a.first, a.last) for a in log.append_many(good)] == [(1, 1), (2, 2)]
        append(log, "run/1", resumed(), expected=0)
        assert [event.version for event in log.read_stream("run/1")] == [0, 1]

    def test_one_stream_may_come_twice_in_an_act(self, log: EventLog) -> None:
        log.append_many([Batch("run/1", (paused("a"),), NO_STREAM, "r1"), Batch("run/1", (paused("b"),), 0, "r1")])
        again = log.append_many(
            [Batch("run/1", (paused("b"),), 0, "r1"), Batch("run/1", (resumed(),), 1, "r1")],
        )
        assert [a.duplicate for a in again] == [True, False]
        assert log.version("run/1") == 2

    def test_an_act_without_events_changes_nothing(self, log: EventLog) -> None:
        append(log, "run/1", paused())
        appended = log.append("run/1", [], expected=0, correlation="r1")
        assert (appended.first, appended.last, appended.version, appended.duplicate) == (2, 1, 0, False)
        assert log.append_many([]) == []
        assert places(log) == [1]
        with pytest.raises(WrongExpectedVersion):
            log.append("run/1", [], expected=4, correlation="r1")

    @pytest.mark.parametrize("name", ["", "a\x00b", "a\nb", "\ud800", "x" * 501])
    def test_names_that_cannot_be_stored_everywhere_are_refused(self, log: EventLog, name: str) -> None:
        attempts = [
            (name, "r1", paused()),
            ("run/1", name, paused()),
            ("run/1", "r1", Event(RunPaused(reason=""), id=name)),
        ]
        if len(name) != 501:  # a causation may be longer: a name and its version
            attempts.append(("run/1", "r1", Event(RunPaused(reason=""), causation=name or "\x00")))
        for stream, run, event in attempts:
            with pytest.raises(UnfitEvent):
                append(log, stream, event, run=run)
        assert places(log) == []

    def test_an_id_may_not_pose_as_a_place(self, log: EventLog) -> None:
        with pytest.raises(UnfitEvent, match="place"):
            append(log, "run/1", Event(RunPaused(reason=""), id="run/2@0"))

    def test_an_expected_version_below_any_is_refused(self, log: EventLog) -> None:
        with pytest.raises(UnfitEvent, match="-3"):
            append(log, "run/1", paused(), expected=-3)

    def test_an_event_larger_than_the_limit_is_refused_and_the_log_goes_on(self, log: EventLog) -> None:
        with pytest.raises(UnfitEvent, match="16777216"):
            append(log, "run/1", PackedEvent("RunPaused", 1, bytes(64 * 2**20)))  # type: ignore[arg-type]
        assert append(log, "run/1", paused()).position == 1

    @pytest.mark.parametrize("foreign", [object(), {1}, 2**70])
    def test_a_payload_that_is_not_plain_is_refused(self, log: EventLog, foreign: object) -> None:
        append(log, "run/1", paused())
        with pytest.raises(UnfitEvent, match="plain"):
            append(log, "run/1", Event(RunPaused(reason="x", extra=foreign)), expected=0)  # type: ignore[call-arg]
        assert places(log) == [1]

    def test_lone_surrogates_in_a_text_are_mended(self, log: EventLog) -> None:
        append(log, "run/1", paused("a\ud83d!"))
        (event,) = log.read_stream("run/1")
        assert event.fact() == RunPaused(reason="a\ufffd!")

    def test_an_unknown_event_can_be_kept_and_read_but_not_understood(self, log: EventLog) -> None:
        packed = PackedEvent("FromTheFuture", 9, pack({"x": 1, "y": [2, None]}))
        log.append("run/1", [packed], expected=NO_STREAM, correlation="r1")
        (event,) = log.read_all(types=["FromTheFuture"])
        assert (event.schema, event.payload) == (9, packed.payload)
        with pytest.raises(UnknownFact, match="FromTheFuture"):
            event.fact()

    # ---- reading ------------------------------------------------------------------------------------------------

    def test_a_stream_is_read_after_a_version_and_up_to_a_position(self, log: EventLog) -> None:
        for number in range(4):
            append(log, "run/1", paused(str(number)), expected=number - 1)
            append(log, "run/2", paused(str(number)), expected=number - 1)
        assert [event.version for event in log.read_stream("run/1", after=1)] == [2, 3]
        assert [event.version for event in log.read_stream("run/1", upto=5)] == [0, 1, 2]
        assert [event.version for event in log.read_stream("run/1", after=0, upto=4)] == [1]

    def test_filters_are_exact_and_combine(self, log: EventLog) -> None:
        self._mixed(log)
        every = list(log.read_all())
        kinds = [(), ("RunPaused",), ("RunPaused", "RunResumed"), ("RunResumed", "NoSuchType"), ("NoSuchType",)]
        categories = [(), ("run",), ("episode", "run"), ("nothing",)]
        runs = [None, "r1", "r9", "unknown"]
        for types, within, run in itertools.product(kinds, categories, runs):
            for after, upto in [(0, None), (3, 11), (20, 4)]:
                found = list(log.read_all(after, types=types, categories=within, correlation=run, upto=upto))
                assert found == [
                    e
                    for e in every
                    if e.position > after
                    and (upto is None or e.position <= upto)
                    and (not types or e.type in types)
                    and (not within or e.category in within)
                    and (run is None or e.correlation == run)
                ]

    def test_a_long_log_is_read_in_order_whatever_the_page(self, log: EventLog) -> None:
        events = [paused(str(n)) if n % 3 else resumed(str(n)) for n in range(2500)]
        append(log, "run/1", *events)
        assert places(log) == list(range(1, 2501))
        assert places(log, types=["RunPaused", "RunResumed"]) == list(range(1, 2501))
        assert places(log, types=["RunResumed"]) == list(range(1, 2501, 3))
        assert [e.version for e in log.read_stream("run/1")] == list(range(2500))

    def test_a_reading_ends_where_the_log_ended_when_it_began(self, log: EventLog) -> None:
        append(log, "run/1", paused())
        seen = 0
        for event in log.read_all():
            seen += 1
            append(log, "run/1", paused(str(seen)), expected=event.version)
        assert seen == 1

    def test_the_clock_may_go_backwards_the_order_does_not(self, log: EventLog) -> None:
        for number in range(4):
            append(log, "run/1", paused(str(number)), expected=number - 1)
        times = [event.time for event in log.read_all()]
        assert times != sorted(times)
        assert places(log) == [1, 2, 3, 4]

    # ---- the chain ----------------------------------------------------------------------------------------------

    def test_the_chain_holds_over_everything_recorded(self, log: EventLog) -> None:
        self._mixed(log)
        found = verify(log)
        assert (found.ok, found.events, found.first_bad, found.problem) == (True, 24, None, None)
        assert found.head == log.head().hash.hex()

    def test_verification_goes_on_from_where_it_was(self, log: EventLog) -> None:
        self._mixed(log)
        *_, tenth = log.read_all(upto=10)
        found = verify(log, after=Head(10, tenth.hash))
        assert (found.ok, found.events) == (True, 24)
        assert verify(log, after=Head(10, b"another history")).first_bad == 11

    def test_the_chain_can_be_followed_by_anybody(self, log: EventLog) -> None:
        self._mixed(log)
        trace = Trace()
        for e in log.read_all():
            own = None if e.id == f"{e.stream}@{e.version}" else e.id
            row = (
                e.position,
                e.stream,
                e.version,
                own,
                e.type,
                e.schema,
                e.time,
                e.correlation,
                e.causation,
                e.payload,
            )
            assert trace.problem_with((*row, e.hash)) is None

    # ---- the end ------------------------------------------------------------------------------------------------

    def test_closing_twice_is_harmless_and_a_closed_log_says_so(self, log: EventLog) -> None:
        log.close()
        log.close()
        with pytest.raises(Exception, match="closed"):
            append(log, "run/1", paused())

    def _mixed(self, log: EventLog) -> None:
        for number in range(6):
            append(log, "run/1", paused(str(number)), expected=number - 1)
            append(log, "episode/1", resumed(str(number)), expected=number - 1, run="r9")
            append(log, "runner", Event(RunPaused(reason="x"), id=f"id{number}"), expected=ANY)
            append(log, f"run/{number + 10}", paused(), run=f"r{number}")


def ticking() -> Iterator[int]:
    """A clock that goes forward, jumps back an hour, and goes forward again."""
    yield from (1_000_000, 2_000_000, -3_600_000_000_000)
    yield from itertools.count(3_000_000, 1_000_000)
