"""A world of three faults that has nothing to do with any other: a bakery, for what must hold in every trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actors.worlds.port import Act, Plain, Scenario, ToolResult

FAULTS = {
    "oven.cold": ("pale_loaf", "check:thermometer", "temperature", "low", "mend:heater"),
    "yeast.old": ("flat_loaf", "check:jar", "bubbles", "few", "mend:jar_contents"),
    "tin.bent": ("odd_loaf", "check:ruler", "gap", "wide", "mend:shape"),
}
"""Cause -> problem, the look that shows it, what it shows there and in which state, the cure."""

OFFERS: dict[str, dict[str, dict[str, list[float]]]] = {
    "questions": {"ask": {"habits": [2.0, 0.0]}},
    "looks": {"check": {"thermometer": [3.0, 0.0], "jar": [4.0, 0.0], "ruler": [5.0, 0.0], "flour": [9.0, 6.0]}},
    "trials": {"bake": {"loaf": [12.0, 1.0]}},
    "changes": {"mend": {"heater": [6.0, 3.0], "jar_contents": [5.0, 1.0], "shape": [4.0, 0.0], "roof": [15.0, 8.0]}},
}


@dataclass
class ToyBench:
    """A bakery with one fault."""

    fault: str
    minutes: float = 0.0
    money: float = 0.0
    submission: Plain | None = None

    def act(self, act: Act) -> ToolResult:
        path = f"{act.name}:{act.arguments.get('on', '')}"
        if act.name == "submit":
            self.submission = act.arguments
            return ToolResult({}, done=True)
        minutes, money = next(tools[act.name] for tools in OFFERS.values() if act.name in tools)[act.arguments["on"]]
        self.minutes += minutes
        self.money += money
        return ToolResult(self._shown(path), minutes, money)

    def _shown(self, path: str) -> Plain:
        if self.fault and path == FAULTS[self.fault][4]:
            self.fault = ""
        shown: Plain = {"findings": []}
        for cause, (_, look, what, state, _) in FAULTS.items():
            if path == look:
                found = state if cause == self.fault else "normal"
                shown["findings"].append({"sign": f"{look}/{what}", "state": found})
        if path == "bake:loaf":
            shown["good"] = not self.fault
            shown["findings"].append({"sign": "bake:loaf/taste", "state": "bad" if self.fault else "normal"})
        return shown

    def final(self) -> Plain:
        return {"submission": self.submission, "mended": not self.fault}


class Bakery:
    """As much of the World port as it takes to play."""

    def rules(self) -> tuple[str, ...]:
        listed = ", ".join(
            f'"{problem}":{{"title":"{problem}","causes":{{"{cause}":"{cause}"}}}}'
            for cause, (problem, *_) in FAULTS.items()
        )
        return "You bake.", f'{{"catalogue":{{"problems":{{{listed}}},"parts":{{}}}}}}'

    def tools(self) -> tuple[Plain, ...]:
        schema = {"type": "object", "properties": {"on": {"type": "string"}}}
        names = [name for tools in OFFERS.values() for name in tools]
        return tuple({"name": name, "description": name, "parameters": schema} for name in [*names, "submit"])

    def open(self, key: Plain) -> ToyBench:
        return ToyBench(key["fault"])


def case(fault: str, **brief: Any) -> Scenario:
    told = {"user": "The bread is no good.", "symptoms": [], "offers": OFFERS} | brief
    return Scenario("toy", "toy", "toy", "easy", told, {"fault": fault})
