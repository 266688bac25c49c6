"""`journeyman info`: what this installation is, and what the settings are and where each comes from."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from configs.layers import Loaded
from configs.settings import attribute
from ops import __version__
from ops.cli_options import ALL_SETTINGS, settings_flags
from ops.console.screen import json_line, say

PARTS = ("ray", "numpy", "scipy", "pydantic", "msgpack", "rich", "anthropic", "litellm")


@click.command(epilog="Example: journeyman info --config run.yaml --episodes 20")
@settings_flags(*ALL_SETTINGS, bare_config=True)
def command(loaded: Loaded) -> None:
    """Say what this installation is, what the settings are, and where each value comes from."""
    report = {"version": __version__, "installation": installation(), "settings": settings_with_origins(loaded)}
    if loaded.settings.json_output:
        json_line(report)
    else:
        say(_as_text(report))


def installation() -> dict[str, Any]:
    """Versions and places of what runs here; nothing heavy is imported to find them."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "place": str(Path(__file__).parents[2]),
        "executable": sys.executable,
        "packages": {name: _version(name) for name in PARTS},
    }


def settings_with_origins(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """Each setting with its value and origin; passwords in URLs are masked."""
    values = {name: _shown(getattr(loaded.settings, attribute(name))) for name in loaded.origins}
    return {
        name: {"value": values[name], "origin": origin.layer, "place": origin.place}
        for name, origin in loaded.origins.items()
    }


def _shown(value: Any) -> Any:
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", value) if isinstance(value, str) else value


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _as_text(report: dict[str, Any]) -> str:
    here = report["installation"]
    rows = [f"journeyman {report['version']} on Python {here['python']}, {here['platform']}", f"  in {here['place']}"]
    packages = (f"{name} {number or 'not installed'}" for name, number in here["packages"].items())
    rows += ["", "Packages: " + ", ".join(packages), "", "Settings"]
    for name, entry in report["settings"].items():
        value = "-" if entry["value"] is None else entry["value"]
        rows.append(f"  {name:<12} {value!s:<32} {entry['place'] or entry['origin']}")
    return "\n".join(rows)
