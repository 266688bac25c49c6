"""The head of a log, kept in a small file beside it, so that a log that lost its end cannot pass for whole."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from events.log import Head

_LINE: Final = 128
_SEAL_LINE: Final = 2 * _LINE
LARGEST_SEALED: Final = 2**28
"""Largest database file, in bytes, that is sealed when it is closed: reading it must not hold up the end of a run."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What the whole database file was when it was last closed in order.

    Attributes:
        size: its length in bytes.
        digest: sha256 of its bytes.
    """

    size: int
    digest: str


class AnchorFile:
    """Two lines that hold the head in turn, so that a torn write leaves the one before; a third holds the seal.

    Each line ends in its own checksum. A line is written after the commit that it speaks of: after a crash it may
    be behind the log, never ahead of it.
    """

    def __init__(self, database: Path, *, read_only: bool) -> None:
        self.path = database.with_name(database.name + "-head")
        self._turn = 0
        self._file = -1 if read_only else os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def write(self, head: Head) -> None:
        """Note the head; survives the death of this process, and of the machine from the next `flush` on."""
        line = _checked(f"{head.position} {head.hash.hex()}")
        os.pwrite(self._file, line, self._turn * _LINE)
        self._turn = 1 - self._turn

    def write_seal(self, seal: Seal | None) -> None:
        """Note what the file is, or that it is about to change."""
        os.pwrite(self._file, _checked(f"{seal.size} {seal.digest}" if seal else "open"), _SEAL_LINE)

    def flush(self) -> None:
        """Bring what was written onto the disk."""
        os.fsync(self._file)

    def close(self) -> None:
        """Give the file back. Closing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchor file says.

    Attributes:
        head: the latest head that was noted, if a line is legible.
        seal: the seal, if the log was closed in order.
        damaged: True if the file is there and none of its heads can be read, or its seal cannot.
    """

    head: Head | None
    seal: Seal | None
    damaged: bool


def read_anchor(database: Path) -> Anchored | None:
    """What is noted beside a database, or None where there is no such file."""
    try:
        data = database.with_name(database.name + "-head").read_bytes()
    except FileNotFoundError:
        return None
    lines = [_legible(data[start : start + _LINE]) for start in (0, _LINE, _SEAL_LINE)]
    heads = [Head(int(line[0]), bytes.fromhex(line[1])) for line in lines[:2] if line]
    seal = Seal(int(lines[2][0]), lines[2][1]) if lines[2] and len(lines[2]) > 1 else None
    head = max(heads, key=lambda head: head.position, default=None)
    return Anchored(head, seal, damaged=bool(data) and (head is None or (len(data) > _SEAL_LINE and not lines[2])))


def seal_of(database: Path) -> Seal:
    """Read the whole file and say what it is."""
    digest, size = sha256(), 0
    with database.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
            size += len(block)
    return Seal(size, digest.hexdigest())


def _checked(text: str) -> bytes:
    body = text.encode()
    return (body + b" %08x" % zlib.crc32(body)).ljust(_LINE - 1) + b"\n"


def _legible(line: bytes) -> list[str]:
    body, _, checksum = line.rstrip().rpartition(b" ")
    if checksum != b"%08x" % zlib.crc32(body):
        return []
    return body.decode().split()
