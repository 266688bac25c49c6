"""What the apprentice does next: try, look, cure what it suspects, check, hand in; without skills, work by cost."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from actors.llm.apprentice import belief
from actors.llm.apprentice.claims import Claim, claims
from actors.llm.apprentice.situation import Offer, Situation
from skillbooks.skill import Sign, Skill

SURE, VERY_SURE = 0.75, 0.9
"""Belief from which on it acts instead of looking further: a cheap cure, and one that costs money."""
PLAUSIBLE = 0.12
WORTH = 0.03
"""Nats below which a look is not worth the walk."""
EXPLORE = 0.45
"""Share of the time that it spends on looking around when no skill covers the case."""
CURIOSITY = 0.4
"""Share of the time that it spends on looking around in practice as long as it believes nothing; fades with belief."""
TRIES = 2
ACCUSATION = 60.0
"""What a cure that costs money weighs besides its price, for it says that the part was at fault."""
RESERVE = 22.0
"""Minutes kept for the last trial."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The next act by its path, or the closing act with its claims; and a word of why."""

    path: str | None
    why: str
    claims: tuple[Claim, ...] = ()
    done: bool = False


def decide(now: Situation) -> Decision:
    """The next step."""
    trial = now.trial
    if now.last_trial < 0 and now.affords(trial):
        return Decision(trial.path, "see what comes out")
    if now.last_trial > now.last_change and now.steps[now.last_trial].good:
        return _submit(now, done=True)
    check = _pending_check(now)
    if check is not None:
        return check
    return _out_of_curiosity(now) or _by_skill(now) or _untried_change(now) or _by_cost(now) or _submit(now, done=False)


def _out_of_curiosity(now: Situation) -> Decision | None:
    """In practice, before anything is changed: look around, for what is seen now can be a lesson later."""
    if not now.practice or now.last_change >= 0 or now.used >= CURIOSITY:
        return None
    believed = belief.posterior(now.skills, now.states())
    surest = max((p for suspect, p in believed.items() if suspect != belief.UNKNOWN), default=0.0)
    if now.used >= CURIOSITY * (1.0 - surest):
        return None
    look = _cheapest(now, ("questions", "looks"), RESERVE)
    return Decision(look.path, "looking around, to learn") if look is not None else None


def _by_skill(now: Situation) -> Decision | None:
    """Look where it tells most, then cure the likeliest suspicion."""
    states = now.states()
    open_skills = _open_skills(now, states)
    if not open_skills:
        return None
    believed = belief.posterior(open_skills, states)
    suspects = sorted(open_skills, key=lambda skill: (-believed[skill.suspect], skill.suspect))
    best = suspects[0]
    if believed[best.suspect] < (SURE if _is_cheap(now, best) else VERY_SURE):
        look = _best_look(now, suspects[:10], believed, states)
        if look is not None:
            return Decision(look.path, f"tells more about {best.suspect}")
    if believed[best.suspect] < PLAUSIBLE or believed[belief.UNKNOWN] > believed[best.suspect]:
        return None
    best = max(suspects[:6], key=lambda skill: (_worth_trying(now, skill, believed), skill.suspect))
    if not _is_cheap(now, best):
        look = _before_spending(now, best)
        if look is not None:
            return Decision(look.path, f"make sure that it is {best.suspect}")
    act = min((path for path in best.cure if _fits(now, path, TRIES)), key=now.times)
    return Decision(act, f"cures {best.suspect}")


def _is_cheap(now: Situation, skill: Skill) -> bool:
    return all(now.offers[path].price < now.trial.price for path in skill.cure if path in now.offers)


def _worth_trying(now: Situation, skill: Skill, believed: dict[str, float]) -> float:
    """Belief for the price of cure and trial: the order in which a search ends soonest."""
    if believed[skill.suspect] < PLAUSIBLE:
        return 0.0
    price = sum(now.offers[path].price for path in skill.cure if path in now.offers)
    accusation = 0.0 if _is_cheap(now, skill) else ACCUSATION
    return round(believed[skill.suspect] / (price + now.trial.price + accusation), 9)


def _open_skills(now: Situation, states: Mapping[str, str]) -> list[Skill]:
    """Skills whose cure was not tried yet; and, a second time, one that still explains everything and costs little."""
    untried = [skill for skill in now.skills if _curable(now, skill)]
    if now.last_change < 0 or now.last_trial < now.last_change:
        return untried
    believed = belief.posterior(now.skills, states)
    again = [
        skill
        for skill in now.skills
        if believed[skill.suspect] >= VERY_SURE
        and skill not in untried
        and _is_cheap(now, skill)
        and any(_fits(now, path, TRIES) for path in skill.cure)
    ]
    return [*untried, *again]


def _is_look(now: Situation, act: str) -> bool:
    return act in now.offers and now.offers[act].kind == "looks"


def _before_spending(now: Situation, skill: Skill) -> Offer | None:
    """A look at a sign that tells this suspicion, or at the suspected part; none once a look has confirmed it."""
    states = now.states()
    told, namesakes = {sign.act for sign in _signs(skill)}, belief.namesakes(now.offers, skill)
    looked = [sign for sign in _signs(skill) if _is_look(now, sign.act)]
    if any(states.get(sign.where) == sign.state for sign in looked):
        return None
    for act in (*(sign.act for sign in _signs(skill)), *sorted(now.offers)):
        offer = now.offers.get(act)
        named = act in told or act in namesakes
        if named and offer and offer.kind == "looks" and not now.times(act) and now.affords(offer, RESERVE + 20.0):
            return offer
    return None


def _best_look(
    now: Situation, suspects: list[Skill], believed: dict[str, float], states: dict[str, str]
) -> Offer | None:
    acts = {sign.act for skill in suspects for sign in _signs(skill)}
    for skill in suspects:
        acts |= belief.namesakes(now.offers, skill)
    signs = belief.signs_of(acts, suspects, states)
    worth: dict[str, float] = {}
    for act in sorted(acts):
        offer = now.offers.get(act)
        if (
            offer is None
            or offer.kind not in ("questions", "looks")
            or now.times(act)
            or not now.affords(offer, RESERVE + 10.0)
        ):
            continue
        told = belief.information(signs[act], believed)
        if told >= WORTH:
            worth[act] = told / (offer.price + 2.0)
    best = max(worth, key=lambda act: (round(worth[act], 9), act), default=None)
    return now.offers[best] if best else None


def _signs(skill: Skill) -> Iterator[Sign]:
    yield from skill.when
    if skill.check is not None:
        yield skill.check


def _pending_check(now: Situation) -> Decision | None:
    """After a change: the rest of the cure, then a look whether it took, then a trial."""
    if now.last_change < 0 or now.last_trial > now.last_change:
        return None
    skill = _behind(now, now.steps[now.last_change].path)
    if skill is not None:
        rest = [path for path in skill.cure if now.times(path) < now.times(skill.cure[0]) and _fits(now, path)]
        if rest:
            return Decision(rest[0], f"completes the cure of {skill.suspect}")
        look, failed = _recheck(now, skill)
        if look is not None or failed:
            return look
    return _untried_change(now)


def _untried_change(now: Situation) -> Decision | None:
    """A trial, if something was changed since the last one."""
    if now.last_change > now.last_trial and now.affords(now.trial):
        return Decision(now.trial.path, "see whether it is cured")
    return None


def _recheck(now: Situation, skill: Skill) -> tuple[Decision | None, bool]:
    """Look again at what told the fault, where that is cheaper than a trial; True if it still tells it."""
    for sign in _signs(skill):
        offer = now.offers.get(sign.act)
        if offer is None or offer.kind != "looks" or not now.times(offer.path):
            continue
        before = now.states(now.last_change).get(sign.where)
        if before != sign.state:
            continue
        again = [step for step in now.steps[now.last_change + 1 :] if step.path == offer.path]
        if not again:
            fits = offer.price < now.trial.price and now.affords(offer, now.trial.minutes)
            return (Decision(offer.path, f"is {skill.suspect} cured?") if fits else None), False
        return None, again[-1].states.get(sign.where) == sign.state
    return None, False


def _behind(now: Situation, path: str) -> Skill | None:
    """The skill for whose sake a change was made: of those with this cure, the one that was believed most."""
    upto = now.last_change
    meant = [skill for skill in now.skills if path in skill.cure]
    if not meant:
        return None
    believed = belief.posterior(list(now.skills), now.states(upto))
    return max(meant, key=lambda skill: (believed[skill.suspect], skill.suspect))


def _curable(now: Situation, skill: Skill) -> bool:
    """True if there is something of its cure that was not tried yet."""
    return any(_fits(now, path) for path in skill.cure)


def _fits(now: Situation, path: str, tries: int = 1) -> bool:
    offer = now.offers.get(path)
    return offer is not None and now.times(path) < tries and now.affords(offer, RESERVE)


def _by_cost(now: Situation) -> Decision | None:
    """No skill covers the case: look around, then change what is cheap, one thing at a time, each with a trial."""
    if now.used < EXPLORE:
        look = _cheapest(now, ("questions", "looks"), RESERVE + 20.0)
        if look is not None:
            return Decision(look.path, "looking around")
    change = _cheapest(now, ("changes",), RESERVE)
    return Decision(change.path, "trying the cheapest") if change is not None else None


def _cheapest(now: Situation, kinds: tuple[str, ...], reserve: float) -> Offer | None:
    """By cost, with a little curiosity: the seed blurs prices, so that not everybody looks at the same things."""
    open_ones = [
        o for o in now.offers.values() if o.kind in kinds and not now.times(o.path) and now.affords(o, reserve)
    ]
    blurred = _blurred(now.seed, tuple(now.offers.values()))
    return min(open_ones, key=lambda offer: (blurred[offer.path], offer.path), default=None)


@lru_cache(maxsize=32)
def _blurred(seed: int, offers: tuple[Offer, ...]) -> dict[str, float]:
    """Path -> its blurred price; the same at every turn of an episode."""
    rng = random.Random(seed)
    by_path = sorted(offers, key=lambda offer: offer.path)
    return {offer.path: (offer.price + 2.0) ** 0.5 * rng.expovariate(1.0) for offer in by_path}


def _submit(now: Situation, *, done: bool) -> Decision:
    return Decision(None, "hand in", claims(now, done=done), done)
