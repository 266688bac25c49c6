"""Lessons of very many episodes in bounded memory: all of them up to a number, an even sample of more."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from skillbooks.lesson import Lesson, Seen


@dataclass(frozen=True, slots=True)
class _Taught:
    """Lessons of one episode, for a book, at a position of the log."""

    skillbook: str
    position: int
    lessons: tuple[Lesson, ...]


class LessonSample:
    """Lessons of at most so many episodes, chosen by the hash of their names: the same ones in any order.

    Args:
        most: episodes that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ranks: list[tuple[int, str]] = []
        self._kept: dict[str, _Taught] = {}
        self._sightings: dict[Seen, Seen] = {}

    def add(self, episode: str, skillbook: str, position: int, lessons: list[Lesson]) -> None:
        """Take the lessons of one episode in; a second time they take the place of the first."""
        if episode not in self._kept:
            rank = -int.from_bytes(blake2b(episode.encode(), digest_size=8).digest())
            heapq.heappush(self._ranks, (rank, episode))
        self._kept[episode] = _Taught(skillbook, position, tuple(self._lean(lesson) for lesson in lessons))
        if len(self._ranks) > self._most:
            del self._kept[heapq.heappop(self._ranks)[1]]

    def that(self, counts: Callable[[str, int, str], bool]) -> dict[str, list[Lesson]]:
        """Lessons by episode, of those that count: asked with skillbook, position and episode."""
        return {
            episode: list(taught.lessons)
            for episode, taught in self._kept.items()
            if counts(taught.skillbook, taught.position, episode)
        }

    def _lean(self, lesson: Lesson) -> Lesson:
        """The lesson with its sightings shared: the same few hundred occur in thousands of lessons."""
        return lesson.model_copy(update={"seen": tuple(self._sightings.setdefault(seen, seen) for seen in lesson.seen)})
