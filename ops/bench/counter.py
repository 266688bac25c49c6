"""A trade without physics and models without thought: what is left of an episode's cost is ours alone.

The world has hidden numbers; a model looks at five and hands in what it saw. Everything is a function of the seed.
"""

from __future__ import annotations

import asyncio
import random
from hashlib import blake2b
from typing import Any, Final

from actors.llm.port import Call, Reply, Request, Usage
from actors.worlds.port import Act, Judgement, Limits, Scenario, ToolResult

Plain = dict[str, Any]

LOOKS: Final = 4
"""Looks of an episode; the fifth reply hands in."""
KINDS: Final = ("loose", "worn", "cold", "dirty")
PLACES: Final = ("left", "right", "top", "bottom")
AVERAGE: Final = 1.0
"""Seconds that a patient model thinks on the average."""
GRADES: Final = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))


def drawn(*parts: object) -> random.Random:
    """A generator of its own for everything that is named."""
    return random.Random(int.from_bytes(blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest()))


class Counter:
    """A bench with hidden numbers."""

    def __init__(self, key: Plain) -> None:
        self._key, self.minutes, self.money = key, 0.0, 0.0
        self._submission: Plain | None = None

    def act(self, act: Act) -> ToolResult:
        """Tell a number, or take the closing act."""
        self.minutes += 1.0
        if act.name == "submit":
            self._submission = act.arguments
            return ToolResult({}, minutes=1.0, done=True)
        place = str(act.arguments.get("on", ""))
        number = drawn(self._key["seed"], place).randrange(100)
        state = "high" if place == self._key["place"] else "normal"
        return ToolResult({"findings": [{"sign": f"look:{place}/number", "value": number, "state": state}]}, 1.0)

    def final(self) -> Plain:
        """What was handed in."""
        return {"submission": self._submission, "minutes": self.minutes, "money": self.money}


class CounterWorld:
    """The whole of the World port, in nothing but arithmetic."""

    name = "counter"
    rubric = "counter/1"
    categories: dict[str, float] = {"identification": 40.0, "root_cause": 60.0}  # noqa: RUF012 - the port's own type
    limits = Limits(turns=20, minutes=100.0, money=10.0)

    def rules(self) -> tuple[str, ...]:
        """A rule and an empty catalogue."""
        return "Look, then hand in.", '{"catalogue":{"problems":{},"parts":{}}}'

    def tools(self) -> tuple[Plain, ...]:
        """Two tools."""
        schema = {"type": "object", "properties": {"on": {"type": "string"}}}
        return tuple({"name": name, "description": name, "parameters": schema} for name in ("look", "submit"))

    def generate(
        self, *, seed: int, index: int, difficulty: str, held_out: bool, kinds: tuple[str, ...] = ()
    ) -> Scenario:
        """A scenario in some microseconds."""
        rng = drawn(seed, index, held_out)
        kind, place = rng.choice(kinds or KINDS), rng.choice(PLACES)
        level = difficulty if difficulty != "mixed" else rng.choice(("easy", "medium", "hard"))
        offers = {"questions": {}, "looks": {"look": {p: [1.0, 0.0] for p in PLACES}}, "trials": {}, "changes": {}}
        name = f"{'held-out' if held_out else 'practice'}-{seed}-{index:06d}"
        faults = [{"type": kind, "cause": f"{place}.{kind}", "severity": "major"}]
        return Scenario(
            name, name, "generated", level,
            {"user": f"The {place} is odd.", "symptoms": [], "offers": offers},
            {"seed": rng.getrandbits(48), "place": place, "faults": faults},
            {"fault": kind, "machine": place, "difficulty": level, "voice": "plain"},
        )  # fmt: skip

    def named(self, name: str) -> list[Scenario]:
        """Nothing has a name here."""
        raise LookupError(f"no set '{name}'; the counter has none")

    def open(self, key: Plain) -> Counter:
        """A bench."""
        return Counter(key)

    def judge(self, key: Plain, final: Plain) -> Judgement:
        """Points by what was handed in and by the key's seed."""
        named = (final["submission"] or {}).get("place", "")
        points = (40.0 if named == key["place"] else 0.0) + drawn(key["seed"], named).uniform(0.0, 60.0)
        grade = next((grade for least, grade in GRADES if points >= least), "F")
        parts = {"identification": min(points, 40.0), "root_cause": max(points - 40.0, 0.0)}
        return Judgement(int(points >= GRADES[-1][0]), points, grade, parts, (), {})

    def reference(self, key: Plain) -> list[Act]:
        """Hand in what is in the key."""
        return [Act("submit", {"place": key["place"]})]

    def remedies(self, key: Plain) -> dict[str, list[str]]:
        """One act for each cause."""
        return {fault["cause"]: [f"mend:{key['place']}"] for fault in key["faults"]}

    def baselines(self) -> dict[str, str]:
        """No test agents."""
        return {}

    def play_baseline(self, name: str, scenario: Scenario) -> Judgement:
        """Nobody plays."""
        raise LookupError(f"no test agent '{name}' for {scenario.id}")


class Prompt:
    """A model that answers at once: it looks at four places, then hands in the one that was odd."""

    name = "apprentice"  # free and repeatable, as the offline agent is

    async def reply(self, request: Request) -> Reply:
        """The next look, or the end."""
        turn = sum(message.role == "assistant" for message in request.messages)
        if turn < LOOKS:
            return Reply("", (Call(f"c{turn}", "look", {"on": PLACES[turn]}),), "tool", self.usage)
        odd = next((p for m in request.messages if '"high"' in m.text for p in PLACES if f"look:{p}/" in m.text), "")
        return Reply("", (Call(f"c{turn}", "submit", {"place": odd}),), "tool", self.usage)

    usage = Usage()


class Patient(Prompt):
    """The same with a price, and a log-normal time to think around a second: what a provider's model is like."""

    name = "patient"
    usage = Usage(tokens_in=900, tokens_out=60, cost_usd=0.001)

    async def reply(self, request: Request) -> Reply:
        """Think, then answer."""
        await asyncio.sleep(thinking(request.seed, len(request.messages)))
        return await super().reply(request)


def thinking(seed: int, messages: int, average: float = AVERAGE) -> float:
    """Seconds that a patient model thinks: the same for ours and for a peer."""
    return average * drawn(seed, messages).lognormvariate(-0.125, 0.5)


class Hasty(Patient):
    """Patient in everything but time: some milliseconds of thought."""

    name = "hasty"

    async def reply(self, request: Request) -> Reply:
        """Think a moment, then answer."""
        await asyncio.sleep(thinking(request.seed, len(request.messages), 0.02))
        return await Prompt.reply(self, request)


WORLD: Final = CounterWorld()
