"""The printer world behind the World port."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from actors.worlds.port import Act, Bench, Judgement, Limits, Scenario
from actors.worlds.printer import baselines, case, generator, rubric
from actors.worlds.printer.component import components
from actors.worlds.printer.problem import problems
from actors.worlds.printer.tools import TOOLS

Plain = dict[str, Any]

RULES = """\
You repair 3D printers. A customer describes a fault; the machine stands on your bench. There may be one to three
faults at once, and the customer may be wrong about the cause. Look, measure, test; repair what is at fault and nothing
else; check with a test print; then hand in your findings with `submit`.

Every act costs minutes and euros, listed in the brief under "offers" as [minutes, euros]. Answers to your acts are JSON
with "findings": each has a sign (where and what), a value, what is normal on this machine, and a state.
Replacing a part says that it was at fault. A wrong accusation weighs more than a miss. A machine that is not repaired
scores low, whatever is said about it. Never switch thermal protection off. State only work that you did.
"""


class PrinterWorld:
    """3D printers to repair."""

    name = "printer"
    rubric = rubric.DEFAULT.name
    limits = Limits(turns=60, minutes=300.0, money=250.0)

    @property
    def categories(self) -> dict[str, float]:
        """Points that each category can give."""
        weights = rubric.DEFAULT
        return {
            "identification": weights.identification,
            "root_cause": weights.root_cause,
            "solution": weights.solution,
            "communication": weights.communication,
        }

    def rules(self) -> tuple[str, ...]:
        """The trade, and the public catalogue."""
        return RULES, _catalogue()

    def tools(self) -> tuple[Plain, ...]:
        """The technician's tools."""
        return TOOLS

    def generate(
        self, *, seed: int, index: int, difficulty: str, held_out: bool, kinds: tuple[str, ...] = ()
    ) -> Scenario:
        """A generated scenario."""
        return generator.generate(seed, index, difficulty, held_out=held_out, kinds=frozenset(kinds))

    def named(self, name: str) -> list[Scenario]:
        """A set of the registry, or one scenario of it."""
        from actors.worlds.printer import registry  # noqa: PLC0415 - reads the curated files only when asked for

        return registry.REGISTRY.load(name)

    def open(self, key: Plain) -> Bench:
        """The case on the table."""
        return case.open_bench(key)

    def judge(self, key: Plain, final: Plain) -> Judgement:
        """Outcome first."""
        return rubric.judge(key, final, case.reference(key).par)

    def rubric_fields(self) -> Plain:
        """The rubric's fields as they are, for one that is to be changed."""
        return rubric.DEFAULT.model_dump()

    def judged_by(self, fields: Plain) -> tuple[str, Callable[[Plain, Plain], Judgement]]:
        """Another rubric: its name, and how it judges.

        Args:
            fields: those that differ from the world's own.

        Raises:
            ValueError: an unknown field, a wrong value, or weights that do not make 100.
        """
        other = rubric.Rubric.model_validate(fields)
        return other.name, lambda key, final: rubric.judge(key, final, case.reference(key).par, other)

    def reference(self, key: Plain) -> list[Act]:
        """The cheapest acts that set the case right."""
        return list(case.reference(key).acts)

    def remedies(self, key: Plain) -> dict[str, list[str]]:
        """What cured each cause."""
        return case.reference(key).remedies

    def baselines(self) -> dict[str, str]:
        """Test agents and what they do."""
        return baselines.described()

    def play_baseline(self, name: str, scenario: Scenario) -> Judgement:
        """A test agent at a fresh bench."""
        return baselines.play(name, scenario)


@cache
def _catalogue() -> str:
    listed = {
        "problems": {
            key: {"title": problem.title, "causes": {c: found.title for c, found in problem.causes.items()}}
            for key, problem in problems().items()
        },
        "parts": {key: part.name for key, part in components().items()},
    }
    return json.dumps({"catalogue": listed}, separators=(",", ":"))


WORLD = PrinterWorld()
