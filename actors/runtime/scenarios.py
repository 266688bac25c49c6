"""Where a run's scenarios come from: generated from its seed, given as a list, or mixed from several by percentage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from actors.runtime.port import Plain, Runtime

HUNDRED = 100
"""Scenarios over which a mixture keeps its percentages exactly."""


@dataclass(frozen=True)
class Source:
    """Scenarios by index.

    Attributes:
        seed, difficulty, held_out: of generated ones.
        given: plain scenarios to use instead; begun again from the first when they are through.
        kinds: only scenarios with one of these problem types; none: all.
        repeats: how often each scenario comes, one after the other.
        parts: shares in percent with the sources to take them from, instead of all of the above.
    """

    seed: int
    difficulty: str = "mixed"
    held_out: bool = False
    given: Sequence[Plain] = ()
    kinds: tuple[str, ...] = ()
    repeats: int = 1
    parts: tuple[tuple[int, Source], ...] = ()

    async def scenario(self, runtime: Runtime, index: int) -> Plain:
        """The scenario of this index, as plain values."""
        place = index // self.repeats
        if self.parts:
            return await self.parts[self._turns[place % HUNDRED]][1].scenario(runtime, place)
        if self.given:
            return dict(self.given[place % len(self.given)])
        wanted = {"seed": self.seed, "index": place, "difficulty": self.difficulty, "held_out": self.held_out}
        return await runtime.ask("generators", {**wanted, "kinds": list(self.kinds)})

    def plain(self) -> Plain:
        """As plain values."""
        return {
            "seed": self.seed,
            "difficulty": self.difficulty,
            "held_out": self.held_out,
            "given": list(self.given),
            "kinds": list(self.kinds),
            "repeats": self.repeats,
            "parts": [[share, part.plain()] for share, part in self.parts],
        }

    @classmethod
    def from_plain(cls, plain: Plain) -> Source:
        """The source again."""
        parts = tuple((share, cls.from_plain(part)) for share, part in plain["parts"])
        return cls(**{**plain, "kinds": tuple(plain["kinds"]), "parts": parts})

    @cached_property
    def _turns(self) -> tuple[int, ...]:
        """Which part has each of a hundred turns: always the one that lags most behind its share."""
        had, turns = [0] * len(self.parts), []
        for turn in range(1, HUNDRED + 1):
            lag = [share * turn - HUNDRED * count for (share, _), count in zip(self.parts, had, strict=True)]
            chosen = lag.index(max(lag))
            had[chosen] += 1
            turns.append(chosen)
        return tuple(turns)


class Case:
    """One scenario that is played several times: proposed when it is first wanted, and only then.

    Args:
        source: where it comes from.
        runtime: where the generators are.
        index: its place in the source.
    """

    def __init__(self, source: Source, runtime: Runtime, index: int) -> None:
        self._source, self._runtime, self.index = source, runtime, index
        self._scenario: Plain | None = None

    async def scenario(self) -> Plain:
        """The scenario, as plain values that nobody changes."""
        if self._scenario is None:
            self._scenario = await self._source.scenario(self._runtime, self.index)
        return self._scenario
