"""Settings in four layers, the later winning: defaults, a YAML file, the environment, flags; each knows its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from configs.document import Document, read_document
from configs.errors import SettingsError
from configs.settings import Settings, allowed, attribute, choices, field_names

PREFIX = "JOURNEYMAN_"
NOT_SETTINGS = frozenset({"JOURNEYMAN_DEBUG"})
RIVALS = {"scenarios": "set", "set": "scenarios"}
"""Settings that replace each other when a later layer gives the other one."""
NEAR = 75
"""From which likeness, of 100, an unknown name is taken for a slip of a known one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: the layer, and the place in it (`run.yaml:3`, `JOURNEYMAN_SEED`, `--seed`)."""

    layer: Literal["default", "file", "environment", "flag"]
    place: str = ""

    def __str__(self) -> str:
        return self.place or self.layer


@dataclass(frozen=True, slots=True)
class Loaded:
    """Valid settings, the origin of each, and what looked like a slip without being an error."""

    settings: Settings
    origins: dict[str, Origin]
    warnings: tuple[str, ...] = ()


Layered = dict[str, tuple[Any, Origin]]


def load_settings(
    file: str | None = None, environment: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
) -> Loaded:
    """Put the layers on each other and validate the result.

    Args:
        file: path of a YAML file, or None.
        environment: variables; those called `JOURNEYMAN_FIELD` count, empty ones do not.
        flags: field and value for each flag that the user gave.

    Raises:
        SettingsError: with every problem that was found, each with its place and what is allowed.
    """
    document = read_document(Path(file)) if file else Document("")
    variables, warnings = _from_environment(environment or {})
    merged: Layered = {}
    for layer in (_from_file(document), variables, _from_flags(flags or {})):
        _lay(merged, layer)
    _refuse_unknown(merged)
    origins = {name: merged[name][1] if name in merged else Origin("default") for name in field_names()}
    try:
        settings = Settings.model_validate({name: value for name, (value, _) in merged.items()})
    except ValidationError as error:
        raise SettingsError([_problem(one, merged) for one in error.errors()]) from error
    return Loaded(settings, origins, warnings)


def nearest(name: str, known: list[str]) -> str | None:
    """The known name that `name` is most likely a slip of, or None if none is near."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a slip pays for the search

    found = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=NEAR)
    return str(found[0]) if found else None


def _from_file(document: Document) -> Layered:
    return {
        name.replace("-", "_"): (value, Origin("file", f"{document.name}:{document.lines[name]}"))
        for name, value in document.values.items()
    }


def _from_environment(environment: Mapping[str, str]) -> tuple[Layered, tuple[str, ...]]:
    """Foreign variables with our prefix (Kubernetes sets some) are let pass; a likely slip is worth a warning."""
    known = {PREFIX + name.upper(): name for name in field_names()}
    found: Layered = {}
    warnings = []
    for variable in sorted(environment):
        if variable in known and environment[variable]:
            found[known[variable]] = (environment[variable], Origin("environment", variable))
        elif variable.startswith(PREFIX) and variable not in known and variable not in NOT_SETTINGS:
            near = nearest(variable, list(known))
            if near:
                warnings.append(f"{variable} is not a setting and is ignored; did you mean {near}?")
    return found, tuple(warnings)


def _from_flags(flags: Mapping[str, Any]) -> Layered:
    return {name: (value, Origin("flag", _flag(name, value))) for name, value in flags.items() if value is not None}


def _flag(name: str, value: Any) -> str:
    return "--no-learning" if name == "learning" and value is False else "--" + name.replace("_", "-")


def _lay(merged: Layered, layer: Layered) -> None:
    for name in layer:
        rival = RIVALS.get(name)
        if rival and rival not in layer:
            merged.pop(rival, None)
    merged.update(layer)


def _refuse_unknown(merged: Layered) -> None:
    known = field_names()
    problems = []
    for name, (_, origin) in merged.items():
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean '{near}'?" if near else f"known: {', '.join(known)}"
            problems.append(f"{origin.place}: {name}: there is no such setting; {hint}")
    if problems:
        raise SettingsError(problems)


def _problem(error: Any, merged: Layered) -> str:
    place = str(error["loc"][0]) if error["loc"] else ""
    if not place:
        return str(error["msg"]).removeprefix("Value error, ")
    name = "json" if place == attribute("json") else place
    value, origin = merged[name]
    where = origin.place if origin.layer == "flag" else f"{origin.place}: {name}"
    if error["type"] == "value_error":
        return f"{where}: {value!r} is not allowed; {str(error['msg']).removeprefix('Value error, ')}"
    near = nearest(str(value), list(choices(name)))
    hint = f"; did you mean '{near}'?" if near else ""
    return f"{where}: {value!r} is not allowed; it must be {allowed(name)}{hint}"
