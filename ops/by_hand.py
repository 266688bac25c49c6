"""A person who plays: what that asks of the settings, and the seat at the terminal for as long as a run takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from configs.layers import Loaded
from configs.settings import Settings
from ops.console.screen import people, say

HUMAN = "human"
PATIENCE = 30 * 86_400.0
"""Seconds that a person may take over a case, unless it is said otherwise: a month."""


def for_a_person(settings: Settings, loaded: Loaded) -> Settings:
    """A person plays in this very process, one case at a time, and may think for long.

    Args:
        settings: of the run.
        loaded: tells which of them were asked for; that one of them is not kept is said.
    """
    if settings.runtime == "ray" and loaded.origins["runtime"].layer != "default":
        say("a person plays in this process: --runtime local is used", as_json=settings.json_output)
    if (settings.workers or 1) > 1:
        say("a person plays one case at a time: --workers 1 is used", as_json=settings.json_output)
    changed: dict[str, object] = {"runtime": "local", "workers": 1, "in_flight": 1}
    if loaded.origins["episode_seconds"].layer == "default":
        changed["episode_seconds"] = PATIENCE
    return settings.model_copy(update=changed)


@contextmanager
def seated(settings: Settings) -> Iterator[None]:
    """Let a person sit down at the terminal, if it is one who plays, and get up again."""
    if settings.agent != HUMAN:
        yield
        return
    models = import_module("actors.llm.catalogue")
    terminal = import_module("ops.console.terminal").Terminal(people(as_json=settings.json_output))
    models.introduce(HUMAN, import_module("actors.llm.human.model").Person(terminal))
    try:
        yield
    finally:
        models.withdraw(HUMAN)
