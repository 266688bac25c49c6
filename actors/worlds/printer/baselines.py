"""Test agents that ship with the world: one that knows the key, and those that play the rubric instead of the trade.

Some work at the bench; others only write a text, which the evaluator reads as it reads any advice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from actors.worlds.port import Act, Judgement, Scenario
from actors.worlds.printer import case, evaluator, repair, rubric
from actors.worlds.printer.bench import TARGET, PrinterBench
from actors.worlds.printer.problem import causes, problems, type_of
from actors.worlds.printer.submission import MOST_CAUSES, MOST_PROBLEMS

Plain = dict[str, Any]
Player = Callable[[PrinterBench, Plain], None]


def nothing(bench: PrinterBench, key: Plain) -> None:
    """Leaves at once."""


def gold(bench: PrinterBench, key: Plain) -> None:
    """Is handed the key and carries out the reference repair."""
    for act in case.reference(key).acts:
        bench.act(act)


def every_cause(bench: PrinterBench, key: Plain) -> None:
    """Names as many problems and causes as the form takes, the commonest first, and repairs nothing."""
    _submit(bench, _by_rate()[:MOST_CAUSES], done=False)


def replace_all(bench: PrinterBench, key: Plain) -> None:
    """Replaces every part of the machine, and names the commonest causes."""
    for part in repair.offers(bench.printer.machine)["replace"]:
        bench.act(Act("replace", {TARGET["replace"]: part}))
    _submit(bench, _by_rate()[:MOST_CAUSES], done=True)


def commonest(bench: PrinterBench, key: Plain) -> None:
    """Always gives the commonest answer, and the repair that belongs to it."""
    first = _by_rate()[0]
    for parameter in causes()[first].effects:
        part, name = parameter.split(".")
        tool = bench.printer.machine.parts[part].parameters[name].remedy
        bench.act(Act(tool, {TARGET[tool]: parameter if tool == "adjust" else part}))
    _submit(bench, [first], done=True)


PLAYERS: dict[str, Player] = {
    "gold": gold,
    "nothing": nothing,
    "every_cause": every_cause,
    "replace_all": replace_all,
    "commonest": commonest,
}
"""Test agents that work at the bench."""


def keywords(scenario: Scenario) -> str:
    """Writes the name of every problem and every cause."""
    return _every_name()


def echo(scenario: Scenario) -> str:
    """Gives the ticket back."""
    return "\n".join([scenario.brief["user"], *scenario.brief["symptoms"]])


WRITERS: dict[str, Callable[[Scenario], str]] = {"keywords": keywords, "echo": echo}
"""Test agents that only write."""


def described() -> dict[str, str]:
    """All test agents and one line each."""
    return {name: (agent.__doc__ or "").strip() for name, agent in (*PLAYERS.items(), *WRITERS.items())}


def play(name: str, scenario: Scenario) -> Judgement:
    """Let a test agent play a scenario on a fresh bench, and judge it.

    Raises:
        KeyError: if there is no such test agent.
    """
    if name in WRITERS:
        return evaluator.judge_text(scenario, WRITERS[name](scenario))
    bench = case.open_bench(scenario.key)
    PLAYERS[name](bench, scenario.key)
    return rubric.judge(scenario.key, bench.final(), case.reference(scenario.key).par)


@cache
def _every_name() -> str:
    named = [name for problem in problems().values() for name in (problem.title, *problem.aliases)]
    named += [name for cause in causes().values() for name in (cause.title, *cause.aliases)]
    return "; ".join(named)


def _by_rate() -> list[str]:
    rates = {c: problems()[type_of(c)].rate * found.share for c, found in causes().items()}
    return sorted(rates, key=lambda c: (-rates[c], c))


def _submit(bench: PrinterBench, named: list[str], *, done: bool) -> None:
    types = list(dict.fromkeys(type_of(cause) for cause in named))[:MOST_PROBLEMS]
    claims = [{"cause": cause, "probability": 1.0} for cause in named]
    message = "It may be: " + "; ".join(causes()[cause].title for cause in named)
    bench.act(Act("submit", {"problems": types, "causes": claims, "done": done, "message": message}))
