"""Promotion: a version is played against the current one on fresh scenarios, and the gate decides which is current."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from configs.settings import Settings
from events.book_facts import GateEvaluated, SkillbookPromoted
from events.log import EventLog, open_log
from ops import books
from ops.console.legend import legend_of
from ops.failures import WrongUse
from ops.logs import open_for_reading, placed
from ops.pens import Change, Page, write
from ops.standings import standing_of
from skillbooks.comparison import WITH, WITHOUT, paired
from skillbooks.gate import Decision, Rule, decide
from skillbooks.runs import Episode, read_run
from skillbooks.skillbook import Skillbook, stream_of

Plain = dict[str, Any]
Pairs = list[tuple[Episode, Episode]]
STEP = 20
"""Pairs between two looks."""
PlayedRun = Callable[[Settings, str], str]
"""Plays an evaluation with these settings against a book, and says the run's name."""


def promote(settings: Settings, reference: str, rule: Rule, play: PlayedRun, *, by: str = "") -> Plain:
    """Let the gate decide about a version; the object of `skills promote --json`.

    Args:
        settings: what is played and where; its seed and the number of earlier gates decide the scenarios.
        reference: NAME or NAME@VERSION; the latest if none is said.
        rule: of the gate.
        play: plays.
        by: who asked.

    Raises:
        WrongUse: the version is current already.
        LookupError: the log has no such book or version.
    """
    with open_for_reading(settings.store) as log:
        book = books.load(log, reference)
        found = standing_of(log, book.name)
        looked = sum(event.type == GateEvaluated.fact_name for event in log.read_stream(stream_of(book.name)))
    if book.version == found.current:
        raise WrongUse(f"{book.name}@{book.version} is the current version already")
    against = f"{book.name}@{found.current}" if found.current else "none"
    pairs, runs, decision = _played(settings, book, against, rule, play, looked)
    with open_log(placed(settings.store)) as log:
        return _recorded(log, book, against, found.current, rule, decision, runs, by) | {"n": len(pairs)}


def _played(
    settings: Settings, book: Skillbook, against: str, rule: Rule, play: PlayedRun, looked: int
) -> tuple[Pairs, list[str], Decision]:
    pairs: Pairs = []
    runs: list[str] = []
    maxima = legend_of(settings.world).categories
    decision = decide(pairs, rule, maxima)
    while not decision.over:
        count = min(STEP if rule.method == "sequential" else rule.most, rule.most - len(pairs))
        fresh = {"held_out": count, "seed": _seed(settings.seed, book.name, looked, len(runs))}
        chosen = settings.model_copy(update={"skillbook": f"{book.name}@{book.version}", **fresh})
        runs.append(play(chosen, against))
        with open_for_reading(settings.store) as log:
            run = read_run(log, runs[-1])
        new = paired(run.played("held_out", WITHOUT), run.played("held_out", WITH))
        if not new:
            raise WrongUse(
                f"run {runs[-1]}: not a single pair could be scored; see `journeyman report --run {runs[-1]}`"
            )
        pairs += new
        decision = decide(pairs, rule, maxima)
    return pairs, runs, decision


def _seed(seed: int, name: str, looked: int, batch: int) -> int:
    """Fresh scenarios for every gate and batch, the same ones whenever the same gate is run on the same log."""
    told = hashlib.blake2b(f"gate/{seed}/{name}/{looked}/{batch}".encode(), digest_size=4).digest()
    return int.from_bytes(told)


def _recorded(
    log: EventLog, book: Skillbook, against: str, current: int, rule: Rule, decision: Decision, runs: list[str], by: str
) -> Plain:
    gate = GateEvaluated(
        skillbook=book.name, version=book.version, against=against, run=",".join(runs), passed=decision.passed,
        method=rule.method, alpha=rule.alpha, margin=rule.margin, n=decision.n, difference=decision.difference,
        bound=decision.bound, evidence=decision.evidence, categories=decision.categories, flips_won=decision.won,
        flips_lost=decision.lost, reasons=decision.reasons,
    )  # fmt: skip

    def told(page: Page) -> Change:
        promoted = SkillbookPromoted(
            skillbook=book.name, version=book.version, sha256=book.sha256, previous=current,
            gate=f"{stream_of(book.name)}@{page.version + 1}", by=by,
        )  # fmt: skip
        return Change(before=[gate], after=lambda _: [promoted] if decision.passed else [])

    write(log, book.name, told, by=f"gate/{book.name}")
    return {**gate.model_dump(mode="json"), "promoted": decision.passed, "current": standing_of(log, book.name).current}


def promote_by_hand(log: EventLog, reference: str, *, reason: str, by: str) -> Plain:
    """Make a version current on a person's word, without a gate.

    Raises:
        LookupError: the log has no such book or version.
    """
    book = books.load(log, reference)
    previous = standing_of(log, book.name).current
    fact = SkillbookPromoted(
        skillbook=book.name, version=book.version, sha256=book.sha256, previous=previous, gate="person", by=by,
        reason=reason,
    )  # fmt: skip
    write(log, book.name, lambda _: Change(before=[fact]), by=f"gate/{book.name}")
    return {
        "skillbook": book.name,
        "version": book.version,
        "promoted": True,
        "gate": "person",
        "current": book.version,
    }
