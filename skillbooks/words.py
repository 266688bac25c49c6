"""Words of free text as stems, so that `clicks` and `clicking` are one sign and no sentence is ever kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

_WORD = re.compile(r"[a-z]{4,24}")


def stems(texts: Iterable[str]) -> list[str]:
    """Stems of the words of some texts, each once, in alphabetical order; words of up to three letters say nothing."""
    words = {word for text in texts for word in _WORD.findall(text.lower())}
    return sorted({_stem(word) for word in words})


@cache
def _stem(word: str) -> str:
    stem: str = _stemmer()(word)
    return stem


@cache
def _stemmer() -> Any:
    import snowballstemmer  # noqa: PLC0415 - only who reads words pays for it

    return snowballstemmer.stemmer("english").stemWord
