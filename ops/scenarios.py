"""Scenarios for people: read from files, found by name, generated, audited by the test agents of their world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from actors.worlds import catalogue
from actors.worlds.port import Scenario, World
from ops.failures import WrongUse

Plain = dict[str, Any]

GOLD, BEST, WORST = "gold", "A", "F"
LUCKY = "commonest"
"""The test agent that is right whenever the answer happens to be the commonest one: it is judged over a set only."""
PASSING = 60.0
"""Points from which a score is better than an F."""
SET = 5
"""Scenarios from which the lucky agent's mean says something about a set."""
ATTEMPTS = 20
"""Generated scenarios that are tried for each one that is asked for."""


def read_file(world: str, file: str) -> list[Scenario]:
    """The scenarios of a file.

    Raises:
        WrongUse: there is no such file, or the world keeps no scenario files.
        Exception: the world's own error, with `problems`, each with file, line, field and text.
    """
    if not Path(file).is_file():
        raise WrongUse(f"{file}: there is no such file")
    seed_of, to_scenario = module_of(world, "registry").seed_of, module_of(world, "casebook").to_scenario
    return [to_scenario(one, seed=seed_of(one.id)) for one in module_of(world, "scenario_file").load_scenarios(file)]


def template(world: str) -> str:
    """A file to start from, valid as it stands. Raises WrongUse as `read_file`."""
    text: str = module_of(world, "scenario_file").template()
    return text


def record(world: str, scenario: Scenario) -> Plain:
    """A scenario as a record of a scenario file. Raises WrongUse as `read_file`."""
    written: Plain = module_of(world, "written").to_record(scenario).model_dump(mode="json")
    return written


def generate(world: str, *, count: int, seed: int, difficulty: str, held_out: bool = False) -> Iterator[Plain]:
    """Records of generated scenarios that stay sound when they are read back from a file.

    Raises:
        WrongUse: too few sound ones are to be had for this seed and difficulty.
    """
    trade = catalogue.load(world)
    found = 0
    for index in range(count * ATTEMPTS):
        if found == count:
            return
        written = record(world, trade.generate(seed=seed, index=index, difficulty=difficulty, held_out=held_out))
        if not flaws(trade, _read_back(world, written)):
            found += 1
            yield written
    if found < count:
        raise WrongUse(f"only {found} of {count * ATTEMPTS} generated scenarios stay sound as records; ask for fewer")


def flaws(world: World, scenario: Scenario) -> list[Plain]:
    """Where a test agent does better or worse on a scenario than it may: gold must get an A, the others an F."""
    found = []
    for name in world.baselines():
        if name == LUCKY:
            continue
        judged = world.play_baseline(name, scenario)
        wanted = BEST if name == GOLD else WORST
        if judged.grade != wanted:
            text = f"test agent '{name}' gets {judged.grade} ({judged.points:.1f}); it must get {wanted}"
            found.append({"scenario": scenario.id, "agent": name, "points": judged.points, "text": text})
    return found


def doubts(world: str, written: Plain) -> list[str]:
    """What the test agents have against a record, in words. Raises as `read_file`."""
    return [str(flaw["text"]) for flaw in flaws(catalogue.load(world), _read_back(world, written))]


def audit(world: World, scenarios: list[Scenario]) -> list[Plain]:
    """The flaws of each scenario, and of the set as a whole."""
    found = [flaw for scenario in scenarios for flaw in flaws(world, scenario)]
    if len(scenarios) >= SET and LUCKY in world.baselines():
        points = [world.play_baseline(LUCKY, scenario).points for scenario in scenarios]
        mean = sum(points) / len(points)
        if mean >= PASSING:
            text = f"always giving the commonest answer gets {mean:.1f} on the whole set; vary the causes"
            found.append({"scenario": "", "agent": LUCKY, "points": mean, "text": text})
    return found


def validate(world: str, file: str) -> Plain:
    """The object of `scenarios validate --json`: what is wrong with a file's form, or else with its cases."""
    try:
        scenarios = read_file(world, file)
    except WrongUse:
        raise
    except Exception as error:
        problems = getattr(error, "problems", None)
        if not isinstance(problems, list | tuple):
            raise
        return {"file": file, "ok": False, "scenarios": 0, "problems": [asdict(one) for one in problems], "flaws": []}
    found = audit(catalogue.load(world), scenarios)
    return {"file": file, "ok": not found, "scenarios": len(scenarios), "problems": [], "flaws": found}


def listed(scenarios: Iterable[Scenario]) -> list[Plain]:
    """What a list says of each scenario; the key stays out of it."""
    return [
        {"id": s.id, "title": s.title, "source": s.source, "difficulty": s.difficulty, "tags": s.tags}
        for s in scenarios
    ]


def _read_back(world: str, written: Plain) -> Scenario:
    reread = module_of(world, "record").Record.model_validate(written)
    scenario: Scenario = module_of(world, "casebook").to_scenario(
        reread, seed=module_of(world, "registry").seed_of(reread.id)
    )
    return scenario


def module_of(world: str, name: str) -> ModuleType:
    """A module of a world's folder by convention: worlds with scenario files have `scenario_file` and its kin.

    Raises:
        LookupError: unknown world.
        WrongUse: the world has no such module.
    """
    place = catalogue.WORLDS.get(world)
    if place is None:
        catalogue.load(world)
    full = f"{place.rpartition('.')[0]}.{name}" if place else ""
    if not full or find_spec(full) is None:
        what = "judges no answers from outside" if name == "evaluator" else "keeps no scenario files"
        raise WrongUse(f"the world '{world}' {what}")
    return import_module(full)
