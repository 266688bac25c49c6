"""The Console port: what an asking program needs of whatever a person sits at; a terminal, a pipe, a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from actors.llm.port import ModelUnusable

Complete = Callable[[str], Sequence[str]]
"""From the words before the one that is being typed to the words that may stand there."""


class PersonLeft(ModelUnusable):
    """Raised when the person has gone: Ctrl-C, Ctrl-D, the end of a pipe, or `quit`."""


class Console(Protocol):
    """Where a person reads and types. Text from models, users and files is screened here, before it is shown."""

    def tell(self, text: str) -> None:
        """Show lines."""
        ...

    def ask(self, prompt: str, complete: Complete | None = None) -> str:
        """The line that the person types behind the prompt, without blanks round it.

        Raises:
            PersonLeft: nobody will type any more.
        """
        ...
