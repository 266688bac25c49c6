"""Keys of providers: read from the environment only, checked before use, and masked in everything that is written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from actors.llm.port import KeyMissing

MASK = "[key]"
SHORTEST = 8
"""Characters below which a value is too common a text to be masked wherever it stands."""
_KNOWN: set[str] = set()
_PATTERNS = re.compile(
    r"(?i)\b(?:sk|pk|rk|xai|gsk)[-_][a-z0-9_\-]{8,}"  # OpenAI, Anthropic, xAI, Groq
    r"|\bAIza[a-z0-9_\-]{20,}"  # Google
    r"|\beyJ[a-z0-9_\-]{10,}\.[a-z0-9_\-]{10,}\.[a-z0-9_\-]*"  # a JSON web token
    r"|(?<=bearer )[a-z0-9._~+/\-]{8,}=*"
    r"|(?<=[?&]key=)[^&\s'\"]+"
)
_NAMED = re.compile(r"_(API_)?(KEY|TOKEN)$")


def key(*variables: str, environment: Mapping[str, str] | None = None) -> str:
    """The first key that one of the variables holds, without blanks around it.

    Raises:
        KeyMissing: none of them is set, or its value cannot go into an HTTP header.
    """
    surroundings = os.environ if environment is None else environment
    for variable in variables:
        found = surroundings.get(variable, "").strip()
        if found and not (found.isascii() and found.isprintable() and " " not in found):
            raise KeyMissing(f"{variable} holds blanks, line breaks or other characters that no key has; set it anew")
        if found:
            keep_secret(found)
            return found
    raise KeyMissing(f"no key: set {' or '.join(variables)} in the environment; keys are read from nowhere else")


def keep_secret(value: str) -> None:
    """Mask this value from now on wherever `redacted` sees it."""
    if len(value) >= SHORTEST:
        _KNOWN.add(value)


def redacted(text: str) -> str:
    """The text with every key masked: those that were read, those in the environment, and what looks like one."""
    for value in sorted({*_KNOWN, *_in_environment()}, key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    return _PATTERNS.sub(MASK, text)


def _in_environment() -> list[str]:
    values = (value.strip() for name, value in os.environ.items() if _NAMED.search(name))
    return [value for value in values if len(value) >= SHORTEST]
