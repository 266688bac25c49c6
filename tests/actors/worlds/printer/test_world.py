"""The printer world keeps what every world promises."""

from __future__ import annotations

from actors.worlds.port import Plain, Scenario, World
from actors.worlds.printer.world import WORLD
from tests.contracts.world import WorldContract


class TestPrinterWorld(WorldContract):
    def world(self) -> World:
        return WORLD

    def secrets(self, key: Plain) -> list[str]:
        return [str(key["seed"]), *(fault["cause"] for fault in key["faults"]), *(f["severity"] for f in key["faults"])]

    def combinations(self, scenario: Scenario) -> set[str]:
        tags = scenario.tags
        return {f"{tags['machine']} {cause} {tags['voice']}" for cause in tags["causes"].split("|")}
