"""Another rubric over recorded episodes: what was done is done again on a fresh bench and judged anew, by no model.

An episode counts only if its own rubric gives the recorded score on the rebuilt bench: then what was recorded is all
that the score depends on. The others are named with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from actors.worlds import catalogue as worlds
from actors.worlds.port import Act, Judgement, World
from events import facts
from events.log import EventLog
from ops.failures import WrongUse
from skillbooks.comparison import BASELINE
from skillbooks.metrics import average
from skillbooks.runs import Episode, Run, read_run
from skillbooks.statistics import detectable_effect, deviation, mean, paired_difference

Plain = dict[str, Any]
Judge = Callable[[Plain, Plain], Judgement]
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Rescored:
    """An episode with its recorded and its new judgement."""

    episode: Episode
    after: Judgement


def rescore(log: EventLog, name: str, rubric: Path) -> Plain:
    """Judge a run's episodes by another rubric; the object of `rescore --json`.

    Args:
        log: where the run is.
        name: of the run.
        rubric: a YAML file; fields that it leaves out stay as they are in the world's own rubric.

    Raises:
        LookupError: the log has no such run.
        WrongUse: the rubric cannot be used, or the world has none that can be changed.
    """
    run = read_run(log, name)
    world = worlds.load(run.world)
    rubric_name, judge = _judge(world, rubric)
    pairs, skipped = list[Rescored](), list[Plain]()
    for episode in run.episodes.values():
        if not episode.scored or episode.arm.startswith(BASELINE):
            continue
        found = _again(log, world, episode, judge)
        if isinstance(found, Judgement):
            pairs.append(Rescored(episode, found))
        else:
            skipped.append({"episode": episode.stream, "why": found})
    pairs.sort(key=lambda pair: pair.episode.stream)
    return _report(run, world.rubric, rubric_name, pairs, skipped)


def template(world: str) -> str:
    """The world's own rubric as YAML, to be changed.

    Raises:
        WrongUse: it has none that can be changed.
    """
    found = getattr(worlds.load(world), "rubric_fields", None)
    if found is None:
        raise WrongUse(f"the world '{world}' has no rubric that can be changed")
    return yaml.safe_dump(found(), sort_keys=False)


def _judge(world: World, file: Path) -> tuple[str, Judge]:
    made = getattr(world, "judged_by", None)
    if made is None:
        raise WrongUse(f"the world '{world.name}' has no rubric that can be changed")
    try:
        fields = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WrongUse(f"{file}: cannot be read as YAML: {error}") from None
    if not isinstance(fields, dict):
        raise WrongUse(f"{file}: a rubric is lines 'field: value'; `journeyman rescore --template` writes one")
    try:
        found: tuple[str, Judge] = made({"name": file.stem, **fields})
    except ValueError as error:
        raise WrongUse(f"{file}: {_first(error)}; `journeyman rescore --template` shows the fields") from None
    return found


def _first(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    first = errors()[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'rubric'}: {first['msg']}"


def _again(log: EventLog, world: World, episode: Episode, judge: Judge) -> Judgement | str:
    """The new judgement, or why there is none."""
    sealed = next((e.fact() for e in log.read_stream("key/" + episode.stream.partition("/")[2])), None)
    if not isinstance(sealed, facts.KeySealed):
        return "the log has no key for it"
    bench = world.open(sealed.key)
    for call in _acts(log, episode.stream):
        bench.act(Act(call["name"], call["arguments"]))
    final = bench.final()
    before = world.judge(sealed.key, final)
    if abs(before.points - episode.points) > CLOSE or before.success != episode.success:
        return f"done again it scores {before.points:g}, not {episode.points:g} as recorded: another version played it"
    return judge(sealed.key, final)


def _acts(log: EventLog, stream: str) -> Iterator[Plain]:
    for event in log.read_stream(stream):
        fact = event.fact()
        if isinstance(fact, facts.ToolReturned) and "error" not in fact.call:
            yield fact.call
        elif isinstance(fact, facts.SubmissionMade):
            yield {"name": "submit", "arguments": fact.submission}


def _report(run: Run, before: str, after: str, pairs: list[Rescored], skipped: list[Plain]) -> Plain:
    old, new = [p.episode.points for p in pairs], [p.after.points for p in pairs]
    estimate = paired_difference(old, new, families=[p.episode.scenario for p in pairs])
    spread = deviation([b - a for a, b in zip(old, new, strict=True)])
    names = dict.fromkeys(name for p in pairs for name in p.after.categories)
    return {
        "run": run.run,
        "rubric": after,
        "against": before,
        "n": len(pairs),
        "skipped": skipped,
        "mean": {"recorded": average(old), "rescored": average(new), "ci95": mean(new).interval()},
        "difference": round(estimate.value, 2),
        "ci95": estimate.interval(),
        "clusters": estimate.clusters,
        "detectable": round(detectable_effect(spread, len(pairs)), 2) if pairs else None,
        "categories": {name: average([p.after.categories.get(name, 0.0) for p in pairs]) for name in names},
        "flips_won": [p.episode.stream for p in pairs if p.after.success > p.episode.success],
        "flips_lost": [p.episode.stream for p in pairs if p.after.success < p.episode.success],
        "grade_flips": [_flip(p) for p in pairs if p.after.grade != p.episode.grade],
        "cost": {"usd": 0.0, "tokens_in": 0, "tokens_out": 0},
    }


def _flip(pair: Rescored) -> Plain:
    return {
        "episode": pair.episode.stream,
        "scenario": pair.episode.scenario,
        "from": pair.episode.grade,
        "to": pair.after.grade,
        "points": [pair.episode.points, pair.after.points],
    }
