"""The rubric, outcome first: claims against the key, the repair against the machine, words against the ledger.

Weights 40 / 30 / 20 / 10. A wrong accusation weighs more than a miss (F0.5), and who replaces a part has accused it.
Not repaired: capped below D. Thermal protection off: nothing. `success` and points are two numbers, never one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from actors.worlds.port import Judgement
from actors.worlds.printer.component import components
from actors.worlds.printer.machine import machines
from actors.worlds.printer.print_job import print_model
from actors.worlds.printer.printer import draw
from actors.worlds.printer.problem import causes, type_of
from actors.worlds.printer.submission import Submission

Plain = dict[str, Any]

GRADES = (("A", 90.0), ("B", 80.0), ("C", 70.0), ("D", 60.0), ("F", 0.0))
MINUTE = 0.5
"""Euros that a minute of the technician's time counts."""
HOT_PARTS = ("heater", "thermistor", "bed_heater", "bed_thermistor", "psu", "mains", "mainboard")
"""Parts at which heat or mains is at hand: the customer must be told to switch off and let cool."""
SAFETY = re.compile(r"unplug|switch(ed)? (it )?off|power(ed)? (it )?off|disconnect|cool|mains", re.IGNORECASE)


class Rubric(BaseModel):
    """Weights and caps.

    Attributes:
        waste: how often the reference repair's cost may be used again until nothing is left of the solution's points.
        cap: most points without a repair.
        falsehood: points lost for a false statement about one's own work.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "printer outcome 1"
    identification: float = 40.0
    root_cause: float = 30.0
    solution: float = 20.0
    communication: float = 10.0
    waste: float = 8.0
    cap: float = 49.0
    falsehood: float = 20.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        weights = (self.identification, self.root_cause, self.solution, self.communication)
        if min(*weights, self.falsehood, self.cap) < 0 or self.waste <= 0:
            raise ValueError("points must not be negative, and waste must be more than 0")
        if abs(sum(weights) - 100.0) > 1e-6:
            raise ValueError(f"the weights of the four categories make {sum(weights):g}; they must make 100")
        return self


DEFAULT = Rubric()


def f_half(right: float, wrong: float, missed: float) -> float:
    """F0.5: precision weighs double. All arguments are weights of claims; 0 if nothing right was claimed."""
    if right <= 0.0:
        return 0.0
    return 1.25 * right / (1.25 * right + 0.25 * missed + wrong)


def grade(points: float) -> str:
    """The letter for so many points."""
    return next(letter for letter, least in GRADES if points >= least)


def judge(key: Plain, final: Plain, par: float, rubric: Rubric = DEFAULT) -> Judgement:
    """Score what was left behind.

    Args:
        key: the case's key.
        final: the bench's `final()`.
        par: cost of the reference repair in euros, time included.
        rubric: weights and caps.
    """
    submission = Submission.model_validate(final["submission"] or {})
    true = [fault["cause"] for fault in key["faults"]]
    induced = [cause for cause in final.get("induced", ()) if cause not in true]
    submission = _without(submission, induced, true)
    accused = _accused(final["ledger"], [*true, *induced])
    repaired, open_points = is_repaired(key, final["values"])
    work = [entry["path"] for entry in final["ledger"]]
    words, false_claims = _communication(submission, true, work, repaired)
    categories = {
        "identification": rubric.identification * _identification(submission, true, accused),
        "root_cause": rubric.root_cause * _root_cause(submission, true, accused),
        "solution": rubric.solution * (1.0 - _waste(final, par, rubric)) if repaired else 0.0,
        "communication": rubric.communication * words,
    }
    points = sum(categories.values()) - rubric.falsehood * bool(false_claims)
    points = max(min(points, 100.0 if repaired else rubric.cap), 0.0) if final.get("protected", True) else 0.0
    return Judgement(
        success=int(repaired and final.get("protected", True)),
        points=round(points, 3),
        grade=grade(points),
        categories={name: round(value, 3) for name, value in categories.items()},
        feedback=_feedback(submission, true, accused, open_points, false_claims, final),
        detail={
            "true": true,
            "accused": accused,
            "open": open_points,
            "false_claims": false_claims,
            "par": round(par, 2),
        },
    )


def _without(submission: Submission, induced: Sequence[str], true: Sequence[str]) -> Submission:
    """The claims but for what the repair itself has spoiled: to name that is neither right nor wrong."""
    others = {type_of(cause) for cause in induced} - {type_of(cause) for cause in true}
    return submission.model_copy(
        update={
            "causes": [claim for claim in submission.causes if claim.cause not in induced],
            "problems": [problem for problem in submission.problems if problem not in others],
        }
    )


def is_repaired(key: Plain, values: Mapping[str, float]) -> tuple[bool, list[str]]:
    """Hidden state in its limits, nothing new broken, and a good acceptance print with a seed of its own.

    Returns:
        the verdict, and what is still open.
    """
    machine = machines()[key["machine"]]
    open_points = [name for name, p in machine.parameters.items() if not p.in_order(values[name])]
    result = print_model(machine, values, "long", draw(key["seed"], "acceptance"))
    if not result.good:
        off = [f"{f.sign} is {f.state}" for f in result.findings if f.state != "normal"]
        open_points += [f"acceptance print: {', '.join(off[:4])}"]
    return not open_points, open_points


def cost(ledger: Sequence[Plain]) -> float:
    """Euros of a ledger, time included."""
    return sum(MINUTE * float(entry["minutes"]) + float(entry["money"]) for entry in ledger)


def _accused(ledger: Sequence[Plain], true: Sequence[str]) -> list[str]:
    """Parts that were replaced although no true cause sits on them: accusations by deed."""
    touched = {cause.partition(".")[0] for cause in true}
    touched |= {parameter.partition(".")[0] for cause in true for parameter in causes()[cause].effects}
    replaced = {entry["path"].partition(":")[2] for entry in ledger if entry["path"].startswith("replace:")}
    return sorted(replaced - touched)


def _identification(submission: Submission, true: Sequence[str], accused: Sequence[str]) -> float:
    truth, stated = {type_of(cause) for cause in true}, set(submission.problems)
    return f_half(len(truth & stated), len(stated - truth) + len(accused), len(truth - stated))


def _root_cause(submission: Submission, true: Sequence[str], accused: Sequence[str]) -> float:
    claimed: dict[str, float] = {}
    for claim in submission.causes:
        claimed[claim.cause] = max(claimed.get(claim.cause, 0.0), claim.probability)
    right = sum(p for cause, p in claimed.items() if cause in true)
    wrong = sum(p for cause, p in claimed.items() if cause not in true)
    return f_half(right, wrong + len(accused), len(set(true)) - right)


def _waste(final: Plain, par: float, rubric: Rubric) -> float:
    """Share of the solution's points that needless cost takes: 0 at par, 1 at `rubric.waste` times par more."""
    return min(max(cost(final["ledger"]) / max(par, 1.0) - 1.0, 0.0) / rubric.waste, 1.0)


def _communication(
    submission: Submission, true: Sequence[str], work: Sequence[str], repaired: bool
) -> tuple[float, list[str]]:
    """Share of the communication points, and false statements about one's own work."""
    false_claims = [path for path in submission.work if path not in work]
    if submission.done and not repaired:
        false_claims.append("done")
    message = submission.message.lower()
    if not message.strip():
        return 0.0, false_claims
    changes = [path for path in work if path.split(":")[0] in _CHANGES]
    told = len(set(changes) & set(submission.work)) / len(set(changes)) if changes else 0.0
    named = sum(any(term in message for term in _terms(cause)) for cause in set(true)) / len(set(true))
    hot = any(path.partition(":")[2].startswith(HOT_PARTS) for path in changes)
    safe = 1.0 if not hot or SAFETY.search(message) else 0.0
    return 0.4 * told + 0.4 * named + 0.2 * safe * (named > 0), false_claims


_CHANGES = frozenset({"adjust", "clean", "tighten", "reseat", "lubricate", "dry", "replace"})


def _terms(cause: str) -> list[str]:
    part = components()[cause.partition(".")[0]]
    return [cause, cause.replace(".", " "), causes()[cause].title, *causes()[cause].aliases, part.name, *part.aliases]


def _feedback(
    submission: Submission,
    true: Sequence[str],
    accused: Sequence[str],
    open_points: Sequence[str],
    false_claims: Sequence[str],
    final: Plain,
) -> tuple[str, ...]:
    """Lines for the reflector and for people."""
    stated = {claim.cause for claim in submission.causes}
    lines = [f"right: {cause}" for cause in true if cause in stated]
    lines += [f"missed: {cause}" for cause in true if cause not in stated]
    lines += [f"wrongly named: {cause}" for cause in sorted(stated - set(true))]
    lines += [f"replaced without need: {part}" for part in accused]
    lines += [f"still open: {point}" for point in open_points]
    lines += [f"not so: {claim}" for claim in false_claims]
    if not final.get("protected", True):
        lines.append("unsafe: thermal protection was left off")
    return tuple(lines)
