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
        LookupError: if there is none; the text lists those that there are. A world in the making needs no entry
            point: `package.module:OBJECT` is a name too.
    """
    if name in WORLDS:
        world: World = import_module(WORLDS[name]).WORLD
        return world
    for point in entry_points(group="journeyman.worlds"):
        if point.name == name:
            found: World = point.load()
            return found
    if ":" in name:
        return _pointed(name)
    raise LookupError(f"unknown world '{name}'; known are: {', '.join(names())}")


def _pointed(name: str) -> World:
    module, _, attribute = name.partition(":")
    try:
        found: World = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise LookupError(f"no world '{name}': {error}") from error
    return found
