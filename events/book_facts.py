"""The facts of a book's life beside its deltas: retractions, promotions, gates, reviews, forks, feedback."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from events.fact import Fact

Plain = dict[str, Any]


class EpisodeRetracted(Fact, name="EpisodeRetracted"):
    """Nothing is to be learned from an episode any more; the delta that follows takes back what came only from it."""

    skillbook: str
    episode: str
    reason: str
    by: str = ""


class SkillbookForked(Fact, name="SkillbookForked"):
    """A book began as another one stood at a position; lessons that the other had by then count for this one too."""

    origin: str
    version: int
    position: int
    run: str = ""


class SkillbookImported(Fact, name="SkillbookImported"):
    """Skills came from a file of some format; `report` counts what was taken, merged, left out and why."""

    source: str
    format: str
    report: Plain


class GateEvaluated(Fact, name="GateEvaluated"):
    """A version was measured against the current one on paired scenarios; `passed` is what the stated rule says."""

    skillbook: str
    version: int
    against: str
    run: str
    passed: bool
    method: str
    alpha: float
    margin: float
    n: int
    difference: float
    bound: float | None
    evidence: float
    categories: Plain
    flips_won: tuple[str, ...]
    flips_lost: tuple[str, ...]
    reasons: tuple[str, ...] = ()


class SkillbookPromoted(Fact, name="SkillbookPromoted"):
    """A version became the current one: what is in service uses it."""

    skillbook: str
    version: int
    sha256: str
    previous: int
    gate: str
    by: str = ""
    reason: str = ""


class SkillbookRolledBack(Fact, name="SkillbookRolledBack"):
    """The texts of the earlier version `restored` are current again, as `version`: a new one where they differed."""

    skillbook: str
    version: int
    restored: int
    previous: int
    reason: str
    by: str = ""
    evidence: Plain = Field(default_factory=dict)


class SkillsProposed(Fact, name="SkillsProposed"):
    """A delta waits for a person's word before it is applied."""

    skillbook: str
    base_version: int
    operations: tuple[Plain, ...]
    sources: tuple[tuple[str, ...], ...]
    curator: str
    wave: int = -1
    evidence: tuple[str, ...] = ()


class DeltaDrafted(Fact, name="DeltaDrafted"):
    """A curator that asks a model said what a book should become; what is made of it stands in the book's stream.

    `operations` are as it said them, `evidence` the ids of the lessons that it was shown, `prompts` its prompt file
    with the hash, `calls` and `repairs` how often it was asked and how often it had to mend its answer.
    """

    skillbook: str
    wave: int
    curator: str
    prompts: dict[str, str]
    operations: tuple[Plain, ...] = ()
    evidence: tuple[str, ...] = ()
    calls: int = 0
    repairs: int = 0


class ProposalReviewed(Fact, name="ProposalReviewed"):
    """A person decided about a proposed delta; what was accepted follows as a delta of its own.

    `refused` are skills whose texts are not to be proposed again.
    """

    skillbook: str
    proposal: str
    verdict: Literal["accept", "reject", "edit"]
    reason: str = ""
    by: str = ""
    refused: tuple[Plain, ...] = ()


class FeedbackGiven(Fact, name="FeedbackGiven"):
    """How a task in service went, done with a version of a book."""

    skillbook: str
    version: int
    points: float
    task: str = ""
    by: str = ""


class SkillsEvicted(Fact, name="SkillsEvicted"):
    """Skills of a version that found no place in the prompt's token budget."""

    skillbook: str
    version: int
    policy: str
    budget: int
    skills: tuple[str, ...]
