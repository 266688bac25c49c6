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
