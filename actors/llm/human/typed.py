"""What a person types at the bench, read as a tool call; a slip is told with what is near, and costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actors.llm.apprentice.situation import Offer, Situation
from actors.llm.human.names import meant
from actors.llm.port import Tool

Plain = dict[str, Any]

AS_IS = "!"
"""Before a line that is to be sent as it stands, whatever the menu says."""
REASON = " # "
"""Before words that are kept as the reason of an act."""


class Slip(Exception):  # noqa: N818 - errors read as facts
    """Raised when a line cannot be a call as it stands; the text says why, and what is near."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What can be done at this bench, and what of it is still left to pay with."""

    tools: tuple[Tool, ...]
    situation: Situation

    def tool(self, name: str) -> Tool:
        """A tool by its name.

        Raises:
            Slip: there is none.
        """
        for tool in self.tools:
            if tool.name == name.lower():
                return tool
        known = [tool.name for tool in self.tools]
        raise Slip(f"There is no tool '{name}'.{meant(name, known)} `tools` lists them, `?` helps.")

    def offers(self, tool: str) -> dict[str, Offer]:
        """Target -> offer, of one tool."""
        head = f"{tool}:"
        return {path[len(head) :]: offer for path, offer in self.situation.offers.items() if path.startswith(head)}

    def targets(self, tool: Tool) -> list[str]:
        """All that a tool is known to be used on."""
        first: Plain = next(iter(tool.parameters.get("properties", {}).values()), {})
        return list(dict.fromkeys([*self.offers(tool.name), *map(str, first.get("enum", ()))]))

    def words(self, before: str) -> Sequence[str]:
        """What may stand behind the words that are typed already."""
        typed = before.strip().removeprefix(AS_IS).split()
        tool = next((tool for tool in self.tools if typed and tool.name == typed[0].lower()), None)
        return self.targets(tool) if tool and len(typed) == 1 else ()


def is_plain(tool: Tool) -> bool:
    """Whether all arguments of a tool are words, so that they can be typed behind its name."""
    properties: Plain = tool.parameters.get("properties", {})
    return bool(properties) and all(one.get("type") == "string" for one in properties.values())


def split(text: str) -> tuple[str, str, str, bool]:
    """A line as tool, rest, reason, and whether it is to be sent as it stands. `tool:target` is `tool target`."""
    said, _, reason = text.partition(REASON)
    as_is = said.startswith(AS_IS)
    head, _, rest = said.removeprefix(AS_IS).strip().partition(" ")
    tool, colon, target = head.partition(":")
    return (tool, f"{target} {rest}".strip(), reason.strip(), as_is) if colon else (head, rest.strip(), reason, as_is)


def arguments_of(tool: Tool, rest: str, menu: Menu, *, as_is: bool) -> Plain:
    """The arguments that are typed behind a tool's name.

    Raises:
        Slip: it is not on the menu, or would use up what is left; not for a line that is to be sent as it stands.
    """
    names = list(tool.parameters["properties"])
    words = [rest] if len(names) == 1 else rest.split(None, len(names) - 1)
    arguments = dict(zip(names, words, strict=False))
    target = arguments[names[0]]
    known = {one.lower(): one for one in menu.targets(tool)}
    if target.lower() in known:
        arguments[names[0]] = known[target.lower()]
    elif known and not as_is:
        raise Slip(
            f"'{target}' is not on the menu of {tool.name}.{meant(target, known)} `{tool.name}` alone lists it; "
            f"`{AS_IS}{tool.name} {rest}` sends it all the same."
        )
    offer = menu.situation.offers.get(f"{tool.name}:{arguments[names[0]]}")
    if offer and not as_is:
        _refuse_last(offer, menu.situation, f"{tool.name} {rest}")
    return arguments


def _refuse_last(offer: Offer, now: Situation, typed: str) -> None:
    """Refuse, once, what would end the case before anything can be handed in."""
    spent = offer.minutes >= now.minutes_left or (offer.money and offer.money >= now.money_left)
    if spent or now.turns_left <= 1:
        what = (
            "This is the last turn" if now.turns_left <= 1 else f"That takes {cost(offer)}, which is all that is left"
        )
        raise Slip(f"{what}: `submit` first, or nothing is handed in. `{AS_IS}{typed}` does it all the same.")


def cost(offer: Offer) -> str:
    """Minutes and euros in words."""
    return f"{offer.minutes:g} min" + (f", {offer.money:.2f} €" if offer.money else "")
