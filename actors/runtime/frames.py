"""Frames: many small messages in one parcel of bytes, cut by count and size; a call costs the same full or empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Generic, TypeVar

from events.codec import Plain, pack, unpack

Ask = tuple[int, bytes]
"""A request in a frame: its number, and its packed plain value."""
Answer = tuple[int, bool, bytes]
"""An answer in a frame: the number of its request, whether it went well, and the packed value (or type and text)."""

MessageT = TypeVar("MessageT", Ask, Answer)

_HEAD: Final = 16
"""Bytes that a message costs in a frame beside its body, about."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How frames are cut and how many are under way.

    Attributes:
        count: most messages in a frame.
        size: bytes after which a frame is full; a larger message travels alone.
        linger: seconds that a message waits for company when others are under way already.
        longest: the same when very many are in hand, and nobody waits for this one alone.
        patience: seconds that a frame of requests waits for its answers before those that are ready go back.
        unacked: frames to one worker that it has not yet acknowledged.
        in_hand: requests that a worker works on at a time; more are acknowledged only when there is room.
        pulse: seconds after which a worker that has requests in hand is asked whether it is alive.
        hang: seconds that it may take to say so; then it is taken for hung, and killed.
    """

    count: int = 256
    size: int = 256 * 1024
    linger: float = 0.002
    longest: float = 0.010
    patience: float = 0.004
    unacked: int = 8
    in_hand: int = 8192
    pulse: float = 10.0
    hang: float = 45.0

    def plain(self) -> Plain:
        """As plain values, for a worker."""
        return asdict(self)

    def pause(self, in_hand: int) -> float:
        """Seconds to wait for company while so many requests are in hand."""
        return min(self.longest, self.linger * (1 + in_hand / 100))


class Outbox(Generic[MessageT]):
    """Messages that wait to travel, oldest first.

    Args:
        limits: where frames are cut.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: dict[int, MessageT] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether there is enough for a whole frame, so that waiting for more gains nothing."""
        return len(self._waiting) >= self._limits.count or self._size >= self._limits.size

    def put(self, message: MessageT) -> None:
        """Add a message; its number must not be waiting already."""
        self._waiting[message[0]] = message
        self._size += _weight(message)

    def remove(self, number: int) -> bool:
        """Take a message back; False if it has travelled already."""
        message = self._waiting.pop(number, None)
        if message is None:
            return False
        self._size -= _weight(message)
        return True

    def cut(self) -> list[MessageT]:
        """Take the messages of the next frame: at least one if any waits, and no more than the limits allow."""
        taken: list[MessageT] = []
        size = 0
        for message in self._waiting.values():
            size += _weight(message)
            if taken and (size > self._limits.size or len(taken) == self._limits.count):
                size -= _weight(message)
                break
            taken.append(message)
        for message in taken:
            del self._waiting[message[0]]
        self._size -= size
        return taken


def asks_frame(asks: Sequence[Ask], drops: Sequence[int]) -> bytes:
    """Requests to work on, and numbers of earlier requests that nobody waits for any more."""
    return pack([asks, drops])


def read_asks(frame: bytes) -> tuple[list[Ask], list[int]]:
    """What `asks_frame` packed."""
    asks, drops = unpack(frame)
    return [(number, body) for number, body in asks], drops


def answers_frame(answers: Sequence[Answer]) -> bytes:
    """Answers that are ready."""
    return pack(answers)


def read_answers(frame: bytes) -> list[Answer]:
    """What `answers_frame` packed."""
    return [(number, good, body) for number, good, body in unpack(frame)]


def _weight(message: Ask | Answer) -> int:
    return len(message[-1]) + _HEAD
