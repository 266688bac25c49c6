"""A fleet in workers: however it is cut into shards, its printers fare the same."""

from __future__ import annotations

from collections import Counter

import pytest

from actors.runtime.fleets import FleetShell
from actors.worlds.printer.fleet import Fleet

MODELS = ["ender_3", "voron_2_4", "idex_300"]


async def test_two_shards_fare_as_one_fleet() -> None:
    whole = Fleet([MODELS[seed % 3] for seed in range(60)], range(60))
    whole.age(80.0)
    failed, worn = Counter[str](), list[float]()
    for first, count in ((0, 23), (23, 37)):
        shard = FleetShell({"models": MODELS, "first": first, "count": count})
        assert (await shard.answer({"do": "age", "hours": 80.0}))["printer_hours"] == 80.0 * count
        failed.update((await shard.answer({"do": "failed"}))["failed"])
        worn += (await shard.answer({"do": "values", "of": "nozzle.wear"}))["values"]
    assert failed == whole.failed()
    assert worn == whole.values("nozzle.wear").tolist()


async def test_what_it_cannot_do_is_said() -> None:
    with pytest.raises(ValueError, match="not 'fly'"):
        await FleetShell({"models": MODELS, "first": 0, "count": 2}).answer({"do": "fly"})
