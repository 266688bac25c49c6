"""The serial line of Marlin: bytes become commands here, and line numbers, checksums and resends are settled.

A line is numbered or not. A numbered one must carry the number after the last one and the XOR of all its bytes before
the `*`; what does not is refused with the number that is wanted. Numbers may be negative: printcore starts at -1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor

LONGEST = 96
"""Bytes of a line that are kept, Marlin's MAX_CMD_SIZE; what follows up to the line's end is dropped."""
EMERGENCIES = frozenset({"M108", "M112", "M410"})
"""Commands that act when their line ends, whatever waits before them."""

_END = re.compile(rb"[\r\n]")
_NUMBER = re.compile(r"N\s*([+-]?\d+)?\s*")
_RESTART = re.compile(r"M110\b[^N*]*N\s*([+-]?\d+)|M110\b")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command in its turn, without number and checksum."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A line out of turn or damaged; `replies` ask for it again."""

    replies: tuple[str, ...]


class LineReader:
    """Cuts a stream of bytes into lines; holds at most one line's beginning, whatever comes."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that these bytes end, without comments; blank ones are left out."""
        *ended, rest = _END.split(data)
        for piece in ended:
            self._take(piece)
            text = self._line.decode("latin-1").strip()
            self._line.clear()
            self._skipping = False
            if text:
                yield text
        self._take(rest)

    def _take(self, piece: bytes) -> None:
        if self._skipping:
            return
        body, comment, _ = piece.partition(b";")
        self._line += body[: LONGEST - len(self._line)]
        self._skipping = bool(comment) or len(self._line) >= LONGEST


class Numbering:
    """Line numbers of one conversation: `last` is the number of the last line that was accepted."""

    def __init__(self) -> None:
        self.last = 0

    def admit(self, line: str) -> Accepted | Refused:
        """Check one line's number and checksum; M110 sets the number instead of obeying it."""
        number = _NUMBER.match(line) if line.startswith("N") else None
        restart = _RESTART.search(line)
        if number is None:
            if restart and restart.group(1):
                self.last = int(restart.group(1))
            return Accepted(line)
        told = int((restart and restart.group(1)) or number.group(1) or 0)
        if restart is None and told != self.last + 1:
            return self._again("Line Number is not Last Line Number+1, Last Line: ")
        body, star, checksum = line.rpartition("*")
        if not star:
            return self._again("No Checksum with line number, Last Line: ")
        if _as_number(checksum) != reduce(xor, body.encode("latin-1"), 0):
            return self._again("checksum mismatch, Last Line: ")
        self.last = told
        return Accepted(body[number.end() :].strip())

    def _again(self, why: str) -> Refused:
        return Refused((f"Error:{why}{self.last}", f"Resend: {self.last + 1}", "ok"))


def emergency(line: str) -> str:
    """The emergency command that a line carries, numbered, checked or plain; else an empty string."""
    text = line.rpartition("*")[0] or line
    number = _NUMBER.match(text) if text.startswith("N") else None
    code = text[number.end() if number else 0 :].strip()
    return code if code in EMERGENCIES else ""


def numbered(number: int, command: str) -> str:
    """A line as a host sends it: with number and checksum."""
    body = f"N{number} {command}"
    return f"{body}*{reduce(xor, body.encode('latin-1'), 0)}"


def _as_number(text: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", text)
    return int(digits.group(1)) if digits else -1
