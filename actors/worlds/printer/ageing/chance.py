"""Random numbers that are looked up and not drawn: the same key, purpose and count give the same number anywhere.

No stream is shared, so a printer's history depends neither on its neighbours in a fleet nor on their order. The
generator is the finaliser of splitmix64 (Steele, Lea, Flood 2014), a mixing of 64 bits that passes BigCrush, applied
to key, purpose and count in turn. Only integers and one multiplication are involved: every machine agrees to the bit.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.physics.elementwise import Array

Keys = NDArray[np.uint64]
"""One key a printer, or one key a purpose."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE, _TWO = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LANE = np.uint64(0xFFFF)


def _mix(bits: Keys) -> Keys:
    bits = bits + _GOLDEN
    bits = (bits ^ (bits >> np.uint64(30))) * _ONE
    bits = (bits ^ (bits >> np.uint64(27))) * _TWO
    return bits ^ (bits >> np.uint64(31))


@cache
def purpose(name: str) -> int:
    """The number of a purpose; it depends on its name alone, so new purposes leave the draws of others as they are."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


def purposes(names: tuple[str, ...]) -> Keys:
    """A column of purposes, to be drawn for every printer at once."""
    return np.array([[purpose(name)] for name in names], dtype=np.uint64)


def keys(seeds: NDArray[np.uint64] | list[int], kind: str) -> Keys:
    """Keys of printers of one kind from their seeds; a seed counts modulo 2^64."""
    wrapped = np.array([int(seed) % 2**64 for seed in seeds], dtype=np.uint64) if isinstance(seeds, list) else seeds
    return _mix(_mix(wrapped) ^ np.uint64(purpose(kind)))


def uniform(key: Keys, what: Keys | np.uint64, count: Keys | np.uint64) -> Array:
    """Between 0 and 1, never either of them."""
    bits = _mix(_mix(key ^ what) ^ count)
    found: Array = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return found


def normal(key: Keys, what: Keys | np.uint64, count: Keys | np.uint64) -> Array:
    """Mean 0, sigma 1, never beyond 3.5: the sum of four uniform numbers of 16 bits, as tolerances are bounded."""
    bits = _mix(_mix(key ^ what) ^ count)
    total = (bits & _LANE) + ((bits >> np.uint64(16)) & _LANE) + ((bits >> np.uint64(32)) & _LANE)
    total = total + (bits >> np.uint64(48))
    found: Array = (total.astype(np.float64) - 131070.0) * (1.7320508075688772 / 65536.0)
    return found
