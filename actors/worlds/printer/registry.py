"""The registry: named sets of scenarios, from this package, from Python, and from installed packages.

An installed package offers sets by an entry point of the group `journeyman.scenarios`. It names a list of records or
scenarios, a function that returns one, or the path of a scenario file. Nothing of it is imported before somebody asks.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from actors.worlds.port import Scenario
from actors.worlds.printer.casebook import to_scenario
from actors.worlds.printer.datafile import DATA
from actors.worlds.printer.record import Record
from actors.worlds.printer.scenario_file import load_scenarios
from actors.worlds.printer.vocabulary import near

GROUP = "journeyman.scenarios"
_CURATED = "real-world cases that ship with Journeyman"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

Case = Record | Scenario
Offer = Iterable[Case] | Callable[[], Iterable[Case]] | str | Path


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """What the list of sets says about one of them.

    Attributes:
        about: one line.
        count: of scenarios; 0 if it cannot be loaded.
        difficulties, types, machines: how many of each.
        trouble: why it cannot be loaded; empty if it can.
    """

    name: str
    about: str
    count: int = 0
    difficulties: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    machines: dict[str, int] = field(default_factory=dict)
    trouble: str = ""


class Registry:
    """Named sets of scenarios; a name means one set for as long as the process lives."""

    def __init__(self) -> None:
        self._offers: dict[str, tuple[str, Offer]] = {"curated": (_CURATED, DATA / "curated.yaml")}
        self._loaded: dict[str, list[Scenario]] = {}

    def register(self, name: str, scenarios: Offer, *, about: str = "registered from Python") -> None:
        """Add a set.

        Parameters:
            name: small letters, digits, dots, dashes, underscores.
            scenarios: records or scenarios, a function that returns them, or the path of a scenario file.
            about: one line for the list.

        Raises:
            ValueError: the name is not possible or taken.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{name}` cannot name a set: small letters, digits, `.`, `-`, `_`, at most 64, no blanks")
        if name in self._known():
            raise ValueError(f"there is a set `{name}` already: {self._known()[name][0]}")
        kept = scenarios if callable(scenarios) or isinstance(scenarios, str | Path) else list(scenarios)
        self._offers[name] = (about, kept)

    def names(self) -> list[str]:
        """Names of all sets, in alphabetical order."""
        return sorted(self._known())

    def sets(self) -> list[ScenarioSet]:
        """All sets with what is in them; one that cannot be loaded says why."""
        return [self._described(name, about) for name, (about, _) in sorted(self._known().items())]

    def load(self, name: str) -> list[Scenario]:
        """The scenarios of a set, or the one scenario that has this id in some set.

        Raises:
            LookupError: unknown name, with near matches; or a set that cannot be loaded, with the reason.
        """
        if name in self._known():
            return deepcopy(self._open(name))
        by_id: dict[str, Scenario] = {}
        for scenario in (one for known in self.names() for one in self._if_open(known)):
            by_id.setdefault(scenario.id, scenario)
        if name in by_id:
            return [deepcopy(by_id[name])]
        close = near(name, [*self.names(), *by_id])
        hint = f"; did you mean {' or '.join(f'`{one}`' for one in close)}?" if close else "."
        raise LookupError(f"no scenario or set is called `{name}`{hint} Sets: {', '.join(self.names())}")

    def _known(self) -> dict[str, tuple[str, Offer]]:
        offered: dict[str, tuple[str, Offer]] = {
            entry.name: (f"offered by {entry.dist.name if entry.dist else 'an installed package'}", _entry(entry.load))
            for entry in entry_points(group=GROUP)
        }
        return {**offered, **self._offers}

    def _open(self, name: str) -> list[Scenario]:
        if name not in self._loaded:
            try:
                self._loaded[name] = _scenarios(self._known()[name][1])
            except Exception as error:  # a foreign set may fail in any way; the message needs its name
                raise LookupError(f"the set `{name}` cannot be loaded: {error}") from error
        return self._loaded[name]

    def _if_open(self, name: str) -> list[Scenario]:
        try:
            return self._open(name)
        except LookupError:
            return []

    def _described(self, name: str, about: str) -> ScenarioSet:
        try:
            found = self._open(name)
        except LookupError as error:
            return ScenarioSet(name, about, trouble=str(error))
        return ScenarioSet(
            name,
            about,
            len(found),
            dict(Counter(scenario.difficulty for scenario in found)),
            dict(Counter(fault["type"] for scenario in found for fault in scenario.key["faults"])),
            dict(Counter(scenario.tags["machine"] for scenario in found)),
        )


def seed_of(case: str) -> int:
    """The seed of a written case, from its id alone: the same printer unit everywhere and always."""
    return int.from_bytes(hashlib.blake2b(case.encode(), digest_size=4).digest(), "big")


def _entry(load: Callable[[], Offer]) -> Callable[[], Iterable[Case]]:
    return lambda: _cases(load())


def _cases(offer: Offer) -> Iterable[Case]:
    if isinstance(offer, str | Path):
        return load_scenarios(offer)
    return offer() if callable(offer) else offer


def _scenarios(offer: Offer) -> list[Scenario]:
    found = [to_scenario(case, seed=seed_of(case.id)) if isinstance(case, Record) else case for case in _cases(offer)]
    strange = next((case for case in found if not isinstance(case, Scenario)), None)
    if strange is not None:
        raise TypeError(f"a set holds records or scenarios, not {type(strange).__name__}")
    twice = [case for case, times in Counter(scenario.id for scenario in found).items() if times > 1]
    if twice:
        raise ValueError(f"the id `{twice[0]}` occurs twice")
    return found


REGISTRY = Registry()
"""The registry of this process."""
