"""Credit: what a version of a skill does to the points, from cases that were played twice, with it and without it.

Each practised case is played a second time, by the same agent with the same seed, without a share of the skills that is
drawn by lot. The difference between the two is what the missing skills were worth there. How much each of them: a
linear model with two numbers a skill version, what it does anywhere and what it does besides in cases that it is about,
both drawn towards nothing (a normal prior), so that few cases move an estimate little. Nobody's praise counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from events import facts
from events.fact import Fact
from skillbooks.thinning import TRIAL

ANYWHERE, BESIDES = 5.0, 40.0
"""Spread in points, before anything is known, of what a skill does anywhere, and besides where it is about."""
LEAST_NOISE = 1.0
MOST_PAIRS = 4000
"""Pairs that an estimate goes by: the latest."""
ROUNDS = 4
SkillVersion = tuple[str, int]
_PARTS = re.compile(r"[|+,; ]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """One case, played with the whole book and without some of it.

    Attributes:
        gain: points with all skills less points without `dropped`.
        dropped: which versions of which skills were missing.
        about: words that the case is about: its causes, its faults, its machine.
    """

    gain: float
    dropped: tuple[SkillVersion, ...]
    about: frozenset[str]


@dataclass(frozen=True, slots=True)
class Credit:
    """What one version of a skill is worth in points, with the interval of the stated level.

    Attributes:
        effect, low, high: over all cases.
        where, where_low, where_high: in cases that it is about; the same as over all if it is about none in particular.
        n, n_where: pairs in which it was missing, and how many of them it was about.
    """

    effect: float
    low: float
    high: float
    where: float
    where_low: float
    where_high: float
    n: int
    n_where: int

    def plain(self) -> dict[str, Any]:
        """For reports and for the log."""
        return {
            "effect": round(self.effect, 2), "interval": [round(self.low, 2), round(self.high, 2)],
            "where": round(self.where, 2), "where_interval": [round(self.where_low, 2), round(self.where_high, 2)],
            "n": self.n, "n_where": self.n_where,
        }  # fmt: skip


@dataclass
class Trials:
    """The pairs of a book, gathered from the log event by event."""

    skillbook: str
    pairs: list[Pair] = field(default_factory=list)
    _open: dict[str, tuple[str, bool]] = field(default_factory=dict)
    _dropped: dict[str, tuple[SkillVersion, ...]] = field(default_factory=dict)
    _waiting: dict[str, dict[bool, tuple[float, tuple[SkillVersion, ...]]]] = field(default_factory=dict)

    def take(self, stream: str, fact: Fact) -> None:
        """Read one event; what belongs to other books, or to no pair, changes nothing."""
        if isinstance(fact, facts.EpisodeStarted):
            if fact.phase == "train" and fact.skillbook == self.skillbook:
                self._open[stream] = (f"{fact.run}/{fact.index}", fact.arm == TRIAL)
        elif stream not in self._open:
            return
        elif isinstance(fact, facts.PromptComposed):
            self._dropped[stream] = tuple((one.skill, one.version) for one in fact.dropped)
        elif isinstance(fact, facts.EpisodeScored):
            self._score(stream, fact)

    def _score(self, stream: str, fact: facts.EpisodeScored) -> None:
        case, trial = self._open.pop(stream)
        played = self._waiting.setdefault(case, {})
        played[trial] = (fact.points, self._dropped.pop(stream, ()))
        if len(played) == 2:  # noqa: PLR2004 - both plays of the case
            del self._waiting[case]
            about = frozenset(part for tag in fact.tags.values() for part in _PARTS.split(tag) if part)
            self.pairs.append(Pair(played[False][0] - played[True][0], played[True][1], about))


TYPES = tuple(fact.fact_name for fact in (facts.EpisodeStarted, facts.PromptComposed, facts.EpisodeScored))


def estimated(
    pairs: Sequence[Pair], about: Mapping[str, Iterable[str]], *, level: float = 0.98
) -> dict[SkillVersion, Credit]:
    """What each version of a skill that was ever left out is worth.

    Args:
        pairs: in the order in which they were played.
        about: skill id -> words of the cases that it is about; none for a skill that is about all.
        level: of the two-sided interval; its ends are one-sided bounds of 1 - (1 - level) / 2.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and only who learns pays for it
    from scipy.special import stdtrit  # noqa: PLC0415 - likewise

    pairs = [pair for pair in pairs if pair.dropped][-MOST_PAIRS:]
    skills = sorted({skill for pair in pairs for skill in pair.dropped})
    if not skills:
        return {}
    words = {id_: frozenset(told) for id_, told in about.items()}
    count = len(skills)
    left_out, meant = _indicators(np, pairs, skills, words)
    design = np.hstack([left_out, left_out * meant])
    gains = np.array([pair.gain for pair in pairs])
    prior = np.diag([ANYWHERE**-2.0] * count + [BESIDES**-2.0] * count)
    mean, covariance, freedom = _fitted(np, design, gains, prior)
    reach = float(stdtrit(max(freedom, 2.0), (1 + level) / 2))
    share, found = meant.mean(axis=0), {}
    for place, skill in enumerate(skills):
        missing = left_out[:, place] > 0
        counts = int(missing.sum()), int((missing & (meant[:, place] > 0)).sum())
        everywhere = _ends(np, _contrast(np, place, count, share[place]), mean, covariance, reach)
        about_it = _contrast(np, place, count, 1.0 if words.get(skill[0]) else 0.0)
        found[skill] = Credit(*everywhere, *_ends(np, about_it, mean, covariance, reach), *counts)
    return found


def _indicators(
    np: Any, pairs: Sequence[Pair], skills: Sequence[SkillVersion], words: Mapping[str, frozenset[str]]
) -> tuple[Any, Any]:
    """Pair by skill: whether it was left out there, and whether the case is one that it is about."""
    column = {skill: place for place, skill in enumerate(skills)}
    left_out, meant = np.zeros((len(pairs), len(skills))), np.zeros((len(pairs), len(skills)))
    for row, pair in enumerate(pairs):
        for place, (id_, _) in enumerate(skills):
            meant[row, place] = not pair.about.isdisjoint(words.get(id_, ()))
        for skill in pair.dropped:
            left_out[row, column[skill]] = 1.0
    return left_out, meant


def _fitted(np: Any, design: Any, gains: Any, prior: Any) -> tuple[Any, Any, float]:
    """Posterior mean and covariance, and the degrees of freedom that are left for the noise, found in a few rounds."""
    noise = max(float(gains.var()), LEAST_NOISE)
    square, toward, freedom = design.T @ design, design.T @ gains, float(len(gains))
    mean, covariance = np.zeros(design.shape[1]), np.linalg.inv(prior)
    for _ in range(ROUNDS):
        covariance = np.linalg.inv(square / noise + prior)
        mean = covariance @ toward / noise
        used = float(np.trace(covariance @ square)) / noise
        freedom = max(len(gains) - used, 1.0)
        noise = max(float(((gains - design @ mean) ** 2).sum()) / freedom, LEAST_NOISE)
    return mean, np.linalg.inv(square / noise + prior), freedom


def _ends(np: Any, contrast: Any, mean: Any, covariance: Any, reach: float) -> tuple[float, float, float]:
    centre, half = float(contrast @ mean), reach * float(np.sqrt(contrast @ covariance @ contrast))
    return centre, centre - half, centre + half


def _contrast(np: Any, place: int, count: int, share: float) -> Any:
    contrast = np.zeros(2 * count)
    contrast[place], contrast[count + place] = 1.0, share
    return contrast


Verdict = Literal["harmful", "useless", "useful", "open"]
USEFUL, USEFUL_WHERE = 3.0, 10.0
"""Points that a skill must be worth to be worth its tokens: over all cases, or in those that it is about."""
FEWEST = 8
"""Pairs below which nothing is concluded."""


def verdict(credit: Credit) -> Verdict:
    """What the bounds allow to say: harmful below 0, useless where a useful effect is excluded, useful above 0."""
    if credit.n < FEWEST:
        return "open"
    if credit.high < 0:
        return "harmful"
    where = USEFUL_WHERE if credit.n_where else USEFUL
    if credit.high < USEFUL and credit.where_high < where:
        return "useless"
    return "useful" if credit.low > 0 or (credit.where_low > 0 and credit.n_where >= FEWEST // 2) else "open"
