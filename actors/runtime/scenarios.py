"""Where a run's scenarios come from: generated from its seed, or given as a list that is gone through in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actors.runtime.port import Plain, Runtime


@dataclass(frozen=True)
class Source:
    """Scenarios by index.

    Attributes:
        seed, difficulty, held_out: of generated ones.
        given: plain scenarios to use instead; begun again from the first when they are through.
    """

    seed: int
    difficulty: str = "mixed"
    held_out: bool = False
    given: Sequence[Plain] = ()

    async def scenario(self, runtime: Runtime, index: int) -> Plain:
        """The scenario of this index, as plain values."""
        if self.given:
            return dict(self.given[index % len(self.given)])
        return await runtime.ask(
            "generators",
            {"seed": self.seed, "index": index, "difficulty": self.difficulty, "held_out": self.held_out},
        )


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
