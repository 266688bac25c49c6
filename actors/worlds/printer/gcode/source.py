"""G-code files as they come: read line by line, packed or not, and refused with one sentence where they are none."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LONGEST_LINE = 1 << 20
"""Bytes of one line; slicers write their settings into comments, none as long as this."""
_SNIFFED = 1 << 16


class GcodeInvalid(ValueError):  # noqa: N818 - errors read as facts
    """Raised when a file cannot be printed; the text names the file, what is wrong, and what is wanted."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a file, one after the other; nothing is kept.

    Args:
        path: a file of G-code, plain or packed with gzip.

    Raises:
        GcodeInvalid: the file is missing, empty, binary, or packed in a way that cannot be read.
        OSError: the file is there and cannot be read.
    """
    if not path.exists():
        raise GcodeInvalid(f"{path}: there is no such file")
    if path.is_dir():
        raise GcodeInvalid(f"{path} is a folder; a file of G-code is wanted")
    with path.open("rb") as raw:
        head = raw.read(4)
        raw.seek(0)
        if head[:2] != b"\x1f\x8b":
            yield from _text(path, raw)
            return
        try:
            with gzip.open(raw) as unpacked:
                yield from _text(path, unpacked)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise GcodeInvalid(f"{path} begins as a gzip file and cannot be unpacked: {error}") from None


def _text(path: Path, file: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    head = file.read(_SNIFFED)
    if not head.strip():
        raise GcodeInvalid(f"{path} is empty; a file of G-code is wanted")
    if head.startswith(b"GCDE"):
        raise GcodeInvalid(f"{path} is binary G-code (.bgcode); switch that off in the slicer, or convert it to text")
    if b"\x00" in head:
        raise GcodeInvalid(f"{path} is binary; text with one command a line is wanted, as slicers write it")
    file.seek(0)
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise GcodeInvalid(f"{path}:{number}: a line of more than {LONGEST_LINE} bytes; this is no G-code")
        yield line.decode("utf-8", errors="replace")
