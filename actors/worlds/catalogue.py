"""The worlds by name. A new world is a folder and one line here, or an entry point of the group `journeyman.worlds`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from actors.worlds.port import World

WORLDS = {
    "printer": "actors.worlds.printer.world",
}


def names() -> list[str]:
    """All known worlds, sorted."""
    return sorted({*WORLDS, *(point.name for point in entry_points(group="journeyman.worlds"))})


@cache
def load(name: str) -> World:
    """The world of this name.

    Raises:
        LookupError: if there is none; the text lists those that there are.
    """
    if name in WORLDS:
        world: World = import_module(WORLDS[name]).WORLD
        return world
    for point in entry_points(group="journeyman.worlds"):
        if point.name == name:
            found: World = point.load()
            return found
    raise LookupError(f"unknown world '{name}'; known are: {', '.join(names())}")
