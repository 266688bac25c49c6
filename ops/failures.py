"""The one place that turns what went wrong into a clear message and an exit status."""

from __future__ import annotations

import os
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

DONE: Final = 0
SAID_NO: Final = 1
WRONG_USE: Final = 2
OUTSIDE_FAILED: Final = 3
INTERRUPTED: Final = 130
WRONG_USE_AFAR: Final = frozenset({"UnknownStore", "LookupError", "ScenarioFileInvalid"})
"""Errors of workers that say that something was asked for wrongly."""


class WrongUse(Exception):  # noqa: N818 - errors read as facts
    """Raised when a command cannot do what it was asked because of how it was asked; the text says what is allowed."""


class Interrupted(Exception):  # noqa: N818 - errors read as facts
    """Raised after Ctrl-C when everything that happened is in the log.

    Attributes:
        run: the run that `--resume` goes on with; empty when there is nothing to resume.
    """

    def __init__(self, run: str = "") -> None:
        self.run = run
        super().__init__(f"stopped; go on with --resume {run}" if run else "stopped")


@dataclass(frozen=True, slots=True)
class Failure:
    """What the user is told, and the status that the shell gets."""

    message: str
    status: int


def explain(error: BaseException) -> Failure:
    """Name a failure: wrong use, the outside, an interruption, or a fault of ours with its trace kept aside."""
    leaves = _leaves(error)
    named = (_interruption(leaf) or _click(leaf) or _ours(leaf) for leaf in leaves)
    return next(filter(None, named), None) or Failure(_unexpected(error), OUTSIDE_FAILED)


def _leaves(error: BaseException) -> list[BaseException]:
    """The errors of a group that tasks raised side by side; an interruption first, for it stopped the others."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    found = [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return sorted(found, key=lambda leaf: _interruption(leaf) is None)


def _interruption(error: BaseException) -> Failure | None:
    if isinstance(error, Interrupted):
        return Failure(str(error), INTERRUPTED)
    return Failure("stopped", INTERRUPTED) if isinstance(error, KeyboardInterrupt | click.Abort) else None


def _click(error: BaseException) -> Failure | None:
    return Failure(_click_message(error), WRONG_USE) if isinstance(error, click.ClickException) else None


def _click_message(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f"\nTry '{context.command_path} --help'." if context else ""
    return error.format_message() + hint


def _ours(error: BaseException) -> Failure | None:
    """Failures that our own packages announce; looked up late, because each import costs start-up time."""
    from actors.llm.port import ModelFailed  # noqa: PLC0415
    from actors.runtime.port import AskFailed, RuntimeFault  # noqa: PLC0415
    from events.errors import LogError, UnknownStore  # noqa: PLC0415

    if isinstance(error, AskFailed):
        return _from_afar(error.type, error.text, outside=_names(LogError, ModelFailed, RuntimeFault, OSError))
    if isinstance(error, WrongUse | UnknownStore) or _is_unknown_name(error) or _lists_problems(error):
        return Failure(str(error), WRONG_USE)
    if isinstance(error, LogError | ModelFailed | RuntimeFault):
        return Failure(str(error), OUTSIDE_FAILED)
    if isinstance(error, OSError):
        said = error.strerror or str(error)
        return Failure(f"{error.filename}: {said}" if error.filename else said, OUTSIDE_FAILED)
    return None


def _from_afar(kind: str, text: str, *, outside: set[str]) -> Failure | None:
    """What a worker raised, of which only name and text came back; a name that says nothing is a fault of ours."""
    if kind in WRONG_USE_AFAR:
        return Failure(text, WRONG_USE)
    return Failure(text, OUTSIDE_FAILED) if kind in outside else None


def _names(*roots: type[BaseException]) -> set[str]:
    return {root.__name__ for root in roots} | {name for root in roots for name in _names(*root.__subclasses__())}


def _is_unknown_name(error: BaseException) -> bool:
    """A bare LookupError is a catalogue's answer to an unknown name; its children are slips of the code."""
    return isinstance(error, LookupError) and not isinstance(error, KeyError | IndexError)


def _lists_problems(error: BaseException) -> bool:
    """Settings and scenario files that are not in order list everything that is wrong as `problems`."""
    return isinstance(getattr(error, "problems", None), list | tuple)


def _unexpected(error: BaseException) -> str:
    from actors.llm.keys import redacted  # noqa: PLC0415 - only a fault pays for it

    trace = redacted("".join(traceback.format_exception(error)))
    said = redacted(f"{type(error).__name__}: {error}".strip().splitlines()[0][:300])
    if os.environ.get("JOURNEYMAN_DEBUG"):
        return f"unexpected: {said}\n{trace}"
    return f"unexpected: {said}\n{_kept(trace)}"


def _kept(trace: str) -> str:
    try:
        handle, path = tempfile.mkstemp(prefix="journeyman-", suffix=".trace")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(trace)
    except OSError:
        return "Run again with JOURNEYMAN_DEBUG=1 to see where."
    return f"Where it happened is written in {Path(path)}; please report it with that file."
