"""What the apprentice believes: how well each suspicion of its skills explains what was seen; what a look would tell.

Plain Bayes over the signs that the skills name. It knows strengths of words (always, usually, sometimes), nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from skillbooks.skill import BRIEF, Skill

Signs = dict[tuple[str, str], dict[str, float]]

CHANCE = {"always": 0.9, "usually": 0.66, "sometimes": 0.38}
UNNAMED = 0.05
"""Chance of a sign that the skill does not name."""
PRIOR = {"common": 0.0, "occasional": -0.6, "rare": -1.2}
STRANGE = -0.55
"""Most that an odd sign which a suspicion does not explain speaks against it: there may be a second fault."""
AGAINST = -1.8
HEARSAY = 0.45
"""Weight of what the customer says beside what was seen."""
NAMESAKE_ODD, NAMESAKE_FINE, NAMESAKE = 1.2, -0.3, 0.45
"""A look at the very part that is suspected, of which the skill says nothing: what odd and normal findings there weigh,
and the chance that one is odd if the suspicion is right. This is reading names, not knowing the trade."""
UNKNOWN = "?"
"""The suspicion that no skill covers the case."""
DOUBT = -0.9


def posterior(skills: Sequence[Skill], states: Mapping[str, str]) -> dict[str, float]:
    """Suspect -> probability, with `UNKNOWN` for a case that no skill explains."""
    scores = {skill.suspect: PRIOR[skill.common] for skill in skills}
    scores[UNKNOWN] = DOUBT
    listed = _listed(skills)
    for where in sorted(listed):
        state = states.get(where, "absent" if where.startswith(BRIEF) else None)
        if state is not None:
            _weigh(scores, listed[where], state, HEARSAY if where.startswith(BRIEF) else 1.0)
    looked = [(*_act_and_target(where), state) for where, state in states.items()]
    for skill in skills:
        scores[skill.suspect] += _namesakes(skill, looked)
        scores[skill.suspect] += AGAINST * sum(states.get(sign.where) == sign.state for sign in skill.unless)
    top = max(scores.values())
    weights = {suspect: math.exp(score - top) for suspect, score in scores.items()}
    total = sum(weights.values())
    return {suspect: weight / total for suspect, weight in weights.items()}


def explained(skill: Skill, states: Mapping[str, str]) -> int:
    """How many of the skill's signs are there to be seen, the customer's words left out."""
    return sum(states.get(sign.where) == sign.state for sign in skill.when if not sign.where.startswith(BRIEF))


def signs_of(acts: Iterable[str], skills: Sequence[Skill], states: Mapping[str, str]) -> dict[str, Signs]:
    """Act -> what it can show: (where, state) -> suspect -> chance; signs seen already tell nothing."""
    found: dict[str, Signs] = {act: {} for act in acts}
    unlooked = found.keys() - {where.partition("/")[0] for where in states}
    for skill in skills:
        for act in namesakes(unlooked, skill):
            found[act].setdefault((act, "odd"), {})[skill.suspect] = NAMESAKE
        for sign in (*skill.when, *((skill.check,) if skill.check else ())):
            act = sign.act
            if act in found and sign.where not in states:
                found[act].setdefault((sign.where, sign.state), {})[skill.suspect] = CHANCE[sign.strength]
    return found


def information(signs: Signs, belief: Mapping[str, float]) -> float:
    """Nats that a look at these signs is expected to tell about which suspicion is right."""
    total = 0.0
    for named in signs.values():
        mean = sum(p * named.get(suspect, UNNAMED) for suspect, p in belief.items())
        total += _entropy(mean) - sum(p * _ENTROPIES[named.get(suspect, UNNAMED)] for suspect, p in belief.items())
    return total


def namesakes(acts: Iterable[str], skill: Skill) -> set[str]:
    """Those of the acts that look at the part that the skill suspects, where it does not say what to see there."""
    part, told = skill.suspect.partition(".")[0], {sign.act for sign in skill.when}
    return {act for act in acts if part in act and part in act.partition(":")[2] and act not in told}


def _act_and_target(where: str) -> tuple[str, str]:
    act = where.partition("/")[0]
    return act, act.partition(":")[2]


def _namesakes(skill: Skill, looked: Sequence[tuple[str, str, str]]) -> float:
    """As `namesakes`, over every act, target and state that was seen: what all of it weighs."""
    part = skill.suspect.partition(".")[0]
    told = {sign.act for sign in skill.when}
    weight = 0.0
    for act, target, state in looked:
        if part in target and act not in told:
            weight += NAMESAKE_FINE if state == "normal" else NAMESAKE_ODD
    return weight


def _listed(skills: Sequence[Skill]) -> dict[str, dict[str, tuple[str, float]]]:
    """Where -> suspect -> (state, chance)."""
    listed: dict[str, dict[str, tuple[str, float]]] = {}
    for skill in skills:
        for sign in skill.when:
            listed.setdefault(sign.where, {})[skill.suspect] = (sign.state, CHANCE[sign.strength])
    return listed


def _weigh(scores: dict[str, float], named: Mapping[str, tuple[str, float]], state: str, weight: float) -> None:
    """Add what one observed state says for and against every suspicion."""
    share = sum(chance for _, chance in named.values()) / len(scores)
    usual = min(max(share, UNNAMED), 0.9)
    for suspect, (said, chance) in named.items():
        likelihood = chance / usual if said == state else (1.0 - chance) / (1.0 - usual)
        scores[suspect] += weight * math.log(likelihood)
    if state not in ("normal", "absent"):
        strange = weight * max(math.log(UNNAMED / usual), STRANGE)
        for suspect in scores.keys() - named.keys() - {UNKNOWN}:
            scores[suspect] += strange


def _entropy(p: float) -> float:
    return -(p * math.log(p) + (1 - p) * math.log(1 - p)) if 0.0 < p < 1.0 else 0.0


_ENTROPIES = {chance: _entropy(chance) for chance in (*CHANCE.values(), NAMESAKE, UNNAMED)}
"""Of every chance that there is, worked out once."""
