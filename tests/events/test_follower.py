"""A followed projection takes each event exactly once, whatever dies; a poison event stops it or is parked."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.event import RecordedEvent
from events.follower import Follower, PoisonEvent, followers
from events.log import open_log
from events.projection import fold
from events.snapshot import Snapshot
from events.sqlite import SqliteLog
from tests.contracts.eventlog import append, paused
from tests.events.test_projection import Reasons


class Squeamish(Reasons):
    """Cannot take the reason `poison`."""

    def evolve(self, state: tuple[str, ...], recorded: RecordedEvent) -> tuple[str, ...]:
        if recorded.fact().reason == "poison":  # type: ignore[attr-defined]
            raise ValueError("spat it out")
        return super().evolve(state, recorded)


def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'x.db'}"


def test_a_follower_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    for number in range(3):
        with open_log(url(tmp_path)) as log:
            append(log, "run/1", paused(str(number)), expected=number - 1)
            reasons = Reasons()
            follower = Follower(log, reasons)
            assert follower.catch_up() == 1
            assert follower.catch_up() == 0
            assert reasons.evolved == 1
            assert follower.state == fold(log, Reasons()).state


def test_state_and_checkpoint_are_stored_together_or_not_at_all(tmp_path: Path) -> None:
    """The store fails when the page is to be kept: the next follower begins at the last checkpoint, not after it."""
    with open_log(url(tmp_path)) as log:
        assert isinstance(log, SqliteLog)
        append(log, "run/1", paused("0"))
        Follower(log, Reasons()).catch_up()
        append(log, "run/1", paused("1"), expected=0)

        def fail(_: Snapshot) -> bool:
            raise OSError("the power went out")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(log, "keep_snapshot", fail)
            with pytest.raises(OSError, match="power"):
                Follower(log, Reasons()).catch_up()
        again = Follower(log, Reasons())
        assert (again.state, again.position) == (("0",), 1)
        again.catch_up()
        assert again.state == ("0", "1")


def test_a_poison_event_stops_the_follower_before_it_and_is_named(tmp_path: Path) -> None:
    with open_log(url(tmp_path)) as log:
        append(log, "run/1", paused("0"), paused("poison"), paused("2"))
        for _ in range(2):
            follower = Follower(log, Squeamish())
            with pytest.raises(PoisonEvent, match=r"event 2 .*spat it out.*poison='park'"):
                follower.catch_up()
            assert (follower.state, follower.position) == (("0",), 1)
        mended = Follower(log, Reasons())
        mended.catch_up()
        assert mended.state == ("0", "poison", "2")


def test_a_poison_event_is_parked_with_those_behind_it_and_everybody_can_see_it(tmp_path: Path) -> None:
    with open_log(url(tmp_path)) as log:
        append(log, "run/1", paused("0"), paused("poison"), paused("2"))
        append(log, "run/2", paused("3"))
        Follower(log, Squeamish(), poison="park").catch_up()
    with open_log(url(tmp_path)) as log:
        append(log, "run/1", paused("4"), expected=2)
        follower = Follower(log, Squeamish(), poison="park")
        follower.catch_up()
        assert follower.state == ("0", "3")
        (seen,) = followers(log)
        assert (seen["name"], seen["position"], seen["behind"]) == ("reasons#1", 5, 0)
        assert [parked["position"] for parked in seen["parked"]] == [2, 3, 5]
        assert "spat it out" in seen["parked"][0]["error"]
