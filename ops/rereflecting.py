"""Another reflector over recorded episodes: which lessons it draws that the recorded one did not, cause by cause.

Nothing is learned from it. A reflector that asks a model writes its calls as a run of its own, so that what it cost is
known and nothing is asked twice for one episode; the one that counts writes nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actors.runtime.attempts import Attempts, path_of
from actors.runtime.chronicle import Chronicle
from actors.runtime.port import Plain, Runtime
from actors.runtime.purse import BudgetReached, Purse
from actors.runtime.reflecting import lessons_of
from actors.runtime.sitting import Desk
from actors.runtime.staff import Reflector
from configs.settings import Settings
from events import facts
from events.log import EventLog
from ops import paying
from ops.checkpoints import begin, checkpointed, free_name
from ops.failures import WrongUse
from ops.logs import open_for_reading
from ops.staffing import guarded, in_flight
from skillbooks.runs import read_run
from skillbooks.skillbook import Skillbook

ZERO: Plain = {"usd": 0.0, "tokens_in": 0, "tokens_out": 0}


@dataclass(frozen=True)
class Closed:
    """A recorded episode that lessons were drawn from: the case as a reflector sees it, and what was drawn."""

    episode: str
    scenario: str
    wave: int
    case: Plain
    before: facts.LessonsProposed


def reflect_again(settings: Settings, name: str) -> Plain:
    """Let `settings.reflector` read a run's episodes; the object of `rescore --reflector --json`.

    Raises:
        LookupError: the log has no such run, or there is no such model.
        WrongUse: nothing was learned in it; or the model costs money, and nobody said yes.
        StoreUnavailable, RuntimeUnavailable: the outside failed.
    """
    with open_for_reading(settings.store) as log:
        run = read_run(log, name)
        closed = _closed(log, run.run)
    if not closed:
        raise WrongUse(f"run '{run.run}' has no lessons to compare with; give a training")
    settings = settings.model_copy(update={"world": run.world, "runtime": "local"})
    paying.check(settings)
    if settings.reflector == paying.COUNTING:
        told, wrote = asyncio.run(_counted(settings.world, closed)), ""
    else:
        paying.confirm(settings, len(closed))
        told, wrote = asyncio.run(guarded(settings, lambda runtime: _asked(runtime, settings, run.run, closed)))
    report = {"run": run.run, "reflector": settings.reflector, **_compared(closed, told), "recorded_as": wrote or None}
    return {**report, "cost": _cost(settings, wrote) if wrote else dict(ZERO)}


def _closed(log: EventLog, run: str) -> list[Closed]:
    lessons = [e.fact() for e in log.read_all(types=[facts.LessonsProposed.fact_name], correlation=run)]
    found = (_case(log, fact) for fact in lessons if isinstance(fact, facts.LessonsProposed))
    return sorted((one for one in found if one is not None), key=lambda one: one.episode)


def _case(log: EventLog, lessons: facts.LessonsProposed) -> Closed | None:
    told = [event.fact() for event in log.read_stream(f"episode/{lessons.episode}")]
    sealed = next((e.fact() for e in log.read_stream(f"key/{lessons.episode}")), None)
    begun = next((fact for fact in told if isinstance(fact, facts.EpisodeStarted)), None)
    brief = next((fact.brief for fact in told if isinstance(fact, facts.ScenarioProposed)), None)
    if not isinstance(sealed, facts.KeySealed) or begun is None or brief is None:
        return None
    changes = frozenset(brief["offers"]["changes"])
    turns = [
        {
            "changes": fact.call["name"] in changes,
            "findings": fact.result.get("findings", []),
            "path": path_of(fact.call),
        }
        for fact in told
        if isinstance(fact, facts.ToolReturned) and "error" not in fact.call
    ]
    feedback = next((list(fact.feedback) for fact in told if isinstance(fact, facts.EpisodeScored)), [])
    case = {"brief": brief, "turns": turns, "key": sealed.key, "feedback": feedback}
    return Closed(lessons.episode, begun.scenario, begun.wave, case, lessons)


async def _counted(world: str, closed: Sequence[Closed]) -> dict[str, list[Plain]]:
    shell = Reflector({"world": world})
    return {one.episode: (await shell.answer({**one.case, "episode": one.episode}))["lessons"] for one in closed}


async def _asked(
    runtime: Runtime, settings: Settings, origin: str, closed: Sequence[Closed]
) -> tuple[dict[str, list[Plain]], str]:
    name = await free_name(runtime, "rescore")
    async with checkpointed(runtime, name, resumable=False):
        recorded = await begin(runtime, name, "rescore", settings)
        desk = Desk(runtime, name, await paying.purse_of(runtime, settings, name) or Purse())
        attempts, room = Attempts(runtime, origin), asyncio.Semaphore(in_flight(settings))
        told: dict[str, list[Plain]] = {}

        async def one_of(one: Closed) -> None:
            async with room:
                case = {**one.case, "attempts": await attempts.before(one.scenario, one.wave)}
                own = f"{name}/{one.episode.partition('/')[2]}"
                told[one.episode] = (await lessons_of(desk, own, case, f"run/{name}@0"))["lessons"]

        ended = await asyncio.gather(*map(one_of, closed), return_exceptions=True)
        worse = [error for error in ended if isinstance(error, BaseException) and not isinstance(error, BudgetReached)]
        if worse:
            raise worse[0]
        book = Skillbook("none")
        end = facts.RunFinished(
            status="budget" if len(told) < len(closed) else "finished",
            skillbook=book.name,
            skillbook_version=book.version,
            skillbook_sha256=book.sha256,
        )
        await Chronicle(runtime, f"run/{name}", name, version=recorded.version).write(end)
    return told, name


def _compared(closed: Sequence[Closed], told: dict[str, list[Plain]]) -> Plain:
    causes: dict[str, Counter[str]] = {}
    heard = [one for one in closed if one.episode in told]
    for one in heard:
        before = {lesson["suspect"]: lesson for lesson in one.before.lessons}
        after = {lesson["suspect"]: lesson for lesson in told[one.episode]}
        for cause in {**before, **after}:
            causes.setdefault(cause, Counter()).update(_difference(before.get(cause), after.get(cause)))
    names = ("recorded", "now", "same", "other_signs", "other_cure")
    table = {cause: {name: counts[name] for name in names} for cause, counts in sorted(causes.items())}
    return {
        "against": sorted({one.before.reflector for one in closed}),
        "n": len(heard),
        "unheard": [one.episode for one in closed if one.episode not in told],
        "lessons": {name: sum(counts[name] for counts in causes.values()) for name in names},
        "causes": table,
    }


def _difference(before: Plain | None, after: Plain | None) -> dict[str, int]:
    """What is to be counted of one cause in one episode."""
    counts = {"recorded": int(before is not None), "now": int(after is not None)}
    if before is None or after is None:
        return counts
    signs, cure = _odd(before) != _odd(after), list(before["cure"]) != list(after["cure"])
    return {**counts, "same": int(not signs and not cure), "other_signs": int(signs), "other_cure": int(cure)}


def _odd(lesson: Plain) -> set[tuple[str, str]]:
    return {(seen["where"], seen["state"]) for seen in lesson["seen"] if seen["odd"]}


def _cost(settings: Settings, run: str) -> Plain:
    with open_for_reading(settings.store) as log:
        replies: list[Any] = [e.fact() for e in log.read_all(types=["ModelReplied"], correlation=run)]
    usd = round(sum(reply.cost_usd for reply in replies), 6)
    return {"usd": usd, **{part: sum(getattr(r, part) for r in replies) for part in ("tokens_in", "tokens_out")}}
