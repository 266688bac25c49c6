"""The catalogue of instruments: what can be measured on a printer, in which minutes, with which parts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actors.worlds.printer.finding import Finding
from actors.worlds.printer.machine import Machine

Values = Mapping[str, float]
Reading = Callable[[Machine, Values, random.Random], list[Finding]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One way to measure.

    Attributes:
        name: as the agent calls it.
        about: one line for the catalogue; says what is done, not what it would mean.
        minutes: of the technician's time.
        needs: parts that the machine must have.
        powered: True if the machine must come on.
    """

    name: str
    about: str
    minutes: float
    needs: tuple[str, ...]
    powered: bool
    read: Reading


INSTRUMENTS: dict[str, Instrument] = {}
"""All instruments by name; the modules beside this one fill it."""


def instrument(about: str, minutes: float, *needs: str, powered: bool = True) -> Callable[[Reading], Reading]:
    """Put a reading into the catalogue under its function's name."""

    def keep(read: Reading) -> Reading:
        INSTRUMENTS[read.__name__] = Instrument(read.__name__, about, minutes, needs, powered, read)
        return read

    return keep


def at(name: str, what: str) -> str:
    """The sign of what an instrument shows."""
    return f"measure:{name}/{what}"
