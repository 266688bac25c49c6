"""What a run may cost: the way to its models, its budget, an estimate before it starts, and the question to go on."""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click

from actors.llm import catalogue as models
from actors.llm.caller import size_of
from actors.llm.options import Options
from actors.llm.port import Usage
from actors.llm.prices import price_of
from actors.llm.recorded import parted
from actors.roles import agent
from actors.roles.prompts import prompt
from actors.runtime.port import Runtime
from actors.runtime.purse import Purse
from actors.runtime.reading import load, pages
from actors.worlds import catalogue as worlds
from configs.settings import Settings
from events import facts
from events.log import open_log
from ops.console.screen import people
from ops.failures import WrongUse
from ops.logs import open_for_reading, placed
from skillbooks.runs import read_runs

COUNTING = "counting"
LEARNERS = ("reflector", "curator")
"""Settings that name who learns."""
TURNS, A_TURN, SAID = 15, 250, 150
"""What an episode is taken for where the log knows no better: turns, tokens that each adds, tokens of an answer."""
CALLS_A_WAVE = 5
"""Of a curator: some groups of lessons, and the draft."""
ADDRESSES = {"anthropic": "ANTHROPIC_BASE_URL", "anthropic-batch": "ANTHROPIC_BASE_URL", "litellm": "OPENAI_BASE_URL"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run is likely to take: episodes, tokens, and dollars, None where the price is unknown."""

    episodes: int
    tokens: int
    usd: float | None
    grounds: str


def options_of(settings: Settings, processes: int = 1) -> Options:
    """The way to the models."""
    return Options(
        base_url=settings.base_url or "",
        store=placed(settings.store),
        prices=settings.prices or "",
        deadline=settings.model_seconds,
        tries=settings.model_tries,
        in_flight=settings.model_calls,
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
        processes=processes,
    )


def reached(name: str) -> str:
    """A model's name as every worker understands it: a recording in a file by its absolute place.

    Raises:
        WrongUse: the store of a recording comes with a password, which would stand in the log.
    """
    adapter, _, rest = name.partition(":")
    store, run = parted(rest) if adapter == "recorded" else ("", "")
    if urlsplit(store).password:
        raise WrongUse("a recording's store must come without a password: it would be written down; use PGPASSWORD")
    return f"recorded:{placed(store)}#{run}" if store else name


def minds_of(settings: Settings) -> list[str]:
    """The models that a run uses, each once."""
    return list(
        dict.fromkeys(name for name in (settings.agent, settings.reflector, settings.curator) if name != COUNTING)
    )


def must_be_paid(settings: Settings) -> bool:
    """Whether a model is called that may cost something."""
    return any(not models.is_free(name) for name in minds_of(settings))


def check(settings: Settings) -> None:
    """Refuse models that cannot be had, and a budget that could not be kept.

    Raises:
        LookupError: there is no such model, or no key for it.
        WrongUse: a budget in dollars for a model whose price nobody knows.
        PricesInvalid: the price file cannot be used.
    """
    for name in minds_of(settings):
        models.load(reached(name), options_of(settings))
        unknown = not models.is_free(name) and price_of(name, settings.prices or "") is None
        if unknown and settings.budget_usd is not None:
            raise WrongUse(
                f"--budget-usd cannot be kept: the price of '{name}' is unknown; give it in a file with --prices, "
                "or use --budget-tokens"
            )


async def purse_of(runtime: Runtime, settings: Settings, run: str) -> Purse | None:
    """The run's purse, with what it has spent before it was stopped; None where nothing is to be paid."""
    if not must_be_paid(settings):
        return None
    usd, tokens = 0.0, 0
    async for event in pages(runtime, types=[facts.ModelReplied.fact_name], correlation=run):
        fact = load(event)
        if isinstance(fact, facts.ModelReplied):
            usd, tokens = usd + fact.cost_usd, tokens + fact.tokens_in + fact.tokens_out
    return Purse(settings.budget_usd, settings.budget_tokens, spent_usd=usd, spent_tokens=tokens)


def confirm(settings: Settings, episodes: int) -> None:
    """Show what a paid run is likely to cost, and ask whether to begin; a server on this machine is not asked about.

    Raises:
        WrongUse: nobody is there to be asked, and `--yes` was not given.
        click.Abort: the answer was no.
    """
    paid = [name for name in minds_of(settings) if not models.is_free(name) and not _is_near(name, settings)]
    if not paid:
        return
    told = people(as_json=True)
    for line in (_words(name, estimate(settings, name, episodes)) for name in paid):
        told.write(line + "\n")
    told.flush()
    if settings.yes:
        return
    if not sys.stdin.isatty():
        raise WrongUse("this run calls a model that costs money; begin it with --yes, and --budget-usd for a limit")
    click.confirm("Begin?", abort=True, err=True)


def estimate(settings: Settings, name: str, episodes: int) -> Estimate:
    """What a model is likely to take for so many episodes: as much as it took before, or as a typical one would."""
    price = price_of(name, settings.prices or "")
    played, before = _before(settings, name)
    if played:
        grounds = f"as its last {played} episodes in this log did"
        usage, scale = before, episodes / played
    else:
        calls = _calls(settings, name)
        grounds = f"if an episode takes {calls:.3g} calls; this log has none of this model yet"
        usage, scale = _typical(settings), episodes * calls / TURNS
    tokens = round((usage.tokens_in + usage.tokens_out) * scale)
    return Estimate(episodes, tokens, None if price is None else price.cost(usage) * scale, grounds)


def _calls(settings: Settings, name: str) -> float:
    """Calls of a model for each episode: all turns of an agent, one of a reflector, a few a wave of a curator."""
    turns = TURNS * (name == settings.agent)
    return turns + (name == settings.reflector) + (name == settings.curator) * CALLS_A_WAVE / settings.wave


def _typical(settings: Settings) -> Usage:
    world = worlds.load(settings.world)
    scenario = world.generate(seed=settings.seed, index=0, difficulty="mixed", held_out=False)
    limits = agent.Left(world.limits.turns, world.limits.minutes, world.limits.money)
    rules = (*world.rules(), prompt("agent").text)
    state = agent.begin(scenario.brief, limits, rules=rules, skills="", tools=world.tools(), seed=0, practice=True)
    first = size_of(agent.decide(state))
    total = sum(first + A_TURN * turn for turn in range(TURNS))
    fresh = first + A_TURN * TURNS
    return Usage(total, SAID * TURNS, total - fresh, A_TURN * TURNS)


def _before(settings: Settings, name: str) -> tuple[int, Usage]:
    """Episodes of this model in the log, and what they took together."""
    try:
        with open_for_reading(settings.store) as log:
            runs = [run.run for run in read_runs(log) if run.settings.get("agent") == name][-3:]
            replies = [event.fact() for run in runs for event in log.read_all(types=["ModelReplied"], correlation=run)]
    except Exception:  # noqa: BLE001 - a log that is not there yet, or cannot be read, knows nothing
        return 0, Usage()
    told = [fact for fact in replies if isinstance(fact, facts.ModelReplied)]
    played = sum(fact.turn == 0 for fact in told)
    parts = ("tokens_in", "tokens_out", "tokens_cached", "tokens_cache_written")
    return played, Usage(*(sum(getattr(fact, part) for fact in told) for part in parts))


def _words(name: str, found: Estimate) -> str:
    usd = "its price is unknown" if found.usd is None else f"about ${found.usd:.2f}"
    return f"{name}: {usd}, about {found.tokens:,} tokens for {found.episodes} episodes, {found.grounds}"


def _is_near(name: str, settings: Settings) -> bool:
    """Whether a model lives on this machine or in this house: nobody sends a bill."""
    adapter = name.partition(":")[0]
    url = settings.base_url or os.environ.get(ADDRESSES.get(adapter, ""), "")
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def as_begun(settings: Settings) -> Settings:
    """With the models that a run needs, before anybody is hired.

    A run that is taken up again has those that it was begun with; one that is played from a recording takes the
    answers of reflector and curator from there too, where these were models.
    """
    if settings.resume:
        before = _begun_with(settings.store, settings.resume)
        return settings.model_copy(update={name: before[name] for name in ("agent", *LEARNERS) if name in before})
    adapter, _, rest = settings.agent.partition(":")
    if adapter == "recorded":
        reached(settings.agent)
        store, run = parted(rest)
        before = _begun_with(store or settings.store, run)
        asked = [name for name in LEARNERS if before.get(name, COUNTING) != COUNTING]
        still = [name for name in asked if getattr(settings, name) == COUNTING]
        return settings.model_copy(update=dict.fromkeys(still, settings.agent))
    return settings


def _begun_with(store: str, run: str) -> dict[str, Any]:
    """The settings that a run of the log was begun with; nothing of one that is not there."""
    with open_log(placed(store), read_only=True) as log:
        begun = next(iter(log.read_stream(f"run/{run}")), None)
        fact = begun.fact() if begun is not None else None
    return fact.settings if isinstance(fact, facts.RunStarted) else {}
