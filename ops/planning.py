"""Before a comparison: the smallest difference that so many pairs can find, by what earlier pairs differed."""

from __future__ import annotations

from typing import Any

from events.log import EventLog
from skillbooks.comparison import WITH, WITHOUT, paired
from skillbooks.runs import read_run, read_runs
from skillbooks.statistics import detectable_effect, deviation

Plain = dict[str, Any]
ASSUMED = 40.0
"""Deviation of the pairs' differences, in points, where nothing was ever compared: two of five flip by 60 points."""
FEWEST = 10
POWER = 0.8


def planned(log: EventLog | None, pairs: int) -> Plain:
    """What a comparison of so many pairs will be able to see; the object `planned` of `evaluate --json`.

    Args:
        log: where earlier comparisons are; None if there is none.
        pairs: that are to be played.
    """
    spread, origin = ASSUMED, "assumed"
    for run in reversed(read_runs(log)) if log is not None else ():
        if run.settings.get("held_out") and run.command in ("train", "evaluate") and log is not None:
            whole = read_run(log, run.run)
            earlier = paired(whole.played("held_out", WITHOUT), whole.played("held_out", WITH))
            if len(earlier) >= FEWEST:
                spread, origin = deviation([b.points - a.points for a, b in earlier]), run.run
                break
    detectable = round(detectable_effect(spread, pairs, power=POWER), 2)
    return {"n": pairs, "detectable": detectable, "power": POWER, "deviation": round(spread, 2), "from": origin}


def plan_line(plan: Plain) -> str:
    """The same for people."""
    return (
        f"{plan['n']} pairs find a difference of {plan['detectable']:.1f} points in {plan['power']:.0%} of cases "
        f"(pairs differ by {plan['deviation']:.1f}, {plan['from']})"
    )
