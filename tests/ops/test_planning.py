"""Before a comparison it is said what it can find, by how much earlier pairs differed."""

from __future__ import annotations

import pytest

from events.log import open_log
from ops.planning import ASSUMED, plan_line, planned
from skillbooks.statistics import detectable_effect
from tests.recorded_run import Telling


def story(pairs: int) -> Telling:
    told = Telling("r1").start(1, held_out=pairs)
    for n in range(pairs):
        told.episode(n, 40.0, phase="held_out", arm="without", scenario=f"h{n}")
        told.episode(n, 40.0 + 20 * (n % 2), phase="held_out", arm="with", scenario=f"h{n}")
    return told.finish()


def test_without_earlier_pairs_the_spread_is_assumed_and_said_to_be() -> None:
    found = planned(None, 40)
    assert (found["from"], found["deviation"]) == ("assumed", ASSUMED)
    assert found["detectable"] == round(detectable_effect(ASSUMED, 40), 2)


@pytest.mark.parametrize(("pairs", "origin"), [(12, "r1"), (4, "assumed")])
def test_earlier_pairs_tell_the_spread_if_there_are_enough(pairs: int, origin: str) -> None:
    with open_log("memory://") as log:
        story(pairs).write(log)
        found = planned(log, 100)
    assert found["from"] == origin
    assert (found["detectable"] < 3.5) == (origin == "r1")
    assert "100 pairs find a difference" in plan_line(found)
