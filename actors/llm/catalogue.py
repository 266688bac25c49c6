"""The models by name. A new adapter is one module and one line here, or an entry point of `journeyman.models`."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from actors.llm.port import Model

MODELS = {
    "apprentice": "actors.llm.apprentice.model:Apprentice",
}
_GUESTS: dict[str, Model] = {}


def introduce(name: str, model: Model) -> None:
    """Let a model that exists only in this process be loaded by name; a later one of the same name takes its place."""
    _GUESTS[name] = model


def names() -> list[str]:
    """All known models, sorted."""
    return sorted({*MODELS, *(point.name for point in entry_points(group="journeyman.models"))})


def load(name: str) -> Model:
    """A model by its name.

    Raises:
        LookupError: if there is none; the text lists those that there are.
    """
    if name in _GUESTS:
        return _GUESTS[name]
    if name in MODELS:
        module, _, found = MODELS[name].partition(":")
        model: Model = getattr(import_module(module), found)()
        return model
    for point in entry_points(group="journeyman.models"):
        if point.name == name:
            made: Model = point.load()()
            return made
    raise LookupError(f"unknown agent '{name}'; known are: {', '.join(names())}")
