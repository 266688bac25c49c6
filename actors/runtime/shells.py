"""A shell found by its name and brought to life, and its failures turned into plain words."""

from __future__ import annotations

import importlib
from typing import Any

from actors.runtime.port import Link, Plain, Shell


class ShellNotFound(Exception):  # noqa: N818 - errors read as facts
    """Raised when `package.module:Class` names nothing that can be made into a shell."""


def summon(path: str, config: Plain) -> Shell:
    """Import the class and make the shell.

    Args:
        path: `package.module:Class`.
        config: plain values for its constructor.

    Raises:
        ShellNotFound: the module or the class does not exist.
        Exception: whatever the constructor raises.
    """
    shell: Shell = _made(path, config)
    return shell


def summon_link(address: Plain) -> Link:
    """The way to a worker from inside another one.

    Args:
        address: what `Runtime.reach` gave; its `link` is `package.module:Class`.

    Raises:
        ShellNotFound: the module or the class does not exist.
    """
    link: Link = _made(address["link"], address)
    return link


def _made(path: str, config: Plain) -> Any:
    module, colon, name = path.partition(":")
    if not colon:
        raise ShellNotFound(f"'{path}' is not of the form package.module:Class")
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ShellNotFound(f"'{path}': {error}; the worker cannot import it") from error
    if not hasattr(found, name):
        raise ShellNotFound(f"'{path}': module '{module}' has no '{name}'")
    return getattr(found, name)(config)


async def dismiss(shell: Shell) -> None:
    """Let the shell finish its work, if it has anything to finish."""
    close = getattr(shell, "close", None)
    if close is not None:
        await close()


def described(error: BaseException) -> tuple[str, str]:
    """An error as its type name and text: all of it that may cross to another process."""
    return type(error).__name__, str(error)
