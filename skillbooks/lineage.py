"""Lineage: what a book's own stream says of it beside its skills: whose lessons count, what is void."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from events.book_facts import EpisodeRetracted, ProposalReviewed, SkillbookForked
from events.fact import Fact
from events.facts import SkillsAccepted
from skillbooks.delta import targets
from skillbooks.shelf import wording


@dataclass
class Lineage:
    """As far as the stream was read.

    Attributes:
        name: of the book.
        origins: other book -> last position up to which its lessons count for this one.
        weighed: ids of lessons that some delta took into account.
        retracted: episodes that nothing is to be learned from.
        made: ids of skills that were made from lessons.
        refused: texts of skills that a person did not want.
        condemned: skills that their effect retired, and that nobody changed since.
    """

    name: str
    origins: dict[str, int] = field(default_factory=dict)
    weighed: set[str] = field(default_factory=set)
    retracted: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    condemned: set[str] = field(default_factory=set)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def take(self, fact: Fact) -> None:
        """Read one fact of the book's stream."""
        if isinstance(fact, EpisodeRetracted):
            self.retracted.add(fact.episode)
        elif isinstance(fact, SkillbookForked):
            self.origins[fact.origin] = fact.position
        elif isinstance(fact, ProposalReviewed):
            self.refused += [wording(skill) for skill in fact.refused]
        elif isinstance(fact, SkillsAccepted):
            self.weighed.update(fact.evidence)
            for operation in fact.operations:
                mark = self.condemned.add if operation.get("by") == "credit" else self.condemned.discard
                for id_ in targets(operation):
                    mark(id_)
            for operation, sources in zip(fact.operations, fact.sources, strict=False):
                if sources:
                    self.made.update(targets(operation)[:1])

    def counts(self, skillbook: str, position: int, episode: str) -> bool:
        """Whether lessons that were proposed for a book at a position are this one's too."""
        if episode in self.retracted:
            return False
        return skillbook == self.name or position <= self.origins.get(skillbook, -1)

    def wants(self, operation: dict[str, Any]) -> bool:
        """Whether an operation says nothing that a person has refused."""
        skill = operation.get("skill")
        return not skill or wording(skill) not in self.refused
