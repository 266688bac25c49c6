"""The runtime on Ray: every worker is an actor, on this machine or wherever the cluster puts it."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import actors
from actors.runtime.actor import ActorWire, first_line
from actors.runtime.afar import Bureau
from actors.runtime.frames import Limits
from actors.runtime.lane import WireBroken
from actors.runtime.pools import PooledRuntime, Seat
from actors.runtime.port import Plain, RuntimeUnavailable, Staffing

_LOGGER: Final = logging.getLogger(__name__)

ROOT: Final = str(Path(actors.__file__).resolve().parent.parent)
"""Where our packages lie: a checkout, or site-packages."""
_KNOCK_SECONDS: Final = 5.0
"""How long an address may take to show that anybody listens there."""
_STORE_BYTES: Final = 200_000_000
"""Ray's object store on one machine: frames below 100 kB never touch it, and the default would take 30 % of the RAM."""
_LONGEST_TEMP: Final = 40
"""Characters; Ray's sockets lie some 60 deeper than its folder, and a socket's path ends at 107."""


class RayRuntime(PooledRuntime):
    """Every pool as Ray actors, started by the first `spawn` or by `start`.

    Dead actors are replaced by us, not by Ray: only we know whether a request may be delivered again.

    Args:
        address: a running cluster (`auto`, `host:port`); None: the one that RAY_ADDRESS names or, where that is unset,
            a Ray of our own on this machine, ended by `drain`.
        cpus: cores of our own Ray; None: all.
        limits: of the frames between conductor and workers.
        start_timeout: seconds that a worker may take until it is ready.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        cpus: int | None = None,
        limits: Limits | None = None,
        start_timeout: float = 90.0,
    ) -> None:
        super().__init__()
        self._address = address or os.environ.get("RAY_ADDRESS")
        self._cpus, self._start_timeout = cpus, start_timeout
        self._limits = limits or Limits()
        self._joining: asyncio.Task[bool] | None = None
        self._names = f"journeyman-{uuid4().hex}"
        self._hirings: defaultdict[str, Iterator[int]] = defaultdict(count)

    async def start(self) -> None:
        """Start or join Ray, if that has not happened yet; takes some seconds.

        Raises:
            RuntimeUnavailable: Ray cannot be started, or does not answer at the address.
        """
        if self._joining is None:
            self._joining = asyncio.create_task(_lastingly_joined(self._address, self._cpus))
        try:
            await asyncio.wait_for(asyncio.shield(self._joining), self._start_timeout)
        except TimeoutError:
            raise RuntimeUnavailable(_no_ray(self._address, f"no answer for {self._start_timeout:g} s")) from None

    async def spawn(self, staffing: Staffing) -> None:
        """See `Runtime.spawn`."""
        await self.start()
        await super().spawn(staffing)

    def _seat(self, staffing: Staffing, index: int) -> Seat:
        return Bureau(staffing, index, self._hired, self._limits)

    def reach(self, pool: str) -> Plain:
        """See `Runtime.reach`; from anywhere in the cluster."""
        self._seats(pool)
        return {"link": "actors.runtime.actor:ActorLink", "pool": pool, "name": self._names, **self._limits.plain()}

    async def _hired(self, staffing: Staffing) -> ActorWire:
        cpus = staffing.cpus if self._address else 0  # on a machine of our own there is always room
        name = f"{self._names}/{staffing.pool}/{next(self._hirings[staffing.pool])}" if staffing.reached else None
        wire = ActorWire.hired(ROOT, cpus, name)
        try:
            await asyncio.wait_for(wire.opened(staffing, self._limits), self._start_timeout)
        except (WireBroken, TimeoutError) as error:
            wire.free()
            raise RuntimeUnavailable(_no_worker(staffing, str(error), self._start_timeout)) from None
        except BaseException:
            wire.free()
            raise
        return wire

    async def _released(self) -> None:
        if self._joining is not None:
            joining, self._joining = self._joining, None
            ours = (await asyncio.gather(joining, return_exceptions=True))[0]
            if ours is True:
                await asyncio.to_thread(_leave)


async def _lastingly_joined(address: str | None, cpus: int | None) -> bool:
    """Do `_join` in a thread that stays until this process ends.

    The kernel ends the processes of our own Ray together with the thread that started them; a thread of a pool ends
    with its event loop, and whoever spoke to Ray afterwards, if only to shut it down, would wait for minutes.
    """
    joined: Future[bool] = Future()
    joined.set_running_or_notify_cancel()  # from here on nobody can cancel it, only stop waiting for it

    def stay() -> None:
        try:
            joined.set_result(_join(address, cpus))
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            joined.set_exception(error)
        threading.Event().wait()

    threading.Thread(target=stay, name="keeps Ray alive", daemon=True).start()
    return await asyncio.wrap_future(joined)


def _join(address: str | None, cpus: int | None) -> bool:
    """Start or join Ray, quietly; True if it is ours to leave again. Blocks for seconds: call it in a thread."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 - half a second, and only for those who use it
    except ImportError as error:
        raise RuntimeUnavailable(f"Ray is not installed ({error}): install 'ray', or use --runtime local") from None
    try:
        _knock(address)
    except (OSError, ValueError) as error:
        raise RuntimeUnavailable(_no_ray(address, first_line(error))) from None
    _hush()
    if ray.is_initialized():
        return False
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **_where(address, cpus))
    except Exception as error:
        ray.shutdown()
        raise RuntimeUnavailable(_no_ray(address, first_line(error))) from error
    return True


def _knock(address: str | None) -> None:
    """See whether anybody listens there; Ray itself would try for minutes, and fill the screen meanwhile.

    Raises:
        OSError: nobody does.
        ValueError: the address is not one that actors can be started from.
    """
    if address is None or address == "auto":
        return
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if address.startswith("ray://") or not colon or not port.isdigit():
        raise ValueError("an address is host:port, as 'ray start --head' prints it, or auto")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_SECONDS).close()


def _hush() -> None:
    """Keep what Ray's daemons report off standard output, which belongs to our own answers.

    No option of Ray does: even with `log_to_driver=False` it prints there whenever a worker dies. Who was lost is told
    to the askers; the full report stays in Ray's logs.
    """
    from ray._private import worker  # noqa: PLC0415 - imported with ray

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda data, **_: _LOGGER.debug("%s", "\n".join(data.get("lines", ())))


def _where(address: str | None, cpus: int | None) -> dict[str, Any]:
    if address is not None:
        return {"address": address}
    options: dict[str, Any] = {
        "address": "local",
        "include_dashboard": False,
        "num_cpus": cpus,
        "object_store_memory": _STORE_BYTES,
    }
    if len(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir()) > _LONGEST_TEMP:
        options["_temp_dir"] = "/tmp/ray"  # noqa: S108 - Ray's own default, where a socket's path fits
    return options


def _leave() -> None:
    import ray  # noqa: PLC0415 - here only if it was imported before

    ray.shutdown()


def _no_ray(address: str | None, why: str) -> str:
    if address is None:
        return f"Ray cannot be started here ({why}); 'journeyman doctor' says more, --runtime local needs no Ray"
    return (
        f"no Ray cluster answers at '{address}' ({why}); start one with 'ray start --head', correct --ray-address, "
        "or leave it out for a Ray of our own"
    )


def _no_worker(staffing: Staffing, why: str, timeout: float) -> str:
    return (
        f"no worker for '{staffing.pool}' within {timeout:g} s{f' ({why})' if why else ''}: each asks for "
        f"{staffing.cpus:g} cores; make the pools smaller, or give the cluster more nodes"
    )
