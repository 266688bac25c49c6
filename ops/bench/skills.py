"""Skillbooks at 10,000 skills: deltas, refolds, rendering, duplicates and memory, beside the shape of ace-framework.

The peer's parts are written again here as its code does them: a skill is a mutable object with counters and timestamps,
duplicates are looked for in a Python double loop over embeddings, a book is saved by writing all of it as JSON.
"""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from events.event import Event
from events.facts import SkillsAccepted
from events.log import EventLog, open_log
from ops.bench.rounds import Row, compare
from skillbooks.similarity import twins
from skillbooks.skill import strategy_id
from skillbooks.skillbook import Skillbook, load_book, stream_of

Plain = dict[str, Any]
DELTA, PEER_SKILLS, DIMENSIONS, BUDGET = 100, 200, 256, 8000
PEER = "ace-framework's way"
PARTS = ("belt", "nozzle", "heater", "filament", "bed", "fan", "spool", "wheel", "sensor", "cable", "frame", "driver")


@dataclass
class PeerSkill:
    """What ace-framework 0.13 keeps of a skill."""

    id: str
    section: str
    insight: str
    issue: str = ""
    keywords: list[str] = field(default_factory=list)
    occurrences: list[Plain] = field(default_factory=list)
    active: bool = True
    used_count: int = 0
    helpful_count: int = 0
    harmful_count: int = 0
    neutral_count: int = 0
    created_at: str = "2026-01-01T00:00:00+00:00"
    updated_at: str = "2026-01-01T00:00:00+00:00"


def compare_skillbooks(rounds: int, skills: int) -> list[Row]:
    """All rows. Times are of the processor, so that a busy machine changes them little."""
    texts = [_text(number) for number in range(skills)]
    added = [_added(text) for text in texts]
    book = Skillbook("b").after(added)
    more = [_added(_text(number)) for number in range(skills, skills + DELTA)]
    with open_log("memory://") as log:
        _fill(log, added)
        rows = [
            _within(f"delta of {DELTA} on {skills} skills", lambda: book.after(more), 1.0, rounds),
            _within(f"refold of {skills} skills from the log", lambda: load_book(log, "b"), 100.0, rounds),
            _within(f"render of {skills} skills, {BUDGET} tokens", lambda: _fresh(book).rendered(BUDGET), 10.0, rounds),
            _within("render again, same version", lambda: book.rendered(BUDGET), 0.1, rounds),
            _saved(book, more, rounds),
        ]
    return [*rows, _duplicates(texts, rounds), _memory(texts, added)]


def _text(number: int) -> str:
    part, other = PARTS[number % 12], PARTS[number // 12 % 12]
    return (
        f"When the {part} of machine {number} makes trouble at step {number * 7 % 9973}, look at the {other} first, "
        f"set it to {number * 13 % 7919}, and watch what print number {number * 17 % 6101} does before you replace it."
    )


def _added(text: str) -> Plain:
    return {"op": "add", "skill": {"id": strategy_id("t", text), "topic": "t", "strategy": text}}


def _fresh(book: Skillbook) -> Skillbook:
    return book.renamed("fresh")


def _fill(log: EventLog, added: list[Plain]) -> None:
    for number, begin in enumerate(range(0, len(added), DELTA)):
        fact = SkillsAccepted(version=number + 1, operations=tuple(added[begin : begin + DELTA]), curator="c", wave=0)
        log.append(stream_of("b"), [Event(fact)], expected=number - 1, correlation="bench")


def _within(work: str, does: Callable[[], object], aim: float, rounds: int) -> Row:
    """A row whose peer is the time that we promise: milliseconds of the processor."""
    took = []
    for _ in range(rounds + 1):
        begin = time.process_time()
        does()
        took.append((time.process_time() - begin) * 1000)
    ours = max(median(took[1:]), 0.001)
    ratio = round(aim / ours, 3)
    return Row(work, round(ours, 3), aim, "the promise", "ms", ratio, 1.0, ratio >= 1.0, rounds)


def _saved(book: Skillbook, more: list[Plain], rounds: int) -> Row:
    """A delta made durable: one event against a file that is written anew."""
    peers = {skill.id: PeerSkill(skill.id, skill.topic, skill.strategy) for skill in book.skills}

    def ours() -> int:
        with open_log("memory://") as log:
            fact = SkillsAccepted(version=2, operations=tuple(more), curator="c", wave=0)
            log.append(stream_of("b"), [Event(fact)], expected=-1, correlation="bench")
        return 1

    def theirs() -> int:
        for one in more:
            peers[one["skill"]["id"]] = PeerSkill(one["skill"]["id"], "t", one["skill"]["strategy"])
        json.dumps({"skills": {id_: asdict(skill) for id_, skill in peers.items()}}, indent=2)
        return 1

    return compare(
        "a delta written", ours, theirs, peer_name=f"{PEER}: all as JSON", unit="deltas/s", aim=50.0, rounds=rounds
    )


def _duplicates(texts: list[str], rounds: int) -> Row:
    """Pairs compared a second: all of a large book against a double loop over a small one."""
    import numpy as np  # noqa: PLC0415 - only this benchmark draws embeddings

    drawn = np.random.default_rng(0).normal(size=(PEER_SKILLS, DIMENSIONS)).tolist()

    def ours() -> int:
        twins(texts)
        return len(texts) * (len(texts) - 1) // 2

    def theirs() -> int:
        pairs = 0
        for place, one in enumerate(drawn):
            for other in drawn[place + 1 :]:
                a, b = np.array(one), np.array(other)
                float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))
                pairs += 1
        return pairs

    return compare(
        f"duplicates among {len(texts)} skills", ours, theirs, peer_name=f"{PEER}: a double loop", unit="pairs/s",
        aim=100.0, rounds=min(rounds, 3),
    )  # fmt: skip


def _memory(texts: list[str], added: list[Plain]) -> Row:
    """Bytes a skill in a folded book beside the peer's objects, the texts themselves included in both."""
    packed = json.dumps(added)
    ours = _grown(lambda: Skillbook("b").after(json.loads(packed)))
    told = json.dumps(texts)
    theirs = _grown(lambda: [PeerSkill(f"context-{n:05d}", "t", t) for n, t in enumerate(json.loads(told))])
    per, peer = ours / len(texts), theirs / len(texts)
    ratio = round(peer / per, 3)
    return Row("memory a skill", round(per, 1), round(peer, 1), PEER, "bytes", ratio, 1.0, ratio >= 1.0, 1)


def _grown(make: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    held = make()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del held
    return size
