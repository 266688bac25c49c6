"""HTML and SVG written as nested calls; each text is escaped, so that no log can bring markup of its own."""

from __future__ import annotations

import html
from collections.abc import Iterable

from ops.console.text import safe


class Markup(str):
    """Text that is markup already. Only this module and what is built from it may make one."""

    __slots__ = ()


Part = Markup | str | float | None


def tag(name: str, *content: Part | Iterable[Part], **attributes: Part) -> Markup:
    """An element. Attributes that are None are left out; a trailing underscore and inner ones become none and `-`."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{shown}>{join(*content)}</{name}>")


def join(*content: Part | Iterable[Part]) -> Markup:
    """Parts one after the other; plain text is escaped, None is nothing."""
    return Markup("".join(_piece(part) for part in _flat(content)))


def table(headings: Iterable[str], rows: Iterable[Iterable[Part]]) -> Markup:
    """A table; cells that are numbers stand right."""
    head = tag("tr", [tag("th", heading) for heading in headings])
    body = [
        tag("tr", [tag("td", cell, class_="n" if isinstance(cell, int | float) else None) for cell in row])
        for row in rows
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", body)), class_="wide")


def _flat(content: Iterable[Part | Iterable[Part]]) -> Iterable[Part]:
    for part in content:
        if part is None or isinstance(part, str | int | float):
            yield part
        else:
            yield from part


def _piece(part: Part) -> str:
    if part is None:
        return ""
    return str(part) if isinstance(part, Markup) else html.escape(_text(part), quote=False)


def _text(value: Part) -> str:
    return f"{value:g}" if isinstance(value, float) else safe(value)
