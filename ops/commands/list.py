"""`journeyman list`: the worlds, what one works with in each, and how it is judged."""

from __future__ import annotations

from typing import Any

import click

from actors.worlds import catalogue
from configs.curriculum import shipped
from ops.cli_options import json_flag
from ops.console.screen import json_line, say
from ops.console.text import line


@click.command(epilog="Example: journeyman list --json")
@json_flag
def command(as_json: bool) -> None:
    """List the worlds with their tools, rubric and test agents, and the curricula."""
    worlds = [described(name) for name in catalogue.names()]
    curricula = shipped()
    if as_json:
        plans = {name: found.model_dump(mode="json") for name, found in curricula.items()}
        json_line({"worlds": worlds, "curricula": plans})
        return
    for world in worlds:
        parts = ", ".join(f"{name} {points:g}" for name, points in world["categories"].items())
        say(f"{world['name']}: rubric {world['rubric']} ({parts})")
        say("  Tools")
        for name, text in world["tools"].items():
            say(f"    {line(name, 20):<20} {line(text, 90)}")
        say("  Test agents, whose scores stand beside every result")
        for name, text in world["baselines"].items():
            say(f"    {line(name, 20):<20} {line(text, 90)}")
    say("Curricula, for --curriculum")
    for name, found in curricula.items():
        say(f"  {line(name, 20):<20} {line(found.title, 70)}: {found.episodes} episodes in {len(found.levels)} levels")


def described(name: str) -> dict[str, Any]:
    """What a world says of itself. Raises LookupError for an unknown name."""
    world = catalogue.load(name)
    return {
        "name": name,
        "rubric": world.rubric,
        "categories": dict(world.categories),
        "tools": {tool["name"]: tool["description"] for tool in world.tools()},
        "baselines": world.baselines(),
    }
