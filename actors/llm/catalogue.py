"""The models by name, `NAME` or `ADAPTER:REST`. A new adapter is one module and one line here, or an entry point."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from actors.llm.options import Options
from actors.llm.port import Model

MODELS = {
    "apprentice": "actors.llm.apprentice.model:Apprentice",
    "human": "actors.llm.human.model:Person",
    "smollm2": "actors.llm.small.model:SmolLM2",
}
"""Models that need nothing but their name."""
ADAPTERS = {
    "anthropic": ("actors.llm.claude.model:Claude", "MODEL"),
    "anthropic-batch": ("actors.llm.claude.batches:BatchedClaude", "MODEL"),
    "litellm": ("actors.llm.others.model:ThroughLitellm", "PROVIDER/MODEL"),
    "recorded": ("actors.llm.recorded:Recorded", "RUN"),
}
"""Adapter -> its class, made as `Class(rest, options)`, and what stands behind the colon."""
PAID = frozenset({"anthropic", "anthropic-batch", "litellm"})
"""Adapters whose calls may be billed: they need wishes before answers, a budget, and a question."""
_GUESTS: dict[str, Model] = {}


def introduce(name: str, model: Model) -> None:
    """Let a model that exists only in this process be loaded by name; a later one of the same name takes its place."""
    _GUESTS[name] = model


def withdraw(name: str) -> None:
    """Let a model that was introduced go."""
    _GUESTS.pop(name, None)


def names() -> list[str]:
    """All known models, sorted; adapters with what must stand behind their colon."""
    forms = (f"{adapter}:{rest}" for adapter, (_, rest) in ADAPTERS.items())
    return sorted({*MODELS, *forms, *(point.name for point in entry_points(group="journeyman.models"))})


def is_free(name: str) -> bool:
    """Whether nobody sends a bill for this model: it calls no provider, or is a guest who minds that itself."""
    return name in _GUESTS or name.partition(":")[0] not in PAID


def load(name: str, options: Options | None = None) -> Model:
    """A model by its name; no SDK is imported and nothing is called before its first reply.

    Raises:
        LookupError: there is none; the text lists those that there are. Also without the provider's key.
    """
    if name in _GUESTS:
        return _GUESTS[name]
    adapter, colon, rest = name.partition(":")
    if colon and rest and adapter in ADAPTERS:
        made: Model = _found(ADAPTERS[adapter][0])(rest, options or Options())
        return made
    if name in MODELS:
        model: Model = _found(MODELS[name])()
        return model
    for point in entry_points(group="journeyman.models"):
        if point.name == name:
            guest: Model = point.load()()
            return guest
    if colon and rest and "." in adapter:
        return _in_the_making(name)
    raise LookupError(f"unknown agent '{name}'; known are: {', '.join(names())}")


def _in_the_making(name: str) -> Model:
    """A model that needs no entry point yet: `package.module:Class`."""
    try:
        made: Model = _found(name)()
    except (ImportError, AttributeError) as error:
        raise LookupError(f"no agent '{name}': {error}") from error
    return made


def _found(path: str) -> type:
    module, _, name = path.partition(":")
    found: type = getattr(import_module(module), name)
    return found
