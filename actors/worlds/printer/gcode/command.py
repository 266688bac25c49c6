"""One line of G-code as a value: a command, a refusal with its reason, or nothing where a line is blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 4096
"""Characters of one line; Marlin's own buffer holds 96, slicers write comments of thousands."""
LARGEST = 1e9
"""Magnitude of a word's value; no printer means more."""
TEXT = frozenset({"M0", "M1", "M16", "M23", "M28", "M30", "M32", "M117", "M118", "M928"})
"""Commands whose argument is text: messages and file names."""
NUMERIC = frozenset(
    f"M{number}"
    for number in (82, 83, 92, 104, 106, 107, 109, 140, 141, 190, 191, 201, 203, 204, 205, 207, 208, 220, 221, 301, 900)
)
"""M commands that take numbers alone, as every G command does; a slip in one of them is refused, never guessed."""

_NUMBER = r"[-+]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)"
_LEAD = re.compile(r"\s*+(?:N\s*+[-+]?+[0-9]++\s*+)?+([GMT])\s*+([0-9]{1,4})(?:\.([0-9]{1,2}))?(?![0-9.])\s*+")
_CHECKSUM = re.compile(r"\*\s*+[0-9]*+\s*+$")
_BRACKETS = re.compile(r"\([^)]*+\)?")
_WORD = re.compile(rf"([A-Z])\s*+({_NUMBER})?+\s*+")
_WORDS = re.compile(rf"(?:[A-Z]\s*+(?:{_NUMBER})?+\s*+)*+")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a firmware could carry out.

    Attributes:
        code: letter and number without leading zeros, `G1`, `M104`, `G92.1`.
        words: letter -> value; a letter without a number is there with 0, as in `G28 X`.
        text: the argument of commands that take text, else what could not be read as words.
    """

    code: str
    words: Mapping[str, float] = field(default_factory=dict, hash=False)
    text: str = ""

    def __contains__(self, letter: str) -> bool:
        return letter in self.words

    def get(self, letter: str, default: float = 0.0) -> float:
        """Value of a word, `default` where the command has no such word."""
        return self.words.get(letter, default)


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no command, and why."""

    line: str
    reason: str


def parse(line: str) -> Command | Refused | None:
    """Read one line; never raises.

    Comments after `;` and in brackets are left out, and so are a line number and a checksum: who owns the wire has
    checked them before. Letters may be small or capital.

    Args:
        line: one line, with or without its end.

    Returns:
        the command, a refusal with its reason, or None where there is nothing to do.
    """
    if len(line) > LONGEST and len(line.partition(";")[0]) > LONGEST:
        return Refused(line[:80], f"a line of {len(line)} characters; at most {LONGEST} are read")
    body = line.partition(";")[0].strip()
    if "*" in body:
        body = _CHECKSUM.sub("", body).rstrip()
    if not body or body[0] == "(":
        body = _BRACKETS.sub("", body).strip()
    if not body:
        return None
    lead = _LEAD.match(body.upper() if body.isascii() else body)
    if lead is None:
        return Refused(body[:80], "no command: a line begins with G, M or T and a number")
    letter, number, part = lead.groups()
    code = f"{letter}{int(number)}" + (f".{int(part)}" if part else "")
    rest = body[lead.end() :]
    if code in TEXT:
        return Command(code, {}, rest)
    return _with_words(code, rest, body)


def _with_words(code: str, rest: str, body: str) -> Command | Refused:
    if "(" in rest:
        rest = _BRACKETS.sub(" ", rest).lstrip()
    upper = rest.upper() if rest.isascii() else rest
    whole = _WORDS.match(upper)
    read = whole.end() if whole else 0
    left = rest[read:]
    if left and (code[0] != "M" or code in NUMERIC):
        return Refused(body[:80], f"'{left[:20]}' is no word: a letter and a number are, as in X10.5")
    words = {letter: float(value or 0.0) for letter, value in _WORD.findall(upper[:read])}
    if any(not -LARGEST <= value <= LARGEST for value in words.values()):
        return Refused(body[:80], f"a value is beyond {LARGEST:.0e}")
    return Command(code, words, rest.strip() if left else "")
