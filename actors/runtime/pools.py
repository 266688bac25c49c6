"""Who in a pool gets a request: the same worker for the same key, the least busy one without a key."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol, TypeVar

from actors.runtime.port import Staffing


class Seat(Protocol):
    """A place in a pool: who sits there changes when a worker dies, the place stays."""

    @property
    def up(self) -> bool:
        """Whether a worker sits here and is alive."""
        ...

    @property
    def busy(self) -> int:
        """Requests in hand."""
        ...


SeatT = TypeVar("SeatT", bound=Seat)


def home(key: str, size: int) -> int:
    """The seat of a key: a stable hash, the same in every process and on every day."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()) % size


def choose(seats: Sequence[SeatT], key: str, *, elsewhere: bool) -> SeatT:
    """The seat for a request.

    Args:
        seats: the pool.
        key: see `Runtime.ask`.
        elsewhere: True if a keyed request may go to another seat while its own is empty (stateless pools).
    """
    if key:
        seat = seats[home(key, len(seats))]
        if seat.up or not elsewhere:
            return seat
    return min(seats, key=lambda seat: (not seat.up, seat.busy))


def checked(staffing: Staffing, hired: Sequence[str]) -> Staffing:
    """The staffing, if a pool can be made of it.

    Raises:
        ValueError: the pool exists already, or its size is below one.
    """
    if staffing.pool in hired:
        raise ValueError(f"pool '{staffing.pool}' is already hired")
    if staffing.size < 1:
        raise ValueError(f"pool '{staffing.pool}': size must be 1 or more, not {staffing.size}")
    return staffing
