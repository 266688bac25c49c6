"""What a person at the bench can have shown again: help, the menu with its prices, the case, and what was seen."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from actors.llm.apprentice.situation import path_of
from actors.llm.human.typed import AS_IS, Menu, cost, is_plain
from actors.llm.port import Request, Tool

Plain = dict[str, Any]

WIDTH = 100
HELP = f"""\
  An act takes a turn and costs minutes and euros:
    inspect nozzle         a tool and what it is used on; Tab completes
    inspect nozzle # why   the words behind # are kept with it
    {AS_IS}send_gcode M503       sent as it stands, even if it is not on the menu
    submit                 hand in what you found; this ends the case
  Looking things up is free:
    tools                  all tools, and what they cost
    inspect                a tool alone: what it can be used on
    causes damp            search the causes; likewise problems, parts
    case, seen             the customer's words again; what you have done and seen
    skills, rules          what a model would be told as well; `skills wet` searches
    quit                   leave, as Ctrl-C and Ctrl-D do; the case stays unjudged
  Nothing can be undone. A part that you replace counts as accused."""


def tools(menu: Menu) -> str:
    """All tools with what they are for and what they cost."""
    return "\n".join(_hanging(f"{tool.name:<15} {_span(menu, tool):<23} {tool.description}", 42) for tool in menu.tools)


def tool_help(menu: Menu, tool: Tool) -> str:
    """One tool: what it is for, and all that it can be used on, by price."""
    offers = menu.offers(tool.name)
    arguments = " ".join(name.upper() for name in tool.parameters.get("properties", {}))
    if not is_plain(tool):
        asked = ", ".join(tool.parameters.get("properties", {}))
        return f"  {tool.name}: {tool.description} You are asked one by one for: {asked}."
    rows = [_hanging(f"{tool.name} {arguments}: {tool.description}", 4)]
    if not menu.targets(tool):
        rows.append("    nothing on this machine")
    prices: dict[str, list[str]] = {}
    for target, offer in sorted(offers.items(), key=lambda one: one[1].price):
        prices.setdefault(cost(offer), []).append(target)
    prices.setdefault("besides", []).extend(target for target in menu.targets(tool) if target not in offers)
    for price, targets in ((price, targets) for price, targets in prices.items() if targets):
        rows += textwrap.wrap(
            ", ".join(targets), WIDTH, initial_indent=f"    {price:<16} ", subsequent_indent=" " * 21,
            break_on_hyphens=False, break_long_words=False,
        )  # fmt: skip
    return "\n".join(rows)


def case(request: Request) -> str:
    """The brief again: the customer's words, and what is known of the machine."""
    brief: Plain = json.loads(request.messages[0].text)["brief"]
    rows = []
    for name, value in brief.items():
        if name in ("offers", "limits", "practice") or value in (None, "", [], {}):
            continue
        if isinstance(value, dict):
            value = ", ".join(f"{key} {_flat(inner)}" for key, inner in value.items())  # noqa: PLW2901 - shown once
        rows += textwrap.wrap(
            f"{name.replace('_', ' ')}: {_flat(value)}", WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    return "\n".join(rows)


def seen(request: Request) -> str:
    """All acts so far, each with what was odd."""
    asked = {call.id: path_of(call.name, call.arguments) for message in request.messages for call in message.calls}
    rows = [
        f"{asked.get(message.answers, '?').replace(':', ' ', 1):<30} {_showed(json.loads(message.text)['result'])}"
        for message in request.messages
        if message.role == "tool"
    ]
    return "\n".join(_hanging(row, 33) for row in rows) or "  Nothing yet."


def _showed(result: Plain) -> str:
    if result.get("error"):
        return f"not possible: {_flat(result['error'])[:60]}"
    findings = result.get("findings", ())
    told = [f"{_reading(one)} {one.get('state')}" for one in findings if one.get("state") != "normal"]
    if "good" in result:
        told.insert(0, "all is well" if result["good"] else "not all is well")
    said = _flat(result.get("said") or result.get("note") or "")
    told += [f"“{said[:WIDTH]}”"] if result.get("said") else [said] if said else []
    return "; ".join(told) or ("in order" if findings else "nothing to be seen")


def _reading(finding: Plain) -> str:
    return str(finding.get("sign", "")).rpartition("/")[2].replace("_", " ")


def _hanging(row: str, indent: int) -> str:
    return textwrap.fill(row, WIDTH, initial_indent="  ", subsequent_indent=" " * indent, break_on_hyphens=False)


def _span(menu: Menu, tool: Tool) -> str:
    offers = menu.offers(tool.name).values()
    if not offers:
        return "" if not is_plain(tool) or menu.targets(tool) else "not on this machine"
    minutes, euros = [offer.minutes for offer in offers], [offer.money for offer in offers]
    money = f", {_range(euros)} €" if max(euros) else ""
    return f"{_range(minutes)} min{money}"


def _range(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return (
            " x ".join(map(_flat, value))
            if all(isinstance(one, int | float) for one in value)
            else "; ".join(map(_flat, value))
        )
    return f"{value:g}" if isinstance(value, float) else str(value)
