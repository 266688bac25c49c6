"""A run in the log: its free name, its beginning, its pauses, and how one that was stopped is taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actors.llm.human.console import PersonLeft
from actors.llm.port import ModelUnusable
from actors.runtime.chronicle import Chronicle
from actors.runtime.ledger import Ledger, read_run
from actors.runtime.port import JOURNAL, AskFailed, Runtime
from configs.settings import Settings
from events import facts
from events.log import NO_STREAM
from ops import __version__
from ops.failures import Interrupted, WrongUse

MOST_RUNS = 1_000_000
_PLACE = {
    "store",
    "runtime",
    "ray_address",
    "workers",
    "in_flight",
    "pools",
    "placement",
    "episode_seconds",
    "json_output",
    "log_json",
    "resume",
    "base_url",
    "prices",
    "budget_usd",
    "budget_tokens",
    "yes",
    "model_seconds",
    "model_tries",
    "model_calls",
    "requests_per_minute",
    "tokens_per_minute",
}
"""Settings that say where and how a run takes place, and nothing of its results."""


async def free_name(runtime: Runtime, command: str) -> str:
    """The next name that no run of this command has."""
    for number in range(1, MOST_RUNS):
        if await _version(runtime, f"{command}-{number}") == NO_STREAM:
            return f"{command}-{number}"
    raise WrongUse("the log is full of runs; use another store")


async def _version(runtime: Runtime, run: str) -> int:
    version: int = (await runtime.ask(JOURNAL, {"op": "version", "stream": f"run/{run}"}))["version"]
    return version


async def begin(runtime: Runtime, run: str, command: str, settings: Settings) -> Ledger:
    """Write the run's beginning."""
    kept = settings.model_dump(mode="json", exclude=_PLACE)
    await Chronicle(runtime, f"run/{run}", run).write(
        facts.RunStarted(
            run=run, command=command, world=settings.world, seed=settings.seed, settings=kept, software=__version__
        )
    )
    return Ledger(version=0, settings=kept, command=command)


async def resumed(runtime: Runtime, run: str, command: str) -> Ledger:
    """Take a stopped training or stress run up again: what the log says of it.

    Raises:
        WrongUse: there is no such run, it is another command's, or it is finished.
    """
    recorded = await read_run(runtime, run)
    if recorded.version < 0:
        raise WrongUse(f"the log has no run '{run}'; `journeyman log list` shows what there is")
    if recorded.command != command:
        other = f"; go on with `journeyman {recorded.command} --resume {run}`"
        able = other if recorded.command in ("train", "stress") else "; only train and stress can be resumed"
        raise WrongUse(f"run '{run}' is of '{recorded.command}', not of '{command}'{able}")
    if recorded.finished:
        raise WrongUse(f"run '{run}' is finished; there is nothing to resume")
    await Chronicle(runtime, f"run/{run}", run, version=recorded.version).write(facts.RunResumed())
    recorded.version += 1
    return recorded


def as_recorded(settings: Settings, recorded: Ledger) -> Settings:
    """What decides the results comes from the log; where it runs, from today's flags."""
    return Settings.model_validate({**settings.model_dump(), **recorded.settings})


async def staffed_as(runtime: Runtime, run: str, settings: Settings, workers: int, in_flight: int) -> None:
    """Write down how the run is staffed from here on."""
    placement = "local" if settings.runtime == "local" else settings.placement
    stream = f"staff/{run}"
    version = (await runtime.ask(JOURNAL, {"op": "version", "stream": stream}))["version"]
    await Chronicle(runtime, stream, run, version=version, cause=f"run/{run}@0").write(
        facts.RunStaffed(
            run=run,
            runtime=settings.runtime,
            placement=placement,
            workers=workers,
            in_flight=in_flight,
            pools={str(pool): size for pool, size in settings.pools.items()},
        )
    )


@asynccontextmanager
async def checkpointed(runtime: Runtime, run: str, *, resumable: bool) -> AsyncIterator[None]:
    """Write down that a run was stopped, wherever that happened; what it had finished is in the log already.

    Raises:
        Interrupted: instead of the cancellation, once the run has begun.
    """
    try:
        yield
    except asyncio.CancelledError:
        version = await _version(runtime, run)
        if version == NO_STREAM:
            raise
        await _stopped(runtime, run, version)
        raise Interrupted(run if resumable else "") from None
    except (AskFailed, BaseExceptionGroup) as error:
        if _left(error):
            await _stopped(runtime, run, await _version(runtime, run))
            raise Interrupted(run if resumable else "") from None
        why = _unusable(error)
        version = await _version(runtime, run) if why else NO_STREAM
        if version != NO_STREAM:
            await Chronicle(runtime, f"run/{run}", run, version=version).write(facts.RunPaused(reason=why[:500]))
        raise


def _left(error: BaseException) -> bool:
    """Whether the person who played has gone."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(_left, error.exceptions))
    return isinstance(error, AskFailed) and error.type == PersonLeft.__name__


async def _stopped(runtime: Runtime, run: str, version: int) -> None:
    await Chronicle(runtime, f"run/{run}", run, version=version).write(facts.RunPaused(reason="stopped by the user"))


def _unusable(error: BaseException) -> str:
    """Why no model can be asked any more, if that is what happened; the run goes on once that is mended."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_unusable, error.exceptions)), "")
    return error.text if isinstance(error, AskFailed) and error.type == ModelUnusable.__name__ else ""
