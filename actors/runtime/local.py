"""The runtime in one process: shells are plain objects in one event loop, and Ray is never imported."""

from __future__ import annotations

import asyncio

from actors.runtime.pools import PooledRuntime, Seat
from actors.runtime.port import AskFailed, Drained, Plain, Shell, Staffing, WorkerLost
from actors.runtime.shells import described, dismiss, summon
from events.codec import pack, unpack


class LocalRuntime(PooledRuntime):
    """Every pool in this process and this event loop: for tests, debugging and small runs.

    Args:
        check: send every request and answer through msgpack, so that what would not cross a process boundary does
            not cross here either, and asker and shell never share a mutable value.
    """

    def __init__(self, *, check: bool = False) -> None:
        super().__init__()
        self._check = check

    def _seat(self, staffing: Staffing, index: int) -> Seat:
        return _Chair(staffing, index, check=self._check)


class _Worker:
    """One shell and the requests that it has in hand; `end` says what became of it, if it is gone."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.tasks: set[asyncio.Task[Plain]] = set()
        self.end: WorkerLost | Drained | None = None

    def stop(self, end: WorkerLost | Drained) -> None:
        """Drop everything in hand."""
        self.end = end
        for task in self.tasks:
            task.cancel()


class _Chair(Seat):
    """A seat whose worker is an object of this process."""

    def __init__(self, staffing: Staffing, index: int, *, check: bool) -> None:
        super().__init__(staffing, index)
        self._check = check
        self._worker: _Worker | None = None

    @property
    def up(self) -> bool:
        return self._worker is not None

    @property
    def busy(self) -> int:
        return len(self._worker.tasks) if self._worker else 0

    async def fill(self) -> None:
        self._manned()

    async def answer(self, request: Plain) -> Plain:
        crossed = self._crossed(request)
        worker = self._manned()
        task = asyncio.ensure_future(worker.shell.answer(crossed))
        worker.tasks.add(task)
        try:
            return self._crossed(await task)
        except asyncio.CancelledError as error:
            asker = asyncio.current_task()
            if asker is not None and asker.cancelling():
                raise
            raise worker.end or AskFailed(self.staffing.pool, *described(error)) from None
        except Exception as error:
            raise AskFailed(self.staffing.pool, *described(error)) from error
        finally:
            worker.tasks.discard(task)

    def abandon(self) -> None:
        if self._worker is not None:
            self._worker.stop(Drained(self.staffing.pool))

    async def close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            try:
                await dismiss(worker.shell)
            except Exception as error:
                raise AskFailed(self.staffing.pool, *described(error)) from error

    def kill(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop(WorkerLost(self.staffing.pool, self.index))

    def _manned(self) -> _Worker:
        """The worker here, made fresh if there is none."""
        if self._worker is None:
            try:
                self._worker = _Worker(summon(self.staffing.shell, self.staffing.config))
            except Exception as error:
                raise AskFailed(self.staffing.pool, *described(error)) from error
        return self._worker

    def _crossed(self, value: Plain) -> Plain:
        if not self._check:
            return value
        crossed: Plain = unpack(pack(value))
        return crossed
