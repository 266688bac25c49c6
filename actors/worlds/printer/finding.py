"""A finding: one thing seen or measured, with what is normal on this machine, so that anybody can say what is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation.

    Attributes:
        sign: where and what, `tool/what` or `tool:target/what`; unique within a bench.
        value: number with `unit`, or a word.
        low, high: normal range of a number (None: open).
        normal: the normal word, where the value is one.
    """

    sign: str
    value: float | str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    normal: str = ""

    @property
    def state(self) -> str:
        """`normal`, `low`, `high`, or the abnormal word itself."""
        if isinstance(self.value, str):
            return "normal" if self.value == self.normal else self.value
        if self.low is not None and self.value < self.low:
            return "low"
        if self.high is not None and self.value > self.high:
            return "high"
        return "normal"

    def plain(self) -> dict[str, Any]:
        """As the agent reads it."""
        value = round(self.value, 3) if isinstance(self.value, float) else self.value
        shown: dict[str, Any] = {"sign": self.sign, "value": value}
        if self.unit:
            shown["unit"] = self.unit
        shown["normal"] = self.normal if isinstance(self.value, str) else [self.low, self.high]
        shown["state"] = self.state
        return shown


def within(sign: str, value: float, unit: str, low: float | None, high: float | None) -> Finding:
    """A measured number with its normal range."""
    return Finding(sign, float(value), unit, low, high)


def word(sign: str, value: str, normal: str) -> Finding:
    """Something that is told in a word."""
    return Finding(sign, value, normal=normal)
