"""The session summary: what a run achieved, as a person reads it after the last bar has stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.advice import advise
from ops.console.text import line, safe

Plain = dict[str, Any]

WIDTH = 30
"""Characters of a full bar."""
BLOCKS = " ▁▂▃▄▅▆▇█"
WORST = 3
"""How many parts of a breakdown are shown, the weakest first."""
FEWEST = 3
"""Episodes below which a part of a breakdown is not worth a line; `--json` and the HTML report have them all."""

FINE = ("causes",)
"""Tags that cut too finely for a few dozen episodes."""


def summary(report: Plain, *, maxima: Mapping[str, float] | None = None) -> str:
    """A run for people.

    Args:
        report: the object of `train --json`.
        maxima: most points of each category of the rubric, for the length of its bar.
    """
    parts = (
        _headline(report),
        _score(report["score"]),
        category_rows(report["categories"], maxima or {}),
        grade_rows(report["grades"]),
        _book(report),
        _comparison(report["held_out"]),
        breakdown_rows(report["breakdowns"]),
        _arms(report["held_out"]),
        cost_rows(report["cost"], report["log"]),
        _advice(advise(report)),
    )
    return safe("\n".join(text for part in parts for text in part))


def evaluation_summary(report: Plain, maxima: Mapping[str, float] | None = None) -> str:
    """An evaluation for people: the object of `evaluate --json`."""
    solved = f"{percent(report['solved'])}{between(report['solved_ci95'], scale=100)}"
    rows = [
        (
            f"Evaluated {line(report['skillbook'])} on {report['n']} scenarios: {report['mean']:.1f} of 100"
            f"{between(report['ci95'])}, solved {solved}"
        ),
        *category_rows(report["categories"], maxima or {}),
        *breakdown_rows(report["breakdowns"]),
        *_baselines(report["baselines"]),
    ]
    rows += [
        f"  {name:<12} {percent(told['value'])}{between(told['ci95'], scale=100)} of {told['n']} scenarios"
        for name, told in report.get("reliability", {}).items()
    ]
    failed = report.get("episodes", {}).get("failed", 0)
    rows += [f"  Failed       {failed} episodes failed outside the agent and are in no figure"] if failed else []
    against = report.get("against")
    if against:
        won, lost = len(against["flips_won"]), len(against["flips_lost"])
        rows.append(
            f"  Against      {against['mean']:.1f}: difference {against['difference']:+.1f}{between(against['ci95'])}; "
            f"{won} newly solved, {lost} no longer"
        )
        rows += [f"    lost       {line(name)}" for name in against["flips_lost"]]
    return safe("\n".join(rows))


def session_summary(report: Plain, maxima: Mapping[str, float] | None = None) -> str:
    """A session of a program for people: the run with the statistics of `TrainingSession.evaluator`."""
    solved = f"{percent(report['success_rate'])}{between(report['success_interval'], scale=100)}"
    trend = f"{report['improvement_trend']:+.1f}{between(report['trend_interval'])} from the first episode to the last"
    failed = f", {report['failed']} failed outside" if report["failed"] else ""
    rows = [
        f"Session {line(report['run'])}: {report['n']} episodes{failed}, {report['status']}",
        f"  Score        {report['average_score']:.1f} of 100{between(report['interval'])}, solved {solved}",
        f"  Trend        {trend}",
        *category_rows(report["by_category"], maxima or {}),
        *grade_rows(report["grades"]),
        *breakdown_rows({"difficulty": report["by_difficulty"]}),
    ]
    return safe("\n".join(rows))


def bar(share: float, width: int = WIDTH) -> str:
    """A bar of `share` (0 to 1) of the width."""
    return "█" * round(max(0.0, min(1.0, share)) * width)


def spark(values: Sequence[float], most: float = 100.0) -> str:
    """A row of small columns, one a value."""
    steps = len(BLOCKS) - 1
    return "".join(BLOCKS[max(1, min(steps, round(value / most * steps)))] for value in values)


def between(interval: Sequence[float] | None, *, scale: float = 1.0) -> str:
    """An interval in words; nothing where there is none."""
    return f" (95 %: {interval[0] * scale:.1f} to {interval[1] * scale:.1f})" if interval else ""


def percent(rate: float) -> str:
    """A rate as whole per cents."""
    return f"{100 * rate:.0f} %"


def span(seconds: float) -> str:
    """A duration in the unit that a person would choose."""
    if seconds < 120:  # noqa: PLR2004 - two minutes are the last that one counts in seconds
        return f"{seconds:.0f} s"
    minutes, hours = seconds / 60, seconds / 3600
    return f"{minutes:.0f} min" if hours < 2 else f"{hours:.1f} h"  # noqa: PLR2004 - likewise for hours


def _headline(report: Plain) -> Iterator[str]:
    count = report["episodes"]
    yield f"Run {line(report['run'])} {report['status']} after {span(report['seconds'])}"
    if report.get("reason"):
        yield f"  Stopped      {line(report['reason'], 300)}"
    cut = f", {count['truncated']} cut off by a limit" if count["truncated"] else ""
    failed = f", {count['failed']} failed outside" if count["failed"] else ""
    yield f"  Episodes     {count['finished']} of {count['asked']} finished{cut}{failed}"
    for cause, n in count.get("causes", {}).items():
        yield f"    {n:>4} x     {line(cause, 200)}"


def _score(score: Plain) -> Iterator[str]:
    yield f"  Score        {score['mean']:.1f} of 100{between(score['ci95'])}, solved {percent(score['solved'])}"
    if len(score["by_wave"]) > 1:
        yield (
            f"  Trend        {score['trend']:+.1f}: {score['first']:.1f} in the first wave, "
            f"{score['last']:.1f} in the last   {spark(score['by_wave'])}"
        )


def category_rows(categories: Mapping[str, float], maxima: Mapping[str, float]) -> Iterator[str]:
    """Mean points of each part of the rubric, as bars."""
    if categories:
        yield "  Categories"
    most = max([*categories.values(), 1.0])
    for name, points in categories.items():
        of = f" of {maxima[name]:.0f}" if name in maxima else ""
        yield f"    {line(name, 24):<24} {points:5.1f}{of:<6} {bar(points / maxima.get(name, most))}".rstrip()


def grade_rows(grades: Mapping[str, int]) -> Iterator[str]:
    """How often each grade was given, as bars."""
    total = sum(grades.values())
    if total:
        yield "  Grades"
    for grade, count in grades.items() if total else ():
        yield f"    {line(grade, 3):<3} {count:5}  {bar(count / total)}".rstrip()


def _book(report: Plain) -> Iterator[str]:
    book, level = report["skillbook"], report["convergence"]
    if not report["learned"]:
        yield "  Skills       nothing was learned in this run"
    elif book["name"]:
        yield (
            f"  Skills       {book['skills']} in {line(book['name'])}@{book['version']} "
            f"({book['added']} added, {book['revised']} revised, {book['retired']} retired)"
        )
    if level is not None:
        yield f"  Convergence  {_levelled(level)}"


def _levelled(level: Plain) -> str:
    if level["converged"]:
        return f"levelled off from wave {level['since_wave'] + 1} on: {level['rule']}"
    return "not levelled off yet: the last waves still added skills, or their means still differ"


def _comparison(compared: Plain | None) -> Iterator[str]:
    if compared is None:
        return
    gain = f"{compared['difference']:+.1f}{between(compared['ci95'])}"
    solved = f"{percent(compared['solved_without'])} without, {percent(compared['solved_with'])} with"
    yield f"  Held out     {compared['n']} pairs: {gain} with the book"
    yield f"               points {compared['without']:.1f} without, {compared['with']:.1f} with; solved {solved}"
    if compared["shuffled"] is not None:
        harm = f"{compared['shuffled_difference']:+.1f}{between(compared['shuffled_ci95'])}"
        yield f"               with its conclusions shuffled {compared['shuffled']:.1f}, that is {harm}"
    yield from _baselines(compared["baselines"])


def _baselines(scores: Mapping[str, float]) -> Iterator[str]:
    if scores:
        yield "  Baselines    " + ", ".join(f"{line(name)} {points:.1f}" for name, points in scores.items())


def breakdown_rows(breakdowns: Mapping[str, Mapping[str, Plain]]) -> Iterator[str]:
    """The weakest parts of each breakdown."""
    for tag, values in breakdowns.items():
        if tag in FINE:
            continue
        often = {value: part for value, part in values.items() if part["n"] >= FEWEST}
        if not often:
            continue
        chosen = sorted(often.items(), key=lambda item: (item[1]["mean"], item[0]))[:WORST]
        yield f"  Weakest {line(tag)}" if len(often) > WORST else f"  By {line(tag)}"
        for value, part in chosen:
            found = f"{part['mean']:5.1f}{between(part['ci95'])}"
            yield f"    {line(value, 24):<24} {found:<28} n {part['n']:<4} solved {percent(part['solved'])}"


def _arms(compared: Plain | None) -> Iterator[str]:
    """Where the book still leaves most to learn: the weakest held-out parts, each beside itself without the book."""
    arms = compared["breakdowns"] if compared else {}
    found = [
        (part["mean"], tag, value, part)
        for tag, values in arms.get("with", {}).items()
        for value, part in values.items()
        if part["n"] >= FEWEST and tag not in FINE
    ]
    if found:
        yield "  Weakest held out with the book"
    for mean, tag, value, part in sorted(found, key=lambda one: one[:3])[:WORST]:
        before = arms["without"].get(tag, {}).get(value, {"mean": 0.0})["mean"]
        gain = f"{mean:5.1f}, without it {before:.1f}"
        yield f"    {line(f'{tag} {value}', 24):<24} {gain:<28} n {part['n']:<4} solved {percent(part['solved'])}"


def cost_rows(cost: Plain, log: Plain) -> Iterator[str]:
    """Money, tokens, and the log that all of it is folded from."""
    unknown = f" and {cost['unpriced_calls']:,} calls of unknown price" if cost.get("unpriced_calls") else ""
    cached = cost.get("tokens_cached", 0) / cost["tokens_in"] if cost["tokens_in"] else 0.0
    read = f" ({percent(cached)} read from cache)" if cached else ""
    spent = f"${cost['usd']:.2f}{unknown}, {cost['tokens_in']:,} tokens in{read}, {cost['tokens_out']:,} out"
    yield f"  Cost         {spent}"
    notes = {"retried": "attempts repeated", "lost_calls": "calls without an answer", "repairs": "broken calls mended"}
    said = [f"{cost[name]:,} {words}" for name, words in notes.items() if cost.get(name)]
    if said:
        yield f"               {', '.join(said)}"
    yield f"  Log          {log['events']:,} events, chain {log['head'][:12]}"


def _advice(sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield "  What next"
    yield from (f"    - {line(sentence)}" for sentence in sentences)
