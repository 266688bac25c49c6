"""A session's episodes for a person to judge: written as one JSON file, and read back with the verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events import facts
from events.event import Event
from events.log import Batch, EventLog
from ops.failures import WrongUse
from ops.reports import write_whole
from skillbooks.metrics import average
from skillbooks.runs import Episode, Run
from skillbooks.statistics import rate

Plain = dict[str, Any]

HOW = (
    "Fill in 'review' of each episode that you judge: verdict 'agree' or 'disagree' with the score, points (0 to 100) "
    "if you would give others, a comment and your name. Leave verdict null where you do not judge."
)


class Review(BaseModel):
    """What a reviewer says of one episode."""

    model_config = ConfigDict(extra="forbid")

    verdict: str | None = Field(default=None, pattern="^(agree|disagree)$")
    points: float | None = Field(default=None, ge=0, le=100)
    comment: str = Field(default="", max_length=4000)
    reviewer: str = Field(default="", max_length=200)


def export(log: EventLog, run: Run, file: Path) -> int:
    """Write every scored episode of a run for review; how many. Raises OSError."""
    shown = [_entry(log, played) for played in run.episodes.values() if played.scored]
    head = log.head()
    told = {"session": run.run, "position": head.position, "head": head.hash.hex(), "how": HOW, "episodes": shown}
    write_whole(file, json.dumps(told, indent=2, ensure_ascii=False, default=str) + "\n")
    return len(shown)


def take_in(log: EventLog, run: Run, file: Path) -> Plain:
    """Record the verdicts of a reviewed file, all or none, and sum them up.

    Raises:
        WrongUse: the file cannot be read, or is no review of this run; nothing is recorded.
    """
    verdicts = _read(file, run)
    batches = []
    for stream, review in verdicts.items():
        fact = facts.EpisodeReviewed(run=run.run, episode=stream, **review.model_dump())
        place = "review/" + stream.partition("/")[2]
        before = [event.fact() for event in log.read_stream(place)]
        if not before or before[-1] != fact:
            batches.append(Batch(place, (Event(fact),), len(before) - 1, run.run))
    if batches:
        log.append_many(batches)
    return _summed(run, verdicts)


def _entry(log: EventLog, played: Episode) -> Plain:
    answer: Plain = {}
    brief: Plain = {}
    for event in log.read_stream(played.stream):
        fact = event.fact()
        if isinstance(fact, facts.SubmissionMade):
            answer = fact.submission
        elif isinstance(fact, facts.ScenarioProposed):
            brief = {name: value for name, value in fact.brief.items() if name != "offers"}
    keys = log.read_stream("key/" + played.stream.partition("/")[2])
    truth = next((fact.key for fact in (event.fact() for event in keys) if isinstance(fact, facts.KeySealed)), {})
    return {
        "episode": played.stream,
        "scenario": played.scenario,
        "brief": brief,
        "answer": answer,
        "points": played.points,
        "grade": played.grade,
        "success": played.success,
        "feedback": list(played.feedback),
        "actual": truth,
        "review": Review().model_dump(),
    }


def _read(file: Path, run: Run) -> dict[str, Review]:
    """The verdicts by episode."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUse(f"{file}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise WrongUse(f"{file}: is not JSON: {error}") from error
    entries = told.get("episodes") if isinstance(told, dict) else None
    if not isinstance(entries, list) or told.get("session") != run.run:
        raise WrongUse(f"{file}: is no review of session '{run.run}'; write one with export_scenarios_for_review")
    found: dict[str, Review] = {}
    for number, entry in enumerate(entries):
        stream = entry.get("episode") if isinstance(entry, dict) else None
        if stream not in run.episodes:
            raise WrongUse(f"{file}: episodes[{number}].episode: the session has no episode '{stream}'")
        try:
            review = Review.model_validate(entry.get("review") or {})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise WrongUse(f"{file}: episodes[{number}].review.{field}: {first['msg']}") from error
        if review.verdict:
            found[str(stream)] = review
    return found


def _summed(run: Run, verdicts: dict[str, Review]) -> Plain:
    agreed = sum(review.verdict == "agree" for review in verdicts.values())
    estimate = rate(agreed, len(verdicts))
    moved = [r.points - run.episodes[stream].points for stream, r in verdicts.items() if r.points is not None]
    return {
        "reviewed": len(verdicts),
        "agreed": agreed,
        "agreement": round(estimate.value, 4),
        "interval": estimate.interval(4),
        "mean_difference": average(moved),
        "comments": {stream: review.comment for stream, review in verdicts.items() if review.comment},
    }
