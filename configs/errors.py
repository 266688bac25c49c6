"""What is wrong with settings, said for the person who wrote them."""

from __future__ import annotations

from collections.abc import Sequence


class SettingsError(Exception):
    """Raised when settings cannot be used; one line for each thing that is wrong, none of them applied.

    Attributes:
        problems: one sentence each, opening with the place: `FILE:LINE: field`, `JOURNEYMAN_FIELD`, or `--flag`.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))
