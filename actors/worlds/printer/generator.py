"""The scenario generator: faults by how often they occur, machines, owners who talk in many ways; all from a seed.

Training and held-out scenarios come from different random streams, and never share a combination of machine, cause and
voice. Causes of practice are spread evenly over their rates (an additive recurrence), so that a short training meets
the everyday mix and not a lucky dip of it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from actors.worlds.port import Scenario
from actors.worlds.printer import case, rubric
from actors.worlds.printer.bench import offers
from actors.worlds.printer.casebook import machine_brief
from actors.worlds.printer.component import components
from actors.worlds.printer.machine import Machine, machines
from actors.worlds.printer.pair import pairs
from actors.worlds.printer.printer import VirtualPrinter, draw
from actors.worlds.printer.problem import ProblemSeverity, causes, possible, problems, type_of
from actors.worlds.printer.voices import tell, voices, work_groups

Plain = dict[str, Any]

GOLDEN = 0.6180339887498949
"""Step of the additive recurrence: the golden ratio covers the unit interval most evenly."""
MIX = (("easy", 0.4), ("medium", 0.4), ("hard", 0.2))
FAULTS = {"easy": (1,), "medium": (1, 2), "hard": (2, 3)}
SEVERITIES = {
    "easy": (ProblemSeverity.MAJOR, ProblemSeverity.CRITICAL),
    "medium": (ProblemSeverity.MODERATE, ProblemSeverity.MAJOR),
    "hard": (ProblemSeverity.MINOR, ProblemSeverity.MODERATE),
}
PAIR_SHARE = 0.3
"""Share of hard cases whose first two faults act on each other, as `data/pairs.yaml` has it."""
HELD_OUT_SHARE = 4
"""One in so many combinations of machine, cause and voice is kept for the held-out sets."""
ATTEMPTS = 200


class ScenarioGenerator:
    """Scenarios of one seed; the same seed gives the same scenarios everywhere."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._next = 0

    def generate_scenario(self, difficulty: str = "mixed") -> Scenario:
        """The next scenario of this seed.

        Raises:
            ValueError: if the difficulty is not easy, medium, hard or mixed.
        """
        self._next += 1
        return generate(self.seed, self._next - 1, difficulty, held_out=False)

    def generate_batch(self, count: int, difficulty: str = "mixed") -> list[Scenario]:
        """The next `count` scenarios."""
        return [self.generate_scenario(difficulty) for _ in range(count)]


def generate(
    seed: int, index: int, difficulty: str, *, held_out: bool, kinds: frozenset[str] = frozenset()
) -> Scenario:
    """The `index`-th scenario of a seed and set; with `kinds`, its first fault is of one of these problem types.

    Raises:
        ValueError: if the difficulty or a problem type is unknown.
    """
    if not kinds <= set(problems()):
        unknown = ", ".join(sorted(kinds - set(problems())))
        raise ValueError(f"unknown problem type '{unknown}'; known are {', '.join(problems())}")
    if difficulty not in (*FAULTS, "mixed"):
        raise ValueError(f"unknown difficulty '{difficulty}'; known are {', '.join(FAULTS)} and mixed")
    stream = "held-out" if held_out else "practice"
    for attempt in range(ATTEMPTS):
        rng = draw("scenario", seed, stream, index, attempt)
        level = _level(seed, stream, index) if difficulty == "mixed" else difficulty
        key = _key(seed, stream, index, attempt, level, rng, held_out=held_out, kinds=kinds)
        if key is not None and sound(key):
            return _scenario(key, f"{stream}-{seed}-{index:05d}", level, rng)
    raise RuntimeError(f"no sound scenario found in {ATTEMPTS} attempts for seed {seed}, index {index}, {difficulty}")


def kept_out(machine: str, cause: str, voice: str) -> bool:
    """True if this combination belongs to the held-out sets."""
    digest = hashlib.blake2b(f"{machine}|{cause}|{voice}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % HELD_OUT_SHARE == 0


def sound(key: Plain) -> bool:
    """True if each fault alone spoils the acceptance print and the reference repair is an A: it can be learned from."""
    for fault in key["faults"]:
        alone = case.set_up({**key, "faults": [fault]})
        if not _shows(alone, key):
            return False
    if "pair" in key:
        both = case.set_up(key)
        if not (_shows(both, key) and both.observations()):
            return False  # they hide each other so well that nobody would bring the machine in
    gold = case.reference(key)
    return rubric.judge(key, gold.final, gold.par).grade == "A"


def _shows(printer: VirtualPrinter, key: Plain) -> bool:
    _, open_points = rubric.is_repaired(key, printer.values)
    return any(point.startswith("acceptance") for point in open_points)


def describe(printer: VirtualPrinter, said: str, symptoms: list[str]) -> Plain:
    """The brief: the machine, the owner's words, and what can be done at this bench."""
    machine = printer.machine
    return {
        "machine": {**machine_brief(machine), "hours": round(printer.hours)},
        "user": said,
        "symptoms": symptoms,
        "offers": offers(machine),
    }


def _level(seed: int, stream: str, index: int) -> str:
    at, total = _spread(seed, stream, "difficulty", index), 0.0
    for level, share in MIX:
        total += share
        if at < total:
            return level
    return MIX[-1][0]


def _spread(seed: int, stream: str, what: str, index: int) -> float:
    return (draw(seed, stream, what).random() + index * GOLDEN) % 1.0


def _key(
    seed: int,
    stream: str,
    index: int,
    attempt: int,
    level: str,
    rng: random.Random,
    *,
    held_out: bool,
    kinds: frozenset[str],
) -> Plain | None:
    pair = _pair(seed, stream, index, attempt, kinds) if level == "hard" else None
    if pair is not None:
        return _paired(pair, rng, held_out=held_out)
    first = _cause_at(_spread(seed, stream, "cause", index) if attempt < ATTEMPTS // 4 else rng.random(), kinds)
    machine = machines()[rng.choice([m for m, model in machines().items() if possible(first, model)])]
    voice = rng.choice(list(voices()))
    chosen = _companions([first], rng.choice(FAULTS[level]), machine, rng)
    if any(kept_out(machine.id, cause, voice) != held_out for cause in chosen):
        return None
    return _written(machine, voice, chosen, SEVERITIES[level], rng, history=lambda: _history(first, rng))


def _pair(seed: int, stream: str, index: int, attempt: int, kinds: frozenset[str]) -> str | None:
    """The pair of this case, from a stream of its own; none for most cases, so that those stay as they are."""
    own = draw(seed, stream, "pair", index)
    known = [name for name, pair in pairs().items() if not kinds or type_of(pair.causes[0]) in kinds]
    if own.random() >= PAIR_SHARE or not known:
        return None
    return draw(seed, stream, "pair", index, attempt).choice(known)


def _paired(name: str, rng: random.Random, *, held_out: bool) -> Plain | None:
    pair = pairs()[name]
    machine = machines()[rng.choice([m for m, model in machines().items() if pair.fits(model)])]
    voice = rng.choice(list(voices()))
    chosen = _companions(list(pair.causes), rng.choice(FAULTS["hard"]), machine, rng)
    if any(kept_out(machine.id, cause, voice) != held_out for cause in chosen):
        return None

    def history() -> str | None:
        return pair.history or _history(chosen[0], rng)

    return {**_written(machine, voice, chosen, SEVERITIES["hard"], rng, history=history), "pair": name}


def _written(
    machine: Machine,
    voice: str,
    chosen: list[str],
    severities: tuple[ProblemSeverity, ...],
    rng: random.Random,
    *,
    history: Callable[[], str | None],
) -> Plain:
    """The key; what is open is drawn in this order."""
    faults = [{"type": type_of(c), "cause": c, "severity": str(rng.choice(severities))} for c in chosen]
    return {
        "machine": machine.id,
        "seed": rng.getrandbits(48),
        "hours": round(rng.uniform(20.0, 120.0), 1),
        "faults": faults,
        "voice": voice,
        "history": history(),
    }


@cache
def _rates(kinds: frozenset[str]) -> tuple[tuple[str, float], ...]:
    wanted = {cause: found for cause, found in causes().items() if not kinds or type_of(cause) in kinds}
    rates = {cause: problems()[type_of(cause)].rate * found.share for cause, found in wanted.items()}
    total, sums = sum(rates.values()), 0.0
    table = []
    for cause, rate in rates.items():
        sums += rate / total
        table.append((cause, sums))
    return tuple(table)


def _cause_at(place: float, kinds: frozenset[str] = frozenset()) -> str:
    return next((cause for cause, upto in _rates(kinds) if place < upto), _rates(kinds)[-1][0])


def _companions(first: list[str], count: int, machine: Machine, rng: random.Random) -> list[str]:
    """The first causes and others beside them that act on other parts."""
    chosen = list(first)
    while len(chosen) < count:
        other = _cause_at(rng.random())
        taken = {parameter.partition(".")[0] for cause in chosen for parameter in causes()[cause].effects}
        parts = {parameter.partition(".")[0] for parameter in causes()[other].effects}
        if possible(other, machine) and taken.isdisjoint(parts):
            chosen.append(other)
    return chosen


def _history(cause: str, rng: random.Random) -> str | None:
    """What was worked on before: often what has now failed, as often something else, or nothing that he mentions."""
    at = rng.random()
    if at < 0.3:
        return components()[cause.partition(".")[0]].group
    return rng.choice(work_groups()) if at < 0.6 else None


def _scenario(key: Plain, name: str, level: str, rng: random.Random) -> Scenario:
    printer = case.set_up(key)
    noticed = printer.observations()
    said, symptoms = tell(key["voice"], printer.machine.name, noticed, key["history"], rng)
    found = [fault["cause"] for fault in key["faults"]]
    return Scenario(
        id=name,
        title=f"{printer.machine.name}: {', '.join(noticed[:2]).replace('_', ' ')}",
        source="generated",
        difficulty=level,
        brief=describe(printer, said, symptoms),
        key=key,
        tags={
            "machine": key["machine"],
            "voice": key["voice"],
            "difficulty": level,
            "fault": type_of(found[0]),
            "causes": "|".join(found),
        },
    )
