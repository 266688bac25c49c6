"""What the apprentice names in the end: causes whose cure evidently took, and how sure it is of each."""

from __future__ import annotations

from dataclasses import dataclass

from actors.llm.apprentice import belief
from actors.llm.apprentice.situation import Situation


@dataclass(frozen=True, slots=True)
class Claim:
    """A cause that it will name, and how sure it is."""

    cause: str
    probability: float


def claims(now: Situation, *, done: bool) -> tuple[Claim, ...]:
    """What it names: cures that took; else, if nothing did, what it suspects most; only what the catalogue knows."""
    found: dict[str, float] = {}
    for index, step in enumerate(now.steps):
        if step.kind == "changes":
            for cause, sure in _took(now, index, done=done):
                found[cause] = max(found.get(cause, 0.0), sure)
    if not done or not found:
        found.update(_suspected(now, set(found)))
    nameable = {cause: sure for cause, sure in found.items() if cause in now.titles or not now.titles}
    ranked = sorted(nameable.items(), key=lambda item: (-item[1], item[0]))[:5]
    return tuple(Claim(cause, round(sure, 2)) for cause, sure in ranked)


def _took(now: Situation, index: int, *, done: bool) -> list[tuple[str, float]]:
    """Causes that a change has evidently cured: their signs went away, or it was the last before all was well."""
    path = now.steps[index].path
    meant = [skill for skill in now.skills if path in skill.cure]
    following = next((i for i, step in enumerate(now.steps) if i > index and step.kind == "changes"), None)
    before, after = now.states(index), now.states(following)
    gone = [
        skill
        for skill in meant
        if any(before.get(s.where) == s.state and after.get(s.where) == "normal" for s in skill.when)
    ]
    if gone:
        believed = belief.posterior(list(now.skills), before)
        best = max(gone, key=lambda skill: (believed[skill.suspect], skill.suspect))
        return [(best.suspect, 0.95)]
    if done and index == now.last_change:
        if not meant:
            return _on_the_part(now, path)
        believed = belief.posterior(list(now.skills), before)
        return [(max(meant, key=lambda skill: (believed[skill.suspect], skill.suspect)).suspect, 0.8)]
    return []


def _on_the_part(now: Situation, path: str) -> list[tuple[str, float]]:
    """Without a skill: what was changed last before all was well was at fault; the catalogue says what it can be."""
    part = path.partition(":")[2].partition(".")[0]
    possible = [cause for cause in now.titles if cause.partition(".")[0] == part]
    return [(cause, 1.0 / len(possible)) for cause in possible[:3]]


def _suspected(now: Situation, known: set[str]) -> dict[str, float]:
    """The likeliest suspicion that is left, if it is worth saying."""
    rest = [skill for skill in now.skills if skill.suspect not in known]
    if not rest:
        return {}
    believed = belief.posterior(rest, now.states())
    best = max(rest, key=lambda skill: (believed[skill.suspect], skill.suspect))
    return {best.suspect: believed[best.suspect]} if believed[best.suspect] >= 0.5 else {}  # noqa: PLR2004
