"""What an instrument or a test print showed, in words: what is odd first, what is well only counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ops.console.text import line

LONG = 400
"""Characters after which a value is cut."""
NAMED = 2
"""Readings in order that are still named one by one; of more, only the number is told."""


def readings(findings: Sequence[Any]) -> Iterator[str]:
    """Findings as lines: each odd one, then those in order, then those of which nobody knows."""
    odd = [one for one in findings if not _is_well(one)]
    well = [one for one in findings if _is_well(one)]
    yield from (reading(one) for one in odd)
    if well and (odd or len(well) > NAMED):
        rest = "others" if odd else "readings"
        yield f"{len(well)} {rest if len(well) > 1 else rest[:-1]} in order"
    else:
        yield from (reading(one) for one in well)


def reading(finding: Any) -> str:
    """One finding: its name, value, and beside what is odd what would be normal."""
    if not isinstance(finding, dict) or "sign" not in finding:
        return worded(finding)
    name = line(finding["sign"]).rpartition("/")[2].replace("_", " ")
    unit = f" {line(finding['unit'])}" if finding.get("unit") else ""
    shown = f"{name} {worded(finding.get('value', ''))}{unit}"
    if _is_well(finding):
        return f"{shown}, in order"
    if not finding.get("state"):
        return shown
    state = "" if line(finding["state"]) == worded(finding.get("value", "")) else f": {line(finding['state'])}"
    return f"ODD  {shown}{state}{_normal(finding.get('normal'))}"


def worded(value: Any) -> str:
    """A plain value on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return line(", ".join(f"{name} {worded(inner)}" for name, inner in value.items()), LONG)
    if isinstance(value, list | tuple):
        return line("; ".join(worded(inner) for inner in value), LONG)
    if isinstance(value, float):
        return f"{value:.4g}"
    return line(value, LONG)


def _is_well(finding: Any) -> bool:
    return isinstance(finding, dict) and finding.get("state") == "normal"


def _normal(normal: Any) -> str:
    match normal:
        case None | "":
            return ""
        case [None, None]:
            return ""
        case [None, high]:
            return f" (normal: up to {worded(high)})"
        case [low, None]:
            return f" (normal: {worded(low)} or more)"
        case [low, high]:
            return f" (normal: {worded(low)} to {worded(high)})"
        case other:
            return f" (normal: {worded(other)})"
