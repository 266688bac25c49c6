"""Snapshots: folded state at a position, kept beside the log so that a fold need not begin at the beginning."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State that a projection had reached. It can always be thrown away and folded again.

    Attributes:
        name: whose state: projection, its version, and what it was restricted to.
        position: last position that went into the state.
        hash: the chain's value there; a snapshot of another history is no snapshot of this one.
        state: msgpack bytes of the state's plain value.
    """

    name: str
    position: int
    hash: bytes
    state: bytes

    def digest(self) -> bytes:
        """What a store keeps beside a snapshot to notice that it was damaged."""
        return sha256(b"%s\0%d\0%s%s" % (self.name.encode(), self.position, self.hash, self.state)).digest()


def intact(snapshot: Snapshot, digest: object) -> bool:
    """Whether a snapshot that a store gave back is the one that was kept there."""
    try:
        return snapshot.digest() == digest
    except (TypeError, AttributeError):  # a damaged file may hold anything in its columns
        return False


@runtime_checkable
class Snapshots(Protocol):
    """A log that can keep snapshots."""

    def snapshot(self, name: str) -> Snapshot | None:
        """The latest intact snapshot under this name, if there is one."""
        ...

    def snapshots(self) -> list[Snapshot]:
        """All intact snapshots, by name."""
        ...

    def keep_snapshot(self, snapshot: Snapshot) -> bool:
        """Keep it in place of the earlier one; False where the log is open for reading only."""
        ...
