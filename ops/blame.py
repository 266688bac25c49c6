"""Blame: where a skill comes from, version by version, down to the episodes and their scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from events import facts
from events.event import RecordedEvent
from events.log import EventLog
from ops import books
from ops.failures import WrongUse
from ops.logs import moment
from skillbooks.delta import targets
from skillbooks.lineage import Lineage
from skillbooks.skillbook import stream_of

Plain = dict[str, Any]


def blame(log: EventLog, reference: str, skill: str) -> Plain:
    """The object of `skills blame --json`: each version of a skill with its delta, reflections, episodes, scores.

    Args:
        log: where to read.
        reference: NAME or NAME@VERSION of the book.
        skill: its id; retired ones too.

    Raises:
        WrongUse: the book never had such a skill; the text names the nearest.
    """
    name, last = books.named(reference)
    lineage, steps, known, version = Lineage(name), [], set(), 0
    before: Plain = {}
    begun = 0
    for event in log.read_stream(stream_of(name)):
        fact = event.fact()
        lineage.take(fact)
        if not isinstance(fact, facts.SkillsAccepted) or (last is not None and version >= last):
            continue
        version += 1
        for place, operation in enumerate(fact.operations):
            known.update(targets(operation))
            if skill in targets(operation):
                told = _step(event, fact, place, skill, before)
                told["lessons"] = list(_lessons(log, lineage, event, fact, place, begun))
                steps.append(told)
                before, begun = told["text"], event.position
    if not steps:
        raise WrongUse(f"skillbook '{name}' never had a skill '{skill}'; {_near(skill, known)}")
    text = steps[-1]["text"]
    standing = "retired" if steps[-1]["in_book"] is False else "in the book"
    return {"skillbook": name, "skill": skill, "status": standing, "text": text, "versions": steps}


def _step(event: RecordedEvent, fact: facts.SkillsAccepted, place: int, skill: str, before: Plain) -> Plain:
    operation = fact.operations[place]
    kind = operation["op"]
    own = operation.get("skill") or {}
    text = own if own.get("id") == skill else before
    gone = kind == "retire" or (kind == "merge" and own.get("id") != skill)
    return {
        "op": kind,
        "version": text.get("version", 1),
        "text": text,
        "changed": {key: [before.get(key), value] for key, value in text.items() if before.get(key) != value},
        "in_book": not gone,
        "reason": operation.get("reason", f"merged into {own.get('id')}" if gone else ""),
        "delta": {
            "version": fact.version,
            "position": event.position,
            "time": moment(event.time),
            "run": event.correlation,
            "wave": fact.wave,
            "curator": fact.curator,
        },
    }


def _lessons(
    log: EventLog, lineage: Lineage, event: RecordedEvent, fact: facts.SkillsAccepted, place: int, begun: int
) -> Iterator[Plain]:
    """The reflections behind one operation, each with its episode and score."""
    sources = fact.sources[place] if place < len(fact.sources) else ()
    if not sources and fact.wave >= 0:
        sources = tuple(_supposed(log, lineage, event.position, begun, fact.operations[place]))
    for name in sources:
        yield from _reflection(log, lineage, name)


def _supposed(log: EventLog, lineage: Lineage, position: int, begun: int, operation: Plain) -> Iterator[str]:
    """Deltas of the first releases name no episodes: those count whose lessons were about the same cause and new."""
    suspect = (operation.get("skill") or {}).get("suspect")
    for event in log.read_all(begun, types=[facts.LessonsProposed.fact_name], upto=position):
        fact = event.fact()
        if isinstance(fact, facts.LessonsProposed) and lineage.counts(fact.skillbook, event.position, fact.episode):
            about = [one.get("suspect") for one in fact.lessons]
            if suspect in about:
                yield fact.episode


def _reflection(log: EventLog, lineage: Lineage, name: str) -> Iterator[Plain]:
    for event in log.read_stream(f"lesson/{name}"):
        fact = event.fact()
        if isinstance(fact, facts.LessonsProposed):
            yield {
                "id": event.id,
                "position": event.position,
                "reflector": fact.reflector,
                "episode": name,
                "retracted": name in lineage.retracted,
                **_score(log, name),
            }


def _score(log: EventLog, name: str) -> Plain:
    told: Plain = {"scenario": "", "points": None, "grade": "", "success": None}
    for event in log.read_stream(f"episode/{name}"):
        fact = event.fact() if event.type in ("EpisodeStarted", "EpisodeScored") else None
        if isinstance(fact, facts.EpisodeStarted):
            told["scenario"] = fact.scenario
        elif isinstance(fact, facts.EpisodeScored):
            told |= {"points": fact.points, "grade": fact.grade, "success": fact.success}
    return told


def _near(skill: str, known: set[str]) -> str:
    from rapidfuzz import process  # noqa: PLC0415 - only a slip pays for the search

    near = ", ".join(str(found[0]) for found in process.extract(skill, sorted(known), limit=3))
    return f"nearest: {near}" if near else "it never had any"
