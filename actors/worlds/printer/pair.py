"""Pairs of faults that act on each other, from `data/pairs.yaml`: what they show together, hide, or bring about."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from actors.worlds.printer.component import parameters
from actors.worlds.printer.datafile import read_data
from actors.worlds.printer.machine import Machine, machines
from actors.worlds.printer.problem import causes, possible


class Pair(BaseModel):
    """Two causes that act on each other; the data file says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[int, ...]
    title: str
    kind: Literal["worsens", "masks", "follows"]
    causes: tuple[str, str]
    machine: str
    slight: dict[str, float] = {}
    sign: str = ""
    alone: tuple[str, str] = ("normal", "normal")
    together: str = ""
    after: str = ""
    history: str | None = None

    def fits(self, machine: Machine) -> bool:
        """True if this model can have both."""
        return all(possible(cause, machine) for cause in self.causes)


@cache
def pairs() -> dict[str, Pair]:
    """All pairs by name.

    Raises:
        DataInvalid: a user's own entry is not in order.
    """
    file = read_data("pairs.yaml")
    found = {key: file.build(Pair, key, value) for key, value in file.plain.items()}
    for key, pair in found.items():
        for cause in pair.causes:
            if cause not in causes():
                file.refuse((key, "causes"), f"there is no cause '{cause}'")
        for parameter in pair.slight:
            if parameter not in parameters():
                file.refuse((key, "slight", parameter), "there is no such parameter")
        if pair.machine not in machines() or not pair.fits(machines()[pair.machine]):
            file.refuse((key, "machine"), f"it must be a model that can have both; there are {', '.join(machines())}")
        if (pair.kind == "follows") != bool(pair.after) or (pair.kind == "follows") == bool(pair.sign):
            file.refuse((key, "kind"), "what follows says `after`; what worsens or masks says `sign`")
    return found
