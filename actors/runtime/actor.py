"""A Ray actor as a worker: how it is made, reached from the conductor, and found by name from other workers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from dataclasses import fields, replace
from typing import Any, Final
from uuid import uuid4

from actors.runtime.afar import SIGN, Bureau
from actors.runtime.frames import Limits
from actors.runtime.lane import WireBroken
from actors.runtime.port import DELIVERIES, AskFailed, Plain, RuntimeUnavailable, Staffing, WorkerLost
from events.codec import pack, unpack

_SEARCH, _PAUSE = 60.0, 0.2
"""Seconds that a worker looks for another one's successor, and between two looks."""
_AHEAD: Final = 8
"""Successors that may have come and gone while nobody asked."""


class ActorWire:
    """The way to one actor.

    Args:
        actor: its handle.
        client: who is at this end; empty for the conductor, whose actor it is.
    """

    def __init__(self, actor: Any, client: str = "") -> None:
        import ray  # noqa: PLC0415 - half a second, and only for those who use it

        self._ray, self._actor, self._client = ray, actor, client
        self._pid, self._host = 0, ""

    @classmethod
    def hired(cls, root: str, cpus: float, name: str | None) -> ActorWire:
        """Start an actor; `root` is where our packages lie, `name` how others find it."""
        import ray  # noqa: PLC0415 - half a second, and only for those who use it

        # One call parks in `collect` for each client, some hold frames; the requests inside the frames need none.
        remote: Any = ray.remote
        kind = remote(num_cpus=cpus, max_restarts=0, max_task_retries=0, max_concurrency=256)(_worker_class())
        return cls(kind.options(name=name).remote(root) if name else kind.remote(root))

    async def opened(self, staffing: Staffing, limits: Limits) -> None:
        """Let the actor make its shell. Raises `AskFailed` or `WireBroken`."""
        asked = {"shell": staffing.shell, "config": staffing.config, "limits": limits.plain()}
        said: Plain = unpack(await self._called("open", pack(asked)))
        if "fault" in said:
            raise AskFailed(staffing.pool, *said["fault"])
        self._pid, self._host = said["pid"], said["host"]

    async def deliver(self, frame: bytes) -> bytes:
        """See `Desk.deliver`."""
        return await self._called("deliver", frame, self._client)

    async def collect(self) -> bytes:
        """See `Desk.collect`."""
        return await self._called("collect", self._client)

    async def rest(self) -> None:
        """See `Wire.rest`."""
        await self._called("rest")

    async def close(self) -> bytes:
        """Let the shell finish; whoever is not its owner only leaves."""
        return b"" if self._client else await self._called("close")

    def free(self) -> None:
        """Make sure that the actor is gone; it goes on if it is not ours."""
        if not self._client:
            self._ray.kill(self._actor)

    def kill(self) -> None:
        """Kill it without warning; for fault tests, and for what hangs."""
        if self._host == socket.gethostname():
            with contextlib.suppress(ProcessLookupError):  # it is gone already
                os.kill(self._pid, signal.SIGKILL)
        else:
            self._ray.kill(self._actor)

    async def _called(self, method: str, *args: bytes | str) -> bytes:
        try:
            answer: bytes = await getattr(self._actor, method).remote(*args)
        except self._ray.exceptions.RayError as error:
            raise WireBroken(first_line(error)) from None
        return answer


class ActorLink:
    """The way from one actor to another; where that dies, its successor is looked for.

    Config: `name` of the runtime, `pool`, and the limits of the frames.
    """

    def __init__(self, address: Plain) -> None:
        self._base, self._known = f"{address['name']}/{address['pool']}", 0
        limits = Limits(**{field.name: address[field.name] for field in fields(Limits)})
        limits = replace(limits, pulse=3600.0)  # whether it hangs is for its owner to find out
        self._bureau = Bureau(Staffing(address["pool"], ""), 0, self._found, limits)

    async def ask(self, request: Plain) -> Plain:
        """See `Link.ask`."""
        for _ in range(DELIVERIES - 1):
            try:
                return await self._bureau.answer(request)
            except WorkerLost:
                continue
        return await self._bureau.answer(request)

    async def close(self) -> None:
        """See `Link.close`."""
        await self._bureau.close()

    async def _found(self, staffing: Staffing) -> ActorWire:
        """The living actor of the highest number; numbers rise by one with each successor."""
        import ray  # noqa: PLC0415 - here only within a Ray worker

        until = time.monotonic() + _SEARCH
        while time.monotonic() < until:
            for number in range(self._known + _AHEAD, self._known - 1, -1):
                try:
                    wire = ActorWire(ray.get_actor(f"{self._base}/{number}"), uuid4().hex)
                    await wire.deliver(SIGN)
                except (ValueError, WireBroken):
                    continue
                self._known = number
                return wire
            await asyncio.sleep(_PAUSE)
        raise RuntimeUnavailable(f"'{staffing.pool}' has no successor for {_SEARCH:g} s")


def first_line(error: BaseException) -> str:
    """What an error says, without its trace."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _worker_class() -> type:
    """The actor's class; made here so that it travels by value, and can look for our packages before it needs them."""

    class Worker:
        def __init__(self, root: str) -> None:
            import asyncio  # noqa: PLC0415 - runs in the worker, where this module is not yet importable
            import importlib.util  # noqa: PLC0415
            import os  # noqa: PLC0415
            import sys  # noqa: PLC0415

            specs = [importlib.util.find_spec(name) for name in ("actors", "events", "skillbooks", "configs", "ops")]
            foreign = any(spec is None or not str(spec.origin).startswith(root) for spec in specs)
            if foreign and os.path.isdir(os.path.join(root, "actors")):  # noqa: PTH112, PTH118 - as above
                sys.path.insert(0, root)
            self._office: Any = None
            self._ready = asyncio.Event()

        async def open(self, asked: bytes) -> bytes:
            from actors.runtime import desk  # noqa: PLC0415 - only now is the path right

            made, said = desk.opened(asked)
            self._office = made
            self._ready.set()
            return said

        async def deliver(self, frame: bytes, client: str = "") -> bytes:
            await self._ready.wait()
            told: bytes = await self._office.desk(client).deliver(frame)
            return told

        async def collect(self, client: str = "") -> bytes:
            told: bytes = await self._office.desk(client).collect()
            return told

        async def rest(self) -> bytes:
            import asyncio  # noqa: PLC0415 - as above

            await asyncio.sleep(20.0)
            return b""

        async def close(self) -> bytes:
            told: bytes = await self._office.close()
            return told

    return Worker
