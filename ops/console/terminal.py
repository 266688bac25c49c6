"""The terminal as a console: a line is asked for and read, with history and completion where a person sits there."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType
from typing import TextIO

from actors.llm.human.console import Complete, PersonLeft
from ops.console.text import line, safe

_HEARD = (signal.SIGINT, signal.SIGTERM)
_AGAIN = 0.1
"""Seconds after which a signal that nobody heard is sent again."""


class Terminal:
    """Standard input, and the stream for people.

    On a terminal lines can be edited, recalled and completed; from a pipe or file they are read one by one and shown,
    so that what comes out reads like a conversation.

    Args:
        stream: where people read; standard input and this stream must both be a terminal for line editing.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lively = sys.stdin is not None and sys.stdin.isatty()
        self._editing = self._lively and stream is sys.stdout and stream.isatty()
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        self._complete: Complete | None = None
        if self._editing:
            _readline(self._completion)

    def tell(self, text: str) -> None:
        """Show lines, screened."""
        self._stream.write(safe(text) + "\n")
        self._stream.flush()

    def ask(self, prompt: str, complete: Complete | None = None) -> str:
        """The next line, screened as well: it goes into the log. Raises PersonLeft as the port says."""
        self._complete = complete
        try:
            with _interruptible():
                return line(self._read(safe(prompt)))
        except (EOFError, KeyboardInterrupt):
            self.tell("")
            raise PersonLeft("the person has left") from None

    def _read(self, prompt: str) -> str:
        if self._editing:
            above, _, last = prompt.rpartition("\n")
            if above or prompt.startswith("\n"):
                self.tell(above)
            return input(last)
        self._stream.write(prompt)
        self._stream.flush()
        text = sys.stdin.readline() if sys.stdin is not None else ""
        if not text:
            raise EOFError
        if not self._lively:
            self.tell(text.rstrip("\n"))
        return text

    def _completion(self, text: str, state: int) -> str | None:
        import readline  # noqa: PLC0415 - it is there, or nobody would ask

        before = readline.get_line_buffer()[: readline.get_begidx()]
        words: Sequence[str] = self._complete(before) if self._complete else ()
        found = [word for word in words if word.lower().startswith(text.lower())]
        return f"{found[state]} " if state < len(found) else None


def _readline(completion: Callable[[str, int], str | None]) -> None:
    """Editing, history and completion, where this Python has them."""
    try:
        import readline  # noqa: PLC0415 - some builds of Python come without
    except ImportError:
        return
    readline.set_completer(completion)
    readline.set_completer_delims(" \t")
    readline.set_auto_history(True)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the waiting for a line: the event loop, which hears of them otherwise, waits too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(number, signal.getsignal(number)) for number in _HEARD]
    heard, told = socket.socketpair()
    told.setblocking(False)
    over = threading.Event()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if not over.is_set():  # one that is sent again must not break into the clearing up
            over.set()
            raise KeyboardInterrupt

    insisting = threading.Thread(target=_insist, args=(heard, over), daemon=True)
    wakeup = signal.set_wakeup_fd(told.fileno())
    try:
        insisting.start()
        for number in _HEARD:
            signal.signal(number, interrupt)
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(wakeup)
        told.close()
        insisting.join()
        heard.close()
        for number, handler in before:
            signal.signal(number, handler)


def _insist(heard: socket.socket, over: threading.Event) -> None:
    """Send a signal again until it is heard: one that comes just before the library waits for a key is overlooked."""
    if heard.recv(1):
        while not over.wait(_AGAIN):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
