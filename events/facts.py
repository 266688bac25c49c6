"""The facts of training: what happened, in the past tense, as pydantic models under names that never change."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from events import book_facts  # noqa: F401 - whoever reads a log must know these as well
from events.fact import FACTS, Fact

Plain = dict[str, Any]


# ---- a run on run/RUN, its waves on wave/RUN/PHASE-N --------------------------------------------------------------


class RunStarted(Fact, name="RunStarted"):
    """A run began; `settings` is everything that decides its results."""

    run: str
    command: str
    world: str
    seed: int
    settings: Plain
    software: str


class WaveStarted(Fact, name="WaveStarted"):
    """A wave of episodes began against one fixed version of the skillbook."""

    wave: int
    phase: Literal["train", "held_out"]
    skillbook: str
    skillbook_version: int
    episodes: int


class WaveFinished(Fact, name="WaveFinished"):
    """Every episode of the wave is scored or given up, and its delta is applied or rejected."""

    wave: int
    phase: Literal["train", "held_out"]
    skillbook_version: int


class LevelFinished(Fact, name="LevelFinished"):
    """A curriculum's level was played through once more; `mean` of its points decides whether its goal is reached."""

    level: int
    name: str
    attempt: int
    goal: float
    n: int
    mean: float
    reached: bool


class RunStaffed(Fact, name="RunStaffed"):
    """How a run was staffed when it began or went on, on a stream of its own: it decides speed and no result."""

    run: str
    runtime: str
    placement: str
    workers: int
    in_flight: int
    pools: dict[str, int] = Field(default_factory=dict)


class RunPaused(Fact, name="RunPaused"):
    """The run was stopped cleanly and can be resumed; `reason` says by what."""

    reason: str


class RunResumed(Fact, name="RunResumed"):
    """A paused or broken run goes on."""

    reason: str = ""


class RunFinished(Fact, name="RunFinished"):
    """The run came to its end; `skillbook_sha256` is the hash that a replay must find again."""

    status: Literal["finished", "converged", "budget"]
    skillbook: str
    skillbook_version: int
    skillbook_sha256: str


# ---- one episode: stream episode/RUN/NAME, its key apart on key/RUN/NAME ------------------------------------------


class ScenarioProposed(Fact, name="ScenarioProposed"):
    """The brief of a scenario: all that the agent may know at the start."""

    scenario: str
    brief: Plain


class KeySealed(Fact, name="KeySealed"):
    """The key of a scenario: true faults, causes and seed. On a stream that no agent's reader is given."""

    scenario: str
    key: Plain


class EpisodeStarted(Fact, name="EpisodeStarted"):
    """An episode began. `arm` tells held-out episodes with and without skills, and baselines, apart."""

    run: str
    index: int
    wave: int
    phase: Literal["train", "held_out"]
    arm: str
    world: str
    scenario: str
    agent: str
    skillbook: str
    skillbook_version: int


class SkillShown(Fact):
    """One line of a manifest: which version of which skill stood where in the prompt."""

    skill: str
    version: int


class PromptComposed(Fact, name="PromptComposed", schema=2):
    """The manifest of an episode's prompt: which skills stood in it, in order, and the hash of its constant part.

    `prompts` names the prompt files that stood in it, each with its hash. `dropped` names skills that were left out by
    lot, to learn what they do; schema 1 left none out.
    """

    skillbook: str
    skillbook_version: int
    skills: tuple[SkillShown, ...]
    policy: str
    prefix_sha256: str
    prompts: dict[str, str] = Field(default_factory=dict)
    dropped: tuple[SkillShown, ...] = ()


@FACTS.upcaster("PromptComposed", 1)
def _nothing_dropped(payload: Plain) -> Plain:
    return {**payload, "dropped": []}


class ModelAsked(Fact, name="ModelAsked"):
    """A call that costs something is about to be made; without a reply behind it, it may have been paid for in vain.

    `tokens_in` and `cost_usd` are the most that it was reckoned to take; `priced` is False where no price is known.
    """

    turn: int
    role: str
    model: str
    prompt_sha256: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    priced: bool = True


class BatchSubmitted(Fact, name="BatchSubmitted"):
    """A wished call travels in a batch of the provider's: whoever goes on with the run collects it there by `place`."""

    turn: int
    role: str
    prompt_sha256: str
    batch: str
    place: str


class ModelReplied(Fact, name="ModelReplied"):
    """One answer of a role's model, and the hash of all that it was given to answer.

    `tokens_in` counts all tokens of the request; `tokens_cached` and `tokens_cache_written` are parts of it.
    `calls_dropped` are tool calls beyond what a turn may hold; `repair` is True if the answer mends a broken one.
    """

    turn: int
    model: str
    prompt_sha256: str
    text: str = ""
    calls: tuple[Plain, ...] = ()
    stop: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    tokens_cache_written: int = 0
    priced: bool = True
    provider_id: str = ""
    attempts: int = 1
    calls_dropped: int = 0
    role: str = "agent"
    repair: bool = False


class ToolReturned(Fact, name="ToolReturned"):
    """The world answered a tool call: findings, text, and what it cost in the world's own time and money."""

    turn: int
    call: Plain
    result: Plain
    minutes: float = 0.0
    money: float = 0.0


class SubmissionMade(Fact, name="SubmissionMade"):
    """The agent's closing act: typed claims, and free text for the customer."""

    submission: Plain


class EpisodeFinished(Fact, name="EpisodeFinished"):
    """The episode ended: by the agent's own act, cut off by a limit, or by a failure outside the agent."""

    how: Literal["terminated", "truncated", "failed"]
    cause: str = ""
    turns: int = 0
    minutes: float = 0.0
    money: float = 0.0


class EpisodeScored(Fact, name="EpisodeScored"):
    """What a rubric says of an episode. Two numbers, never one: `success` (0 or 1) and `points` (0 to 100)."""

    rubric: str
    success: int
    points: float
    grade: str
    categories: dict[str, float]
    feedback: tuple[str, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)
    detail: Plain = Field(default_factory=dict)


class EpisodeReviewed(Fact, name="EpisodeReviewed"):
    """A person looked at an episode and agreed with its score, or did not; on a stream review/RUN/NAME of its own."""

    run: str
    episode: str
    verdict: Literal["agree", "disagree"]
    points: float | None = None
    comment: str = ""
    reviewer: str = ""


# ---- learning: proposals on lesson/RUN/NAME, the book on skillbook/NAME --------------------------------------------


class LessonsProposed(Fact, name="LessonsProposed"):
    """What the reflector took from an episode: small typed lessons, not yet believed by anybody."""

    episode: str
    skillbook: str
    wave: int
    reflector: str
    lessons: tuple[Plain, ...]
    prompts: dict[str, str] = Field(default_factory=dict)
    repairs: int = 0


class SkillsAccepted(Fact, name="SkillsAccepted", schema=2):
    """A delta was applied, whole, and led to this version of the book.

    `sources` names, for each operation, the episodes whose lessons led to it; `evidence` the ids of the lessons that
    this delta took into account for the first time. Schema 1 had no sources.
    """

    version: int
    operations: tuple[Plain, ...]
    curator: str
    wave: int
    evidence: tuple[str, ...] = ()
    sha256: str = ""
    sources: tuple[tuple[str, ...], ...] = ()


@FACTS.upcaster("SkillsAccepted", 1)
def _without_sources(payload: Plain) -> Plain:
    return {**payload, "sources": [[] for _ in payload.get("operations", ())]}


class SkillsRejected(Fact, name="SkillsRejected"):
    """A delta or lesson was refused, with the reason."""

    base_version: int
    operations: tuple[Plain, ...]
    reason: str
    wave: int
