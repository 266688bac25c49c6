"""A shell found by its name and brought to life, and its failures turned into plain words."""

from __future__ import annotations

import importlib
from typing import Any

from actors.runtime.port import Plain, Shell


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
    module, colon, name = path.partition(":")
    if not colon:
        raise ShellNotFound(f"'{path}' is not of the form package.module:Class")
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ShellNotFound(f"'{path}': {error}; the worker cannot import it") from error
    if not hasattr(found, name):
        raise ShellNotFound(f"'{path}': module '{module}' has no '{name}'")
    shell: Shell = getattr(found, name)(config)
    return shell


async def dismiss(shell: Shell) -> None:
    """Let the shell finish its work, if it has anything to finish."""
    close = getattr(shell, "close", None)
    if close is not None:
        await close()


def described(error: BaseException) -> tuple[str, str]:
    """An error as its type name and text: all of it that may cross to another process."""
    return type(error).__name__, str(error)
