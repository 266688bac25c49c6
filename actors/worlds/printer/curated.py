"""The curated cases: what really goes wrong on people's desks, as `data/curated.yaml` tells it."""

from __future__ import annotations

from functools import cache

from actors.worlds.port import Scenario
from actors.worlds.printer.casebook import to_scenario
from actors.worlds.printer.datafile import DATA
from actors.worlds.printer.problem import problems
from actors.worlds.printer.record import Record
from actors.worlds.printer.registry import seed_of
from actors.worlds.printer.scenario_file import load_scenarios
from actors.worlds.printer.vocabulary import named_type, near_types


@cache
def curated_records() -> tuple[Record, ...]:
    """The curated cases as their authors wrote them, answers included."""
    return tuple(load_scenarios(DATA / "curated.yaml"))


class RealWorldScenarios:
    """The curated cases, whole or filtered; each call gives fresh scenarios."""

    @staticmethod
    def get_all_scenarios() -> list[Scenario]:
        """All curated cases, in the order of the file."""
        return [to_scenario(record, seed=seed_of(record.id)) for record in curated_records()]

    @staticmethod
    def get_beginner_scenarios() -> list[Scenario]:
        """The easy ones."""
        return [scenario for scenario in RealWorldScenarios.get_all_scenarios() if scenario.difficulty == "easy"]

    @staticmethod
    def get_advanced_scenarios() -> list[Scenario]:
        """The hard ones."""
        return [scenario for scenario in RealWorldScenarios.get_all_scenarios() if scenario.difficulty == "hard"]

    @staticmethod
    def get_by_problem_type(problem: str) -> list[Scenario]:
        """The cases in which a problem of this type (id, title or alias) has a part; may be none.

        Raises:
            LookupError: there is no such type, or the word may mean several; the text lists them.
        """
        found = named_type(problem)
        if len(found) != 1:
            close = found or near_types(problem)
            hint = f"; did you mean {' or '.join(f'`{one}`' for one in close)}?" if close else "."
            raise LookupError(f"no problem type is called `{problem}`{hint} Known: {', '.join(problems())}")
        return [
            scenario
            for scenario in RealWorldScenarios.get_all_scenarios()
            if any(fault["type"] == found[0] for fault in scenario.key["faults"])
        ]
