"""A printer on a pseudo-terminal: any program that opens a serial port opens this one, under a name that stays."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
import tty
from pathlib import Path

from actors.worlds.printer.wire.door import READ, opened, room
from actors.worlds.printer.wire.marlin import Marlin

_PACKET = struct.pack("i", 1)
_DATA = 0
"""First byte of a packet that carries data; any other tells what was done to the terminal."""


class PtyDoor:
    """Both ends of a pseudo-terminal and the link that names it.

    The end that hosts open is kept open here too, so that one who leaves is not the end of the terminal. In packet mode
    the kernel also tells of a flush, and a flush is what serial libraries begin with: so an opening is seen.

    Attributes:
        address: path of the link.
    """

    def __init__(self, link: str) -> None:
        """Open a terminal and link to it.

        Raises:
            OSError: the link cannot be made there, or something else has that name; `filename` is the path.
        """
        self.address = link
        self._master, self._slave = os.openpty()
        try:
            tty.setraw(self._slave)
            fcntl.ioctl(self._master, termios.TIOCPKT, _PACKET)
            os.set_blocking(self._master, False)
            self._target = os.ttyname(self._slave)
            _point(Path(link), self._target)
        except BaseException:
            os.close(self._master)
            os.close(self._slave)
            raise

    def say(self, data: bytes) -> None:
        """Send to whoever listens; bytes for which there is no room are lost, as on a line that nobody reads."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    async def serve(self, marlin: Marlin) -> None:
        """Carry bytes until cancelled."""
        while True:
            await self._readable()
            packet = os.read(self._master, READ)
            if packet[:1] == bytes([_DATA]):
                self.say(marlin.receive(packet[1:]))
                await room(marlin)
            elif packet and packet[0] & termios.TIOCPKT_FLUSHREAD:
                self.say(opened(marlin))

    def close(self) -> None:
        """Remove the link if it is still ours, and close the terminal."""
        with contextlib.suppress(OSError):
            link = Path(self.address)
            if str(link.readlink()) == self._target:
                link.unlink()
        os.close(self._master)
        os.close(self._slave)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._master, _settle, ready)
        try:
            await ready
        finally:
            loop.remove_reader(self._master)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _point(link: Path, target: str) -> None:
    """Make the link in one step; an old link is replaced, anything else is left alone."""
    if link.exists() and not link.is_symlink():
        raise OSError(0, "there is something else of that name; give the link another", str(link))
    beside = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        beside.symlink_to(target)
        beside.replace(link)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise OSError(error.errno, error.strerror, str(link)) from error
