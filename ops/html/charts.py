"""The report's pictures as inline SVG: scores over time, held-out pairs, bars with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ops.html.markup import Markup, join, tag

WIDTH, HEIGHT, EDGE = 720.0, 220.0, 34.0
MOST = 100.0
"""Points at the top of every scale."""


def scores(points: Sequence[tuple[int, float, bool]], waves: Sequence[tuple[float, float]]) -> Markup:
    """Points of each training episode, the mean of each wave as a line.

    Args:
        points: index, points and whether it was solved.
        waves: middle index and mean points of each wave.
    """
    last = max([index for index, _, _ in points], default=0)
    dots = [
        tag("circle", tag("title", f"episode {index}: {value:.1f}"), cx=_x(index, last), cy=_y(value), r=2.6,
            class_="won" if solved else "lost")
        for index, value, solved in points
    ]  # fmt: skip
    line = " ".join(f"{_x(at, last):.1f},{_y(mean):.1f}" for at, mean in waves)
    marks = [tag("circle", cx=_x(at, last), cy=_y(mean), r=3.5, class_="mean") for at, mean in waves]
    return _canvas(HEIGHT, _grid(), dots, tag("polyline", points=line, class_="mean"), marks, _label("episodes"))


def pairs(differences: Sequence[tuple[str, float, float]]) -> Markup:
    """Held-out pairs, one column each, from the points without the book to those with it, sorted by difference."""
    ordered = sorted(differences, key=lambda pair: (pair[2] - pair[1], pair[0]))
    last = max(len(ordered) - 1, 0)
    columns = [_pair(place, last, *pair) for place, pair in enumerate(ordered)]
    return _canvas(HEIGHT, _grid(), columns, _label("pairs, sorted by what the book changed"))


def intervals(parts: Mapping[str, tuple[float, Sequence[float] | None, int]]) -> Markup:
    """One bar a part with its interval.

    Args:
        parts: name -> (mean points, interval or None, n).
    """
    rows = [_bar(place, name, *part) for place, (name, part) in enumerate(parts.items())]
    return _canvas(len(parts) * 22.0 + 6, rows)


def counts(values: Mapping[str, int]) -> Markup:
    """Bars of counts, such as grades."""
    most = max([*values.values(), 1])
    rows = [
        join(
            tag("text", name, x=8, y=place * 22 + 16),
            tag("rect", x=150, y=place * 22 + 4, width=(WIDTH - 220) * count / most, height=14, class_="bar"),
            tag("text", count, x=156 + (WIDTH - 220) * count / most, y=place * 22 + 16, class_="soft"),
        )
        for place, (name, count) in enumerate(values.items())
    ]
    return _canvas(len(values) * 22.0 + 6, rows)


def _pair(place: int, last: int, name: str, without: float, with_book: float) -> Markup:
    x = _x(place, last)
    kind = "won" if with_book > without else "lost" if with_book < without else "same"
    return tag(
        "g",
        tag("title", f"{name}: {without:.1f} without, {with_book:.1f} with"),
        tag("line", x1=x, x2=x, y1=_y(without), y2=_y(with_book), class_=kind),
        tag("circle", cx=x, cy=_y(without), r=2.5, class_="before"),
        tag("circle", cx=x, cy=_y(with_book), r=3.5, class_=kind),
    )


def _bar(place: int, name: str, mean: float, interval: Sequence[float] | None, n: int) -> Markup:
    y, scale = place * 22.0, (WIDTH - 290) / MOST
    whisker = (
        tag("line", x1=190 + interval[0] * scale, x2=190 + interval[1] * scale, y1=y + 11, y2=y + 11, class_="whisker")
        if interval
        else None
    )
    return tag(
        "g",
        tag("text", name[:28], x=8, y=y + 16),
        tag("rect", x=190, y=y + 4, width=max(0.0, mean) * scale, height=14, class_="bar"),
        whisker,
        tag("text", f"{mean:.1f}, n {n}", x=WIDTH - 4, y=y + 16, class_="soft", text_anchor="end"),
    )


def _grid() -> list[Markup]:
    return [
        join(
            tag("line", x1=EDGE, x2=WIDTH, y1=_y(value), y2=_y(value), class_="grid"),
            tag("text", f"{value}", x=4, y=_y(value) + 4, class_="soft"),
        )
        for value in (0, 25, 50, 75, 100)
    ]


def _label(text: str) -> Markup:
    return tag("text", text, x=WIDTH - 4, y=HEIGHT - 4, class_="soft", text_anchor="end")


def _canvas(height: float, *content: Markup | Sequence[Markup]) -> Markup:
    return tag("svg", *content, viewBox=f"0 0 {WIDTH:g} {height:g}", role="img")


def _x(place: float, last: int) -> float:
    return round(EDGE + 10 + place * (WIDTH - EDGE - 24) / max(last, 1), 1)


def _y(value: float) -> float:
    return round(10 + (MOST - value) / MOST * (HEIGHT - 36), 1)
