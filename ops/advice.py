"""What to do next, derived from a run's numbers and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Plain = dict[str, Any]

FEW = 5
"""Episodes below which a part of the breakdown is no ground for advice."""
WEAK = 15.0
"""Points below the mean from which a machine, fault or voice is called weak."""
OFTEN = 0.2
"""Share of cut-off episodes from which the limits are worth a word."""
STILL = 3.0
"""Points a wave above which a run is still improving at its end."""


def advise(report: Plain) -> list[str]:
    """Sentences for the person who decides what comes next.

    Args:
        report: the object of `train --json`.
    """
    return [*_about_failures(report), *_about_the_book(report), *_about_trend(report), *_about_weak_parts(report)]


def _about_failures(report: Plain) -> Iterator[str]:
    count = report["episodes"]
    if count["failed"]:
        yield (
            f"{count['failed']} episodes failed outside the agent and are in no score; "
            f"'journeyman report --run {report['run']}' names the causes."
        )
    if count["finished"] and count["truncated"] / count["finished"] > OFTEN:
        yield f"{count['truncated']} of {count['finished']} episodes ran into the limit of turns or minutes."


def _about_the_book(report: Plain) -> Iterator[str]:
    compared = report["held_out"]
    if not report["learned"]:
        yield "Nothing was learned in this run, so a comparison says what the book could do before it."
        return
    if compared is None:
        yield "Nothing was held out: --held-out 40 shows whether the book helps on cases it was not made from."
        return
    if compared["ci95"] is None:
        yield "One pair says nothing about the book; use --held-out 40."
        return
    low, high = compared["ci95"]
    if low > 0:
        yield f"The book helps: at least {low:.1f} points on cases it was not made from."
    elif high < 0:
        yield "The book harms; do not put it into service. 'journeyman skills history' shows what changed when."
    else:
        yield (
            f"Whether the book helps cannot be told from {compared['n']} pairs: they would have shown a difference of "
            f"{compared['detectable']:.1f} points. Use more with --held-out, or practise longer."
        )


def _about_trend(report: Plain) -> Iterator[str]:
    waves = report["score"]["by_wave"]
    if len(waves) < 4:  # noqa: PLR2004 - three waves are no trend yet
        return
    step = (waves[-1] - waves[-3]) / 2
    if step > STILL:
        yield f"Scores still rose by {step:.1f} points a wave at the end: more --episodes will bring more."
    elif abs(step) <= STILL and max(waves[:-2]) <= waves[-1] + STILL:
        yield "Scores have levelled off: --difficulty hard, or another set of scenarios, will teach more than repeats."


def _about_weak_parts(report: Plain) -> Iterator[str]:
    whole = report["score"]["mean"]
    parts: list[tuple[float, str, str, Plain]] = [
        (part["mean"] - whole, tag, value, part)
        for tag, values in report["breakdowns"].items()
        for value, part in values.items()
        if part["n"] >= FEW
    ]
    if not parts:
        return
    gap, tag, value, part = min(parts, key=lambda found: found[0])
    if gap < -WEAK:
        yield f"Weakest: {tag} {value} with {part['mean']:.1f} over {part['n']} episodes, {-gap:.1f} below the mean."
