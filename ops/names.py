"""Whether our five package names are ours alone in this environment; asked before anything else of ours is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

OURS = "journeyman"
PACKAGES = ("actors", "configs", "events", "ops", "skillbooks")

_RECORDED = re.compile(rf"""^"?({"|".join(PACKAGES)})(?:/[^,]*)?\.py[",]""", re.MULTILINE)


def owners(installed: Iterable[Distribution] | None = None) -> dict[str, list[str]]:
    """Which distributions bring a package of one of our names: package -> sorted distribution names.

    Says the same as `importlib.metadata.packages_distributions()` for our names, but reads each record as one text
    instead of parsing every line of it: a tenth of the time, and this runs before every command.
    """
    found: dict[str, set[str]] = {}
    for distribution in distributions() if installed is None else installed:
        for package in _packages(distribution):
            found.setdefault(package, set()).add(str(distribution.metadata["Name"]))
    return {package: sorted(names) for package, names in sorted(found.items())}


def collisions(owned: dict[str, list[str]]) -> dict[str, list[str]]:
    """Distributions other than ours that claim our names: distribution -> packages."""
    foreign: dict[str, list[str]] = {}
    for package, names in owned.items():
        for name in names:
            if re.sub(r"[-_.]+", "-", name).lower() != OURS:
                foreign.setdefault(name, []).append(package)
    return foreign


def complaint(foreign: dict[str, list[str]]) -> str:
    """What to tell the user about colliding distributions."""
    lines = [f"  {name} brings {', '.join(packages)}" for name, packages in sorted(foreign.items())]
    return f"""\
journeyman cannot run in this environment: other distributions bring packages of the same names:
{chr(10).join(lines)}
Uninstall what is not needed (pip uninstall {" ".join(sorted(foreign))}) and reinstall journeyman,
or give journeyman a virtual environment of its own (python3 -m venv)."""


def _packages(distribution: Distribution) -> set[str]:
    declared = distribution.read_text("top_level.txt")
    if declared and declared.strip():
        return set(declared.split()) & set(PACKAGES)
    return set(_RECORDED.findall(distribution.read_text("RECORD") or ""))
