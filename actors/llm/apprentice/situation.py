"""What the apprentice can read off a request: the catalogue, the offers, the skills, and all that has happened so far.

It reads the prompt that any model would get. What it keeps between two requests is only what a text means: the same
text is read once.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from actors.llm.port import Request
from skillbooks.rendering import parse
from skillbooks.skill import BRIEF, Skill
from skillbooks.words import stems

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be done: its path `tool:target`, its kind, minutes and euros."""

    path: str
    kind: str
    minutes: float
    money: float

    @property
    def price(self) -> float:
        """Minutes, with money counted at half a euro a minute."""
        return self.minutes + 2.0 * self.money


@dataclass(frozen=True, slots=True)
class Step:
    """One act that was carried out, and what it showed: where -> state."""

    path: str
    kind: str
    states: dict[str, str]
    good: bool | None = None


@dataclass
class Situation:
    """Everything that the apprentice knows at this turn.

    Attributes:
        titles: cause -> its title in the public catalogue; topics: cause -> problem type.
        offers: path -> offer.
        skills: in the order of the prompt.
        said: signs of the customer's words.
        steps: what was done so far, in order.
        minutes, minutes_left, money_left: what the episode had, and what may still be used.
        turns_left: replies that it has, this one included.
        practice: True if this is practice, where curiosity pays.
        seed: of this attempt.
    """

    titles: dict[str, str]
    topics: dict[str, str]
    offers: dict[str, Offer]
    skills: tuple[Skill, ...]
    said: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    minutes: float = 0.0
    practice: bool = False
    minutes_left: float = 0.0
    money_left: float = 0.0
    turns_left: int = 0
    seed: int = 0

    @property
    def trial(self) -> Offer:
        """The trial of the whole."""
        return next(offer for offer in self.offers.values() if offer.kind == "trials")

    @property
    def last_trial(self) -> int:
        """Index of the last trial, -1 if there was none."""
        return max((i for i, step in enumerate(self.steps) if step.kind == "trials"), default=-1)

    @property
    def last_change(self) -> int:
        """Index of the last change, -1 if there was none."""
        return max((i for i, step in enumerate(self.steps) if step.kind == "changes"), default=-1)

    @property
    def used(self) -> float:
        """Share of the minutes that is used."""
        return 1.0 - self.minutes_left / self.minutes

    def times(self, path: str) -> int:
        """How often this was done."""
        return self._done[path]

    @cached_property
    def _done(self) -> Counter[str]:
        return Counter(step.path for step in self.steps)

    def states(self, upto: int | None = None) -> dict[str, str]:
        """The latest state of everything seen, and the customer's words."""
        found = dict(self.said)
        for step in self.steps[:upto]:
            found.update(step.states)
        return found

    def affords(self, offer: Offer, reserve: float = 0.0) -> bool:
        """True if it can be done, more than `reserve` minutes are left afterwards, and turns enough to hand in.

        Who has used the last minute, euro or turn is cut off before it can hand in; after a change a trial must follow.
        """
        turns = 3 if offer.kind == "changes" else 2
        solvent = offer.money < self.money_left or not offer.money
        return turns <= self.turns_left and offer.minutes + reserve < self.minutes_left and solvent


def read(request: Request) -> Situation:
    """The situation that a request describes."""
    titles, topics = _catalogue(request.system)
    opening = _opening(request.messages[0].text)
    brief, callable_ = opening.brief, {tool.name for tool in request.tools}
    situation = Situation(
        titles=titles,
        topics=topics,
        offers={path: offer for path, offer in opening.offers.items() if path.partition(":")[0] in callable_},
        skills=_skills(request.skills),
        said=opening.said,
        minutes=float(brief["limits"]["minutes"]),
        practice=bool(brief.get("practice", False)),
        minutes_left=float(brief["limits"]["minutes"]),
        money_left=float(brief["limits"]["money"]),
        turns_left=int(brief["limits"]["turns"]),
        seed=request.seed,
    )
    _follow(request, situation)
    return situation


def path_of(name: str, arguments: Plain) -> str:
    """A call as `tool:target`; the target is the one argument that says what the tool is used on."""
    target = next((str(value) for key, value in arguments.items() if key != "value"), "")
    return f"{name}:{target}"


def _follow(request: Request, situation: Situation) -> None:
    asked = {call.id: path_of(call.name, call.arguments) for message in request.messages for call in message.calls}
    for message in request.messages:
        if message.role != "tool":
            continue
        told = _answer(message.text)
        situation.minutes_left = float(told["minutes_left"])
        situation.money_left = float(told["euros_left"])
        situation.turns_left = int(told["turns_left"])
        path = asked[message.answers]
        offer = situation.offers.get(path)
        kind = offer.kind if offer else "other"
        situation.steps.append(Step(path, kind, told["states"], told["good"] if kind == "trials" else None))


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first message means: the brief, all that it offers, and the signs of the customer's words."""

    brief: Plain
    offers: dict[str, Offer]
    said: dict[str, str]


@lru_cache(maxsize=64)
def _opening(text: str) -> Opening:
    brief = json.loads(text)["brief"]
    return Opening(brief, _offers(brief["offers"]), _said(brief))


@lru_cache(maxsize=2048)
def _answer(text: str) -> Plain:
    """What a tool's answer means."""
    told = json.loads(text)
    result = told.pop("result")
    states = {found["sign"]: found["state"] for found in result.get("findings", ())}
    return {**told, "states": states, "good": result.get("good")}


def _said(brief: Plain) -> dict[str, str]:
    texts = [str(brief.get("user", "")), *map(str, brief.get("symptoms", ()))]
    return {f"{BRIEF}{stem}": "mentioned" for stem in stems(texts)}


def _offers(plain: Plain) -> dict[str, Offer]:
    return {
        f"{tool}:{target}": Offer(f"{tool}:{target}", kind, float(minutes), float(money))
        for kind, tools in plain.items()
        for tool, targets in tools.items()
        for target, (minutes, money) in targets.items()
    }


@lru_cache(maxsize=8)
def _catalogue(system: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    for block in system:
        if block.startswith('{"catalogue"'):
            problems = json.loads(block)["catalogue"]["problems"]
            titles = {cause: title for p in problems.values() for cause, title in p["causes"].items()}
            return titles, {cause: topic for topic, p in problems.items() for cause in p["causes"]}
    return {}, {}


@lru_cache(maxsize=32)
def _skills(text: str) -> tuple[Skill, ...]:
    return tuple(skill for skill in parse(text) if skill.suspect)
