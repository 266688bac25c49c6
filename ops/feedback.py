"""Feedback from service: recorded, held against the version before, and a version that does worse is taken back."""

from __future__ import annotations

from typing import Any

from events.book_facts import FeedbackGiven
from events.errors import WrongExpectedVersion
from events.event import Event
from events.log import EventLog
from ops.failures import WrongUse
from ops.standings import roll_back, standing_of
from skillbooks.skillbook import load_book
from skillbooks.watch import Alarm, watch

Plain = dict[str, Any]
ATTEMPTS = 200


def give(log: EventLog, name: str, version: int | None, points: float, *, task: str = "", by: str = "") -> Plain:
    """Record how a task went, and roll the book back if the alarm is raised; the object of `skills feedback --json`.

    Args:
        log: open for writing.
        name: of the book.
        version: that the task was done with; None: the current one.
        points: from 0 to 100.
        task: its name.
        by: who says so.

    Raises:
        WrongUse: the points are no points, or nothing was ever promoted.
        LookupError: the log has no such book or version.
    """
    if not 0 <= points <= 100:  # noqa: PLR2004 - the scale of all points
        raise WrongUse(f"--points {points:g} must be from 0 to 100")
    found = standing_of(log, name)
    used = found.current if version is None else load_book(log, name, version).version
    if not used:
        raise WrongUse(f"no version of '{name}' is in service yet; promote one, or say --version")
    _append(log, name, FeedbackGiven(skillbook=name, version=used, points=points, task=task, by=by))
    alarm = alarm_of(log, name)
    told: Plain = {"skillbook": name, "version": used, "points": points, "watch": alarm.plain(), "rolled_back": None}
    if alarm.raised:
        reason = f"live points fell: evidence {alarm.evidence:g} after {alarm.n} tasks"
        told["rolled_back"] = roll_back(
            log, name, found.earlier, reason=reason, by="watch", evidence=alarm.plain(), texts=False
        )
    return told


def alarm_of(log: EventLog, name: str) -> Alarm:
    """What live feedback says of the current version, beside the one that was current before it."""
    found = standing_of(log, name)
    points: dict[int, list[float]] = {}
    for event in log.read_stream(f"feedback/{name}"):
        fact = event.fact()
        if isinstance(fact, FeedbackGiven) and (fact.version != found.current or event.position > found.since):
            points.setdefault(fact.version, []).append(fact.points)
    return watch(points.get(found.earlier, []), points.get(found.current, []))


def _append(log: EventLog, name: str, fact: FeedbackGiven) -> None:
    stream = f"feedback/{name}"
    for _ in range(ATTEMPTS):
        try:
            written = log.append(stream, [Event(fact)], expected=log.version(stream), correlation=stream)
        except WrongExpectedVersion:
            continue
        if not written.duplicate:
            return
    raise WrongUse(f"feedback on '{name}' is being written by others without a pause; try again")
