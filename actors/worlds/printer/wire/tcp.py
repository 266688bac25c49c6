"""A printer on a TCP port: one host at a time, another one is told so."""

from __future__ import annotations

import asyncio
import os
import socket

from actors.worlds.printer.wire.door import READ, opened, room
from actors.worlds.printer.wire.marlin import Marlin

TAKEN = b"Error:Another host is connected to this printer; it takes one at a time\n"
UNHEARD = 256 * 1024
"""Bytes that may wait for a host that does not read; what comes beyond is lost."""


KEPT_ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""Seconds and tries after which a host that has vanished without a word no longer holds the door."""


class TcpDoor:
    """A listening port.

    Attributes:
        address: `host:port` as a host would type it.
    """

    def __init__(self) -> None:
        self.address = ""
        self._server: asyncio.Server | None = None
        self._host: asyncio.StreamWriter | None = None
        self._marlin: Marlin | None = None

    @classmethod
    async def open(cls, host: str, port: int) -> TcpDoor:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: the port is taken, or the address is not of this machine; `filename` is the address.
        """
        door = cls()
        try:
            door._server = await asyncio.start_server(door._enter, host, port)
        except (OSError, OverflowError) as error:
            number = getattr(error, "errno", None) or 0
            said = os.strerror(number) if number > 0 else str(error)
            raise OSError(number, f"{said}; choose another one (port 0 takes a free one)", f"{host}:{port}") from error
        door.address = f"{host}:{door._server.sockets[0].getsockname()[1]}"
        return door

    def say(self, data: bytes) -> None:
        """Send to the host that is there."""
        if self._host is not None and self._host.transport.get_write_buffer_size() < UNHEARD:
            self._host.write(data)

    async def serve(self, marlin: Marlin) -> None:
        """Let hosts in until cancelled."""
        self._marlin = marlin
        await asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        if self._host is not None:
            self._host.close()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._host is not None or self._marlin is None:
            writer.write(TAKEN)
            writer.close()
            return
        self._host = writer
        _notice_silence(writer.get_extra_info("socket"))
        try:
            await self._carry(reader, self._marlin)
        except (OSError, asyncio.CancelledError):
            pass  # it vanished, and the printer goes on with what it has; or the printer is taken out of service
        finally:
            self._host = None
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, marlin: Marlin) -> None:
        self.say(opened(marlin))
        while data := await reader.read(READ):
            self.say(marlin.receive(data))
            await room(marlin)


def _notice_silence(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEPT_ALIVE.items():
        if hasattr(socket, name):  # not every system lets them be set
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
