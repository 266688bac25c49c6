"""Names of the catalogue in running text: which causes, problem types, parts and settings a clause names, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from actors.worlds.printer.clause import Clause, plain_words
from actors.worlds.printer.component import components, parameters
from actors.worlds.printer.problem import causes, problems
from actors.worlds.printer.reading import reading

LOOSE = 2
"""So many other words may stand between the words of one name."""

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that was found.

    Attributes:
        ids: what it may mean; several where a name is shared.
        places: of its words in the clause.
        weak: True if it is only the bare title of a cause, which anything more exact beside it overrules.
    """

    ids: tuple[str, ...]
    places: frozenset[int]
    weak: bool


class Names:
    """A table of names, to look clauses up in."""

    def __init__(self, known: Iterable[tuple[str, str, bool]]) -> None:
        ids: dict[Words, set[tuple[str, bool]]] = defaultdict(set)
        for name, meaning, weak in known:
            if words := _telling(name):
                ids[words].add((meaning, weak))
        self._by_word: dict[str, list[Words]] = defaultdict(list)
        self._meaning: dict[Words, tuple[tuple[str, ...], bool]] = {}
        for words, found in ids.items():
            strong = {meaning for meaning, weak in found if not weak}
            self._meaning[words] = (tuple(sorted(strong or {meaning for meaning, _ in found})), not strong)
            self._by_word[min(words)].append(words)

    def find(self, clause: Clause) -> list[Mention]:
        """What a clause mentions; of names within each other the longest."""
        telling = [(at, word) for at, word in enumerate(clause.words) if word not in reading().small]
        present = {word for _, word in telling}
        found = []
        for words in (one for word in present for one in self._by_word.get(word, ()) if one <= present):
            places = _tightest(telling, words)
            if places is not None:
                found.append(Mention(self._meaning[words][0], places, self._meaning[words][1]))
        return sorted(_longest(found), key=lambda one: (min(one.places), one.ids))


def _telling(name: str) -> Words | None:
    """The words of a name; None if what tells it from others got lost with the small ones."""
    words = [word for word in plain_words(name) if word != ":"]
    kept = frozenset(word for word in words if word not in reading().small)
    lost = "a" in words or (len(words) > 1 and all(len(word) == 1 for word in kept))
    return None if lost or not kept else kept


def _tightest(telling: list[tuple[int, str]], words: Words) -> frozenset[int] | None:
    """Places of the words where they stand closest together; None if nowhere close enough."""
    best: tuple[int, frozenset[int]] | None = None
    for start, (_, first) in enumerate(telling):
        if first not in words:
            continue
        seen: dict[str, int] = {}
        for end in range(start, min(start + len(words) + LOOSE, len(telling))):
            at, word = telling[end]
            if word in words:
                seen.setdefault(word, at)
            if len(seen) == len(words):
                if best is None or end - start < best[0]:
                    best = (end - start, frozenset(seen.values()))
                break
    return best[1] if best else None


def _longest(found: list[Mention]) -> Iterator[Mention]:
    for one in found:
        inside = any(one.places < other.places for other in found)
        if not inside and not (one.weak and any(_overrules(other, one) for other in found)):
            yield one


def _overrules(other: Mention, weak: Mention) -> bool:
    """True if a more exact name shares words with a bare title, and is not merely a piece of it."""
    return not other.weak and bool(other.places & weak.places) and not other.places < weak.places


@cache
def cause_names() -> Names:
    """All names of root causes: id, aliases, part with title, part with condition; the bare title is weak."""
    return Names(_cause_names())


@cache
def type_names() -> Names:
    """All names of problem types."""
    return Names(
        (name, key, False) for key, problem in problems().items() for name in (key, problem.title, *problem.aliases)
    )


@cache
def thing_names() -> Names:
    """All names of parts and of their parameters, the latter by full id."""
    parts = ((name, key, False) for key, part in components().items() for name in (key, part.name, *part.aliases))
    settings = ((name, key, False) for key, parameter in parameters().items() for name in parameter.called)
    return Names([*parts, *settings])


def _cause_names() -> Iterator[tuple[str, str, bool]]:
    for key, cause in causes().items():
        part_id, _, condition = key.partition(".")
        part = components()[part_id]
        titles = {cause.title, cause.title.partition(",")[0]}
        yield from ((name, key, False) for name in (key, *cause.aliases))
        for name in (part.name, *part.aliases):
            yield f"{name} {condition}", key, False
            yield from ((f"{name} {title}", key, False) for title in titles)
        yield from ((title, key, True) for title in titles)
