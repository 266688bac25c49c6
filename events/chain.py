"""The hash chain: each recorded event carries a digest of itself and of everything before it."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgpack

from events.event import Row

ALGORITHM: Final = "sha256-msgpack-1"
"""Name of the chain's rule in a store's own records, so that a later rule can stand beside it."""

GENESIS: Final = bytes(32)
"""What the first event is chained to."""

# One packer is reused because making one costs as much as packing; a process forks it whole, threads take turns
# under the store's writer lock.
_pack = msgpack.Packer(use_bin_type=True, autoreset=True).pack


def link(previous: bytes, core: tuple[object, ...]) -> bytes:
    """The chain's value after an event.

    Args:
        previous: the value after the event before it, `GENESIS` for the first.
        core: every recorded column but the hash, in the order of `Row`: position, stream, version, explicit id or
            None, type, schema, time, correlation, causation, payload. They are hashed as one msgpack array, which
            gives each field its length and its kind, so no two different events have the same bytes.
    """
    return sha256(previous + _pack(core)).digest()


class Trace:
    """Follows the chain from a place that is known to be good.

    Attributes:
        position: last position that held.
        hash: the chain's value there.
    """

    def __init__(self, position: int = 0, value: bytes = GENESIS) -> None:
        self.position, self.hash = position, value

    def problem_with(self, row: Row) -> str | None:
        """What is wrong with the next row; if nothing is, the trace moves on to it."""
        place = self.position + 1
        if row[0] != place:
            return f"event {place} is missing: the next one found is {row[0]}"
        try:
            expected = link(self.hash, row[:-1])
        except (TypeError, ValueError, OverflowError) as error:
            return f"event {place} holds a value that no event can have: {error}"
        if expected != row[-1]:
            return f"event {place} was changed: stream '{row[1]}', version {row[2]}, type '{row[4]}'"
        self.position, self.hash = place, expected
        return None
