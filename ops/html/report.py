"""The page itself: run card, headline, comparison, practice, breakdowns, the worst episodes, and the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ops.advice import advise
from ops.console.summary import between, percent, span
from ops.html import charts
from ops.html.markup import Markup, Part, join, table, tag
from skillbooks.comparison import WITH, WITHOUT, paired
from skillbooks.metrics import by_wave
from skillbooks.runs import Episode, Run

Plain = dict[str, Any]

WORST = 10
STYLE = """
:root{color-scheme:light dark;--ink:#1d2330;--soft:#667085;--paper:#fff;--card:#f5f6f8;--line:#dfe3e8;--good:#1a8f5a;
--bad:#c2410c;--mark:#3056d3}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#98a2b3;--paper:#12151c;--card:#1b202a;--line:#303746;
--good:#41c88a;--bad:#f0854c;--mark:#7c9bff}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:46rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 .5rem}.soft{color:var(--soft)}
.cards{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0}.card{background:var(--card);border-radius:.6rem;
padding:.7rem 1rem;flex:1 1 9rem}.card b{display:block;font-size:1.4rem}.card span{color:var(--soft);font-size:.85rem}
svg{width:100%;height:auto;display:block}svg text{font-size:12px;fill:var(--ink)}svg text.soft{fill:var(--soft)}
.grid{stroke:var(--line)}.won{fill:var(--good);stroke:var(--good)}.lost{fill:var(--bad);stroke:var(--bad)}
.same,.before{fill:var(--soft);stroke:var(--soft)}polyline.mean{fill:none;stroke:var(--mark);stroke-width:2}
circle.mean{fill:var(--mark)}.bar{fill:var(--mark);opacity:.75}.whisker{stroke:var(--ink);stroke-width:2}
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{text-align:left;padding:.25rem .6rem .25rem 0;
border-bottom:1px solid var(--line);vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}details{margin:.3rem 0}pre{white-space:pre-wrap;font-size:.8rem;background:var(--card);
padding:.8rem;border-radius:.5rem}
"""


def page(run: Run, report: Plain, transcripts: Mapping[str, str]) -> str:
    """The report as one HTML document.

    Args:
        run: what the log says of the run.
        report: the object of `train --json`.
        transcripts: stream of an episode -> its steps as text, for the episodes that are told in full.
    """
    title = f"Journeyman: run {run.run}"
    body = join(
        _opening(run, report),
        _comparison(run, report["held_out"]),
        _practice(run, report),
        _breakdowns(report["breakdowns"]),
        _episodes(worst(run), transcripts),
        _data(report),
    )
    head = join(
        tag("title", title),
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'),
        Markup(f"<style>{STYLE}</style>"),
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def worst(run: Run, n: int = WORST) -> list[Episode]:
    """The scored episodes with the fewest points, training and held out with the book; the failed ones first."""
    played = [e for e in run.episodes.values() if e.is_training or e.arm == WITH]
    return sorted(played, key=lambda e: (e.scored, e.points, e.phase, e.index))[:n]


def _opening(run: Run, report: Plain) -> Markup:
    score, count, book = report["score"], report["episodes"], report["skillbook"]
    practised = bool(run.played("train"))
    practice = [
        _card(f"{score['mean']:.1f}", f"points in practice{between(score['ci95'])}"),
        _card(f"{score['trend']:+.1f}", "from the first wave to the last"),
    ]
    cards = [
        *(practice if practised else [_card(f"{_average(run):.1f}", "points with the book")]),
        _card(f"{book['skills']}", f"skills in {book['name']}@{book['version']}"),
        _card(
            f"${report['cost']['usd']:.2f}", f"{report['cost']['tokens_in'] + report['cost']['tokens_out']:,} tokens"
        ),
    ]
    went = f": {count['finished']} of {count['asked']} episodes, {count['truncated']} cut off, {count['failed']} failed"
    facts = (
        f"{run.command} in the world {run.world}, seed {run.seed}, {report['status']} after {span(report['seconds'])}"
        f"{went if practised else ''}. "
        f"Journeyman {run.software}. Log: {report['log']['events']:,} events, head {report['log']['head'][:16]}. "
        f"Skillbook {book['sha256'][:16]}."
    )
    level = report["convergence"]
    flat = (
        f" Levelled off from wave {level['since_wave'] + 1} on: {level['rule']}."
        if level and level["converged"]
        else ""
    )
    advice = tag("ul", [tag("li", sentence) for sentence in advise(report)])
    return join(
        tag("h1", f"Run {run.run}"),
        tag("p", facts + flat, class_="soft"),
        tag("div", cards, class_="cards"),
        tag("h2", "What next"),
        advice,
    )


def _average(run: Run) -> float:
    points = [episode.points for episode in run.played("held_out", WITH) if episode.scored]
    return sum(points) / len(points) if points else 0.0


def _comparison(run: Run, compared: Plain | None) -> Markup | None:
    if compared is None:
        return None
    both = paired(run.played("held_out", WITHOUT), run.played("held_out", WITH))
    picture = charts.pairs([(a.scenario, a.points, b.points) for a, b in both])
    rows: list[list[Part]] = [
        ["without the book", compared["without"], percent(compared["solved_without"])],
        ["with the book", compared["with"], percent(compared["solved_with"])],
        *_ablation(compared),
        *([f"test agent {name}", points, ""] for name, points in compared["baselines"].items()),
    ]
    flips = f"{len(compared['flips_won'])} newly solved, {len(compared['flips_lost'])} no longer"
    return join(
        tag("h2", f"Does the book help? {compared['difference']:+.1f} points{between(compared['ci95'])}"),
        tag("p", f"{compared['n']} pairs on scenarios that were never practised; {flips}.", class_="soft"),
        picture,
        table(["", "points", "solved"], rows),
        _lost(compared["flips_lost"]),
    )


def _ablation(compared: Plain) -> list[list[Part]]:
    if compared["shuffled"] is None:
        return []
    return [["with its conclusions shuffled", compared["shuffled"], percent(compared["solved_shuffled"])]]


def _lost(names: Sequence[str]) -> Markup | None:
    return tag("p", "No longer solved: " + ", ".join(names), class_="soft") if names else None


def _practice(run: Run, report: Plain) -> Markup | None:
    played = [e for e in run.played("train") if e.scored]
    if not played:
        return None
    waves = []
    for wave, mean in by_wave(played).items():
        places = [e.index for e in played if e.wave == wave]
        waves.append((sum(places) / len(places), mean))
    changes: list[list[Part]] = [
        [float(c.wave + 1), float(c.version), ", ".join(f"{n} {kind}" for kind, n in sorted(c.operations.items()))]
        for c in run.changes
    ]
    return join(
        tag("h2", "Practice"),
        charts.scores([(e.index, e.points, bool(e.success)) for e in played], waves),
        table(["after wave", "book version", "changes"], changes) if changes else None,
        tag("h2", "Grades"),
        charts.counts(report["grades"]),
        tag("h2", "Parts of the score"),
        table(["", "points"], [[name, points] for name, points in report["categories"].items()]),
    )


def _breakdowns(breakdowns: Plain) -> Markup:
    return join(
        [
            join(
                tag("h2", f"By {name}"),
                charts.intervals({value: (part["mean"], part["ci95"], part["n"]) for value, part in values.items()}),
            )
            for name, values in breakdowns.items()
            if values
        ]
    )


def _episodes(episodes: Sequence[Episode], transcripts: Mapping[str, str]) -> Markup | None:
    if not episodes:
        return None
    told = [
        tag(
            "details",
            tag("summary", f"{e.scenario}: {f'{e.points:.1f}, {e.grade}' if e.scored else f'{e.how} {e.cause}'}"),
            tag("pre", transcripts.get(e.stream, "\n".join(e.feedback))),
        )
        for e in episodes
    ]
    return join(tag("h2", "The weakest episodes"), told)


def _card(number: str, label: str) -> Markup:
    return tag("div", tag("b", number), tag("span", label), class_="card")


def _data(report: Plain) -> Markup:
    """The numbers for programs; `</` is broken up so that no text in them can end the element."""
    text = json.dumps(report, default=str).replace("</", "<\\/").replace("<!--", "<\\u0021--")
    return join(
        tag("h2", "Data"),
        Markup(f'<script type="application/json" id="report">{text}</script>'),
        tag("details", tag("summary", "JSON"), tag("pre", json.dumps(report, indent=1, default=str))),
    )
