"""Teams share a wave, however small it is beside what one of them could hold."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from actors.runtime.observer import Silence
from actors.runtime.rounds import Item, Round
from actors.runtime.scenarios import Source
from actors.runtime.teams import TeamFloor

ROUND = Round("r", "train", 0, "cause", 0, Source(seed=0), {})


class Teams:
    """Teams that finish at once what they are handed."""

    def __init__(self) -> None:
        self.played: Counter[str] = Counter()

    async def ask(self, pool: str, request: dict[str, Any], *, key: str = "") -> dict[str, Any]:
        del pool
        played = [[name, index, [["train", 50.0]]] for name, index, _, _ in request["items"]]
        self.played[key] += len(played)
        return {"played": played, "summaries": [], "notes": [], "fault": []}


@pytest.mark.parametrize(("episodes", "shares"), [(10, [5, 5]), (3, [1, 2]), (1, [1])])
async def test_a_wave_that_would_fit_into_one_team_is_shared_by_all(episodes: int, shares: list[int]) -> None:
    items, done, teams = [Item(ROUND, index) for index in reversed(range(episodes))], [], Teams()

    async def supply() -> Item | None:
        return items.pop() if items else None

    async def finished(item: Item, results: Any) -> None:
        del results
        done.append(item.index)

    await TeamFloor(teams, Silence(), teams=2, window=8).play(supply, finished)  # type: ignore[arg-type] # asked only
    assert sorted(done) == list(range(episodes))
    assert sorted(teams.played.values()) == shares
