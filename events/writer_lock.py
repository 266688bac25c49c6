"""One writer at a time: a lock beside the database that the operating system gives back when its holder dies."""

from __future__ import annotations

import fcntl
import os
import socket
import weakref
from pathlib import Path

from events.errors import LogOccupied, StoreUnavailable


class WriterLock:
    """Held from construction to `release`, or to the death of this process."""

    def __init__(self, database: Path) -> None:
        """Take the lock at once or refuse.

        Raises:
            StoreUnavailable: if somebody else writes to this log, or the directory cannot be written to.
        """
        self._path = database.with_name(database.name + "-writer")
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreUnavailable(
                f"log '{database}' cannot be opened for writing: {error.strerror} ({self._path.name}); "
                "choose a place that can be written to, or open it read-only"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 200, 0).decode(errors="replace").strip() or "another process"
            os.close(self._file)
            raise LogOccupied(
                f"log '{database}' is being written to by {holder}; one process at a time may write: wait until it "
                "has ended, let it write for you (the journal), or open the log read-only"
            ) from error
        self.process = os.getpid()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {self.process} on {socket.gethostname()}\n".encode(), 0)
        _held.add(self)

    def release(self) -> None:
        """Give the lock back. Doing so twice is harmless."""
        if self._file >= 0:
            _held.discard(self)
            os.close(self._file)
            self._file = -1


_held: weakref.WeakSet[WriterLock] = weakref.WeakSet()


def _let_go_in_child() -> None:
    """A forked child must not keep the lock alive after its parent has died; closing its copy does not unlock."""
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_let_go_in_child)
