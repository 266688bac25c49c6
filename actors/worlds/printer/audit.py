"""The audit of a scenario: may it enter the registry, or does it pay to play the rubric there instead of the trade?

`commonest` is not asked here: on the case whose answer is the commonest one it is right, and should be. Whether always
giving that answer pays is a question to a set (`audit_set`), where it must be an F on average.
"""

from __future__ import annotations

from collections.abc import Sequence

from actors.worlds.port import Scenario
from actors.worlds.printer import baselines

EACH = ("nothing", "every_cause", "keywords", "echo", "replace_all")
"""Test agents that must be an F on every single scenario."""
PASS = 60.0
"""Points from which on an average is no F."""


def audit(scenario: Scenario) -> list[str]:
    """What speaks against a scenario; empty if it may enter the registry."""
    gold = baselines.play("gold", scenario)
    found = [] if gold.grade == "A" else [f"gold gets {gold.points:g} ({gold.grade}), not an A: {_why(gold.feedback)}"]
    for name in EACH:
        judged = baselines.play(name, scenario)
        if judged.grade != "F":
            found.append(f"{name} gets {judged.points:g} ({judged.grade}), not an F")
    return found


def audit_set(scenarios: Sequence[Scenario]) -> list[str]:
    """What speaks against a set of at least two scenarios: a test agent, other than gold, that is no F on average."""
    if len(scenarios) < 2:
        return []
    found = []
    for name in baselines.described():
        mean = sum(baselines.play(name, scenario).points for scenario in scenarios) / len(scenarios)
        if name != "gold" and mean >= PASS:
            found.append(f"{name} gets {mean:.1f} on average, not an F")
    return found


def _why(feedback: Sequence[str]) -> str:
    return "; ".join(line for line in feedback if not line.startswith("right:")) or "no reason is given"
