"""A follower keeps one projection up to date: its state, its checkpoint and its parked events are stored as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from events.codec import pack, unpack
from events.errors import LogError
from events.event import RecordedEvent
from events.log import EventLog
from events.projection import LastingProjection, hash_at
from events.snapshot import Snapshot, Snapshots
from events.subscription import Subscription

S = TypeVar("S")

_PREFIX: Final = "follower:"


class PoisonEvent(LogError):  # noqa: N818 - errors read as facts
    """Raised when a projection cannot take an event and is to stop there; its state stands just before the event."""

    def __init__(self, name: str, event: RecordedEvent, error: Exception) -> None:
        self.position = event.position
        super().__init__(
            f"projection '{name}' cannot take event {event.position} (stream '{event.stream}', type '{event.type}'): "
            f"{type(error).__name__}: {error}; mend the projection and go on, or follow with poison='park'"
        )


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that a projection could not take, or that waits behind one of its own stream.

    Attributes:
        position: where it is in the log.
        stream: its stream; later events of it are parked too, so that their order is kept.
        error: what went wrong, or that it waits.
    """

    position: int
    stream: str
    error: str


class Follower(Generic[S]):
    """Brings a projection up to the head of the log, again and again.

    State, checkpoint and parked events are one row of the store, written in one transaction: whatever dies, each
    event goes into the state exactly once. One process follows under one name at a time.

    Attributes:
        state: the projection's state.
        position: the checkpoint.
        parked: events that it could not take.
    """

    def __init__(
        self, log: EventLog, projection: LastingProjection[S], *, poison: Literal["stop", "park"] = "stop"
    ) -> None:
        """Take up where the last follower of this projection and version left off.

        Args:
            log: where to read, and where to store.
            projection: what to keep up to date.
            poison: what to do with an event that `evolve` fails on: stop before it, or park it and go on.

        Raises:
            LogError: this log keeps no snapshots.
        """
        if not isinstance(log, Snapshots):
            raise LogError(f"{type(log).__name__} keeps no snapshots, so nothing can be followed in it")
        self._log, self._store, self._projection, self._poison = log, log, projection, poison
        self._name = f"{_PREFIX}{projection.name}#{projection.version}"
        self.state, self.position, self.parked = projection.initial(), 0, list[Parked]()
        kept = log.snapshot(self._name)
        if kept is not None and hash_at(log, kept.position) == kept.hash:
            plain = unpack(kept.state)
            self.state, self.position = projection.from_plain(plain["state"]), kept.position
            self.parked = [Parked(*row) for row in plain["parked"]]

    def catch_up(self) -> int:
        """Take everything up to the head, and store after each page; events taken or parked.

        Raises:
            PoisonEvent: with `poison='stop'`; everything before the event is stored.
            StoreUnavailable: the state could not be stored; the next follower begins at the last checkpoint.
        """
        subscription, taken = Subscription(self._log, after=self.position, types=self._projection.types), 0
        while True:
            before = subscription.position
            events = subscription.page()
            if subscription.position == before:
                return taken
            self._take(events)
            self._store_at(subscription.position)
            taken += len(events)

    def _take(self, events: list[RecordedEvent]) -> None:
        waiting = {parked.stream for parked in self.parked}
        for event in events:
            if event.stream in waiting:
                self.parked.append(Parked(event.position, event.stream, "waits behind an event of its stream"))
                continue
            try:
                self.state = self._projection.evolve(self.state, event)
            except Exception as error:
                if self._poison == "stop":
                    self._store_at(event.position - 1)
                    raise PoisonEvent(self._projection.name, event, error) from error
                self.parked.append(Parked(event.position, event.stream, f"{type(error).__name__}: {error}"))
                waiting.add(event.stream)

    def _store_at(self, position: int) -> None:
        if position <= self.position:
            return
        parked = [[p.position, p.stream, p.error] for p in self.parked]
        state = pack({"state": self._projection.to_plain(self.state), "parked": parked})
        self._store.keep_snapshot(Snapshot(self._name, position, hash_at(self._log, position), state))
        self.position = position


def followers(log: EventLog) -> Iterator[dict[str, Any]]:
    """Every follower that has stored its state: name, position, how far behind the head, what it has parked."""
    if not isinstance(log, Snapshots):
        return
    head = log.head().position
    for kept in log.snapshots():
        if kept.name.startswith(_PREFIX):
            parked = [{"position": p, "stream": s, "error": e} for p, s, e in unpack(kept.state)["parked"]]
            name = kept.name.removeprefix(_PREFIX)
            yield {"name": name, "position": kept.position, "behind": head - kept.position, "parked": parked}
