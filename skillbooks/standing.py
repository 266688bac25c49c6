"""Standing: which version of a book is the current one, by whose word, and what was before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from events.book_facts import SkillbookPromoted, SkillbookRolledBack
from events.event import RecordedEvent


@dataclass
class Standing:
    """As far as the book's stream was read.

    Attributes:
        current: the version in service; 0 until one was promoted.
        path: versions that were current before, oldest first.
        since: position of the event that made it so.
        promoted: every version that a gate or a person let through.
    """

    current: int = 0
    path: list[int] = field(default_factory=list)
    since: int = 0
    promoted: list[int] = field(default_factory=list)

    @property
    def earlier(self) -> int:
        """The version that was current before this one; 0 if there was none."""
        return self.path[-1] if self.path else 0

    def take(self, event: RecordedEvent) -> None:
        """Read one event of the book's stream."""
        fact = event.fact()
        if isinstance(fact, SkillbookPromoted):
            self.path.append(self.current)
            self.promoted.append(fact.version)
            self.current, self.since = fact.version, event.position
        elif isinstance(fact, SkillbookRolledBack):
            while self.path and self.path[-1] >= fact.restored:
                self.path.pop()
            self.current, self.since = fact.version, event.position


def standing(events: Iterable[RecordedEvent]) -> Standing:
    """Fold a book's stream."""
    found = Standing()
    for event in events:
        if event.type in (SkillbookPromoted.fact_name, SkillbookRolledBack.fact_name):
            found.take(event)
    return found
