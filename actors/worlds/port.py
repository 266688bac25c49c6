"""The World port: what every world offers to practise in. Worlds are pure and seeded, and know no model, no runtime.

A world is a folder `actors/worlds/NAME` whose module `world` offers `WORLD`, an object of this protocol, and one line
in `actors/worlds/catalogue.py`. Its contract suite is `tests/contracts/world.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Plain = dict[str, Any]
Difficulty = Literal["easy", "medium", "hard", "mixed"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case, cut in two: the brief may be seen, the key may not.

    Attributes:
        id: name of the scenario; says nothing about its faults.
        title: one line for lists that no agent sees.
        source: where it is from (generated, curated, a file).
        difficulty: easy, medium or hard.
        brief: plain values that the agent gets; `brief["offers"]` lists what can be done here and what it costs:
            kind (`questions`, `looks`, `trials`, `changes`) -> tool -> target -> [minutes, euros].
        key: plain values that only world, evaluator and reflector get.
        tags: what statistics may be cut by: machine, voice, faults, difficulty.
    """

    id: str
    title: str
    source: str
    difficulty: str
    brief: Plain
    key: Plain
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the world answers to one tool call.

    Attributes:
        data: plain values, shown to the agent as JSON. `data["findings"]` lists what was observed, each
            `{"sign": "test_print/gaps", "value": …, "unit": …, "normal": …, "state": "high"}`. After a trial of the
            whole, `data["good"]` says whether all was well. Wrong use is answered with `data["error"]`.
        minutes: time that it took in the world.
        money: what it cost in the world, in euros.
        done: True when the call was the closing act.
    """

    data: Plain
    minutes: float = 0.0
    money: float = 0.0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rubric says; the two numbers `success` and `points` are never merged."""

    success: int
    points: float
    grade: str
    categories: dict[str, float]
    feedback: tuple[str, ...]
    detail: Plain


@dataclass(frozen=True, slots=True)
class Act:
    """A tool call as the world sees it: a name and plain arguments."""

    name: str
    arguments: Plain


@dataclass(frozen=True, slots=True)
class Limits:
    """What an episode may use before it is cut off: turns of the agent, minutes and euros in the world."""

    turns: int
    minutes: float
    money: float


class Bench(Protocol):
    """One scenario set up for work: the simulated machine with its tools, minutes and money running."""

    def act(self, act: Act) -> ToolResult:
        """Carry out one call. Wrong use is an answer that says what is allowed, never an exception."""
        ...

    @property
    def minutes(self) -> float:
        """Minutes used so far."""
        ...

    @property
    def money(self) -> float:
        """Euros used so far."""
        ...

    def final(self) -> Plain:
        """Plain values that describe the machine as it is left: state, ledger of acts, submission."""
        ...


class World(Protocol):
    """A trade to practise: scenarios, a bench to work at, a rubric to be judged by."""

    name: str
    rubric: str
    categories: dict[str, float]
    limits: Limits

    def rules(self) -> tuple[str, ...]:
        """System blocks: the trade and the rules of an episode, then the public catalogue as JSON. Constant.

        The catalogue is `{"problems": {type: {"title", "causes": {cause: title}}}, "parts": {part: name}}`: names only,
        no link from an observation to a cause or from a cause to a repair.
        """
        ...

    def tools(self) -> tuple[Plain, ...]:
        """Tools as `{"name", "description", "parameters": JSON schema}`."""
        ...

    def generate(
        self, *, seed: int, index: int, difficulty: str, held_out: bool, kinds: tuple[str, ...] = ()
    ) -> Scenario:
        """The `index`-th scenario of a seed: a pure function. Training and held-out sets never share a combination.

        With `kinds`, one whose first problem is of one of these types.

        Raises:
            ValueError: unknown difficulty or type; the text lists those that there are.
        """
        ...

    def named(self, name: str) -> list[Scenario]:
        """A set of the registry (`curated`, …) or one scenario by its id.

        Raises:
            LookupError: unknown name; the text lists near matches.
        """
        ...

    def open(self, key: Plain) -> Bench:
        """Set the bench up from a key."""
        ...

    def judge(self, key: Plain, final: Plain) -> Judgement:
        """Score what was left behind. Pure: same key and final state, same judgement."""
        ...

    def reference(self, key: Plain) -> list[Act]:
        """The reference repair: the cheapest acts that set this case right, ending with the right submission."""
        ...

    def remedies(self, key: Plain) -> dict[str, list[str]]:
        """What cured this case, as is told afterwards: true cause -> the acts that the reference repair took for it.

        Acts are written as paths, `tool:target`.
        """
        ...

    def baselines(self) -> dict[str, str]:
        """Test agents that ship with the world: name and one line each (gold, nothing, every_cause, …)."""
        ...

    def play_baseline(self, name: str, scenario: Scenario) -> Judgement:
        """Let a test agent play a scenario on a fresh bench, and judge it."""
        ...
