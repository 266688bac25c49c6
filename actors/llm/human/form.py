"""The arguments of a tool asked for one by one: causes by searching the catalogue, all else by its JSON schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from actors.llm.human.console import Console
from actors.llm.human.names import SHOWN, Catalogue, Names

Plain = dict[str, Any]

BACK = "back"
GLANCE = 10
"""Names that are listed without being asked for."""
USUAL_SURENESS = 90.0
_YES, _NO = frozenset({"y", "yes", "true"}), frozenset({"n", "no", "false"})


class GoneBack(Exception):  # noqa: N818 - errors read as facts
    """Raised when the person wants the question before this one, or the bench."""


class Form:
    """One tool's arguments, as a conversation.

    Args:
        console: where the person sits.
        catalogue: what can be named.
        did: what was changed at the bench, as `tool:target`; offered as the account of the work.
    """

    def __init__(self, console: Console, catalogue: Catalogue, did: Sequence[str]) -> None:
        self._console, self._catalogue, self._did = console, catalogue, did

    def filled(self, name: str, schema: Plain) -> Plain | None:
        """The arguments; None if the person went back to the bench.

        Raises:
            PersonLeft: nobody will type any more.
        """
        asked = self._in_order(schema.get("properties", {}))
        self._console.tell(
            f"{name}: Enter goes on, `{BACK}` to the question before; nothing is sent until you say yes."
        )
        told: Plain = {}
        place = 0
        while place <= len(asked):
            try:
                if place == len(asked):
                    self._confirm(name, told)
                else:
                    field, ask = asked[place]
                    told[field] = ask(told)
                place += 1
            except GoneBack:
                place -= 1
                if place < 0:
                    return None
        return {field: told[field] for field in schema["properties"]}

    def _in_order(self, properties: Plain) -> list[tuple[str, Callable[[Plain], Any]]]:
        """The questions; causes first, because the problems follow from them."""
        asked = [(field, self._question(field, schema)) for field, schema in properties.items()]
        return sorted(asked, key=lambda one: one[0] != "causes")

    def _question(self, field: str, schema: Plain) -> Callable[[Plain], Any]:  # noqa: PLR0911 - one line a kind
        kind, label = schema.get("type"), str(schema.get("description") or field).removeprefix("true if ")
        if field == "causes" and self._catalogue.causes.titles and "cause" in _inner(schema):
            return lambda _: self._claims(int(schema.get("maxItems", SHOWN)))
        if field == "problems" and self._catalogue.problems.titles:
            return lambda told: self._problems(told, int(schema.get("maxItems", SHOWN)))
        if kind == "array" and schema.get("items", {}).get("type") == "string":
            return lambda _: self._list(field, label)
        if kind == "boolean":
            return lambda _: self._truth(label)
        if kind in ("number", "integer"):
            return lambda _: self._number(label, whole=kind == "integer")
        if kind == "string":
            return lambda _: self._line(f"{label} > ")
        return lambda _: self._json(field)

    def _line(self, prompt: str, words: Sequence[str] = ()) -> str:
        return heard(self._console, prompt, words)

    def _confirm(self, name: str, told: Plain) -> None:
        for field, value in told.items():
            self._console.tell(f"    {field}: {worded(value)}")
        if not self._truth(f"send this, {name}"):
            raise GoneBack

    def _claims(self, most: int) -> list[Plain]:
        names = self._catalogue.causes
        found: dict[str, float] = {}
        self._console.tell(
            f"  What was at fault? An id, or words to search the {len(names.titles)} causes; Enter when done."
        )
        while len(found) < most:
            chosen = choose(self._console, names, f"cause {len(found) + 1}")
            if not chosen:
                break
            found[chosen] = self._sureness(chosen)
        return [{"cause": cause, "probability": sure} for cause, sure in found.items()]

    def _sureness(self, cause: str) -> float:
        """How sure a claim is, as a share; a number above 1 is taken as percent."""
        while True:
            text = self._line(f"how sure of {cause}, in percent [{USUAL_SURENESS:g}] > ").removesuffix("%").strip()
            try:
                value = float(text) if text else USUAL_SURENESS
            except ValueError:
                value = -1.0
            if 0.0 <= value <= 100.0:  # noqa: PLR2004 - percent
                return round(value / 100.0 if value > 1.0 else value, 4)
            self._console.tell("    a number from 0 to 100, please")

    def _problems(self, told: Plain, most: int) -> list[str]:
        topics = [self._catalogue.topics.get(claim["cause"], "") for claim in told.get("causes", ())]
        usual = [topic for topic in dict.fromkeys(topics) if topic][:most]
        names = self._catalogue.problems
        while True:
            text = self._line(f"problems, with commas, `?` lists them [{', '.join(usual) or 'none'}] > ")
            if not text:
                return usual
            if text == "?":
                self._console.tell("\n".join(f"    {names.row(key)}" for key in names.titles))
                continue
            named = {one.strip(): names.named(one) for one in text.split(",") if one.strip()}
            if all(named.values()) and len(named) <= most:
                return list(dict.fromkeys(named.values()))
            wrong = next((one for one, key in named.items() if not key), "")
            near = f"; near: {', '.join(names.found(wrong)[:4]) or 'nothing'}" if wrong else ""
            self._console.tell(f"    {f'no problem is called {wrong!r}{near}' if wrong else f'at most {most}'}")

    def _list(self, field: str, label: str) -> list[str]:
        usual = list(dict.fromkeys(self._did)) if field == "work" else []
        text = self._line(f"{label}, with commas [{', '.join(usual) or 'nothing'}] > ")
        return [one.strip() for one in text.split(",") if one.strip()] if text else usual

    def _truth(self, label: str) -> bool:
        while True:
            text = self._line(f"{label}? yes or no > ", ("yes", "no")).lower()
            if text in _YES | _NO:
                return text in _YES
            self._console.tell("    yes or no, please")

    def _number(self, label: str, *, whole: bool) -> float:
        while True:
            try:
                return (int if whole else float)(self._line(f"{label} > "))
            except ValueError:
                self._console.tell(f"    a {'whole ' if whole else ''}number, please")

    def _json(self, field: str) -> Any:
        while True:
            try:
                return json.loads(self._line(f"{field}, as JSON > "))
            except ValueError as error:
                self._console.tell(f"    that is no JSON: {error}")


def heard(console: Console, prompt: str, words: Sequence[str] = ()) -> str:
    """The answer to one question.

    Raises:
        GoneBack: the person wants the question before.
        PersonLeft: nobody will type any more.
    """
    text = console.ask(f"  {prompt}", lambda before: () if before.strip() else words)
    if text.lower() == BACK:
        raise GoneBack
    return text


def choose(
    console: Console, names: Names, label: str, usual: str = "", named: Callable[[str], str] | None = None
) -> str:
    """One id: itself, its title, its number in the list last shown, or found by words; `usual` for an empty line.

    Args:
        console: where the person sits.
        names: what may be chosen.
        label: before the prompt.
        usual: the answer of an empty line.
        named: another reader of names than that of `names`, which gives an id of them or nothing.

    Raises as `heard`.
    """
    named = named or names.named
    listed = _shown(console, names, list(names.titles)) if len(names.titles) <= GLANCE else []
    while True:
        text = heard(console, f"{label} [{usual}] > " if usual else f"{label} > ", list(names.titles))
        if not text:
            return usual
        if text.isdecimal() and 0 < int(text) <= len(listed):
            return listed[int(text) - 1]
        if named(text):
            return named(text)
        listed = _shown(console, names, list(names.titles) if text == "?" else names.found(text)[:SHOWN])
        said = "type a number of the list, or other words" if listed else f"nothing is like '{text}'; `?` lists all"
        console.tell(f"    {said}")


def _shown(console: Console, names: Names, keys: list[str]) -> list[str]:
    for number, key in enumerate(keys, 1):
        console.tell(f"    {number:>2}  {names.row(key)}")
    return keys


def worded(value: Any) -> str:
    """A plain value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and {"cause", "probability"} <= set(value):
        return f"{value['cause']} ({value['probability']:.0%} sure)"
    if isinstance(value, list):
        return ", ".join(map(worded, value)) or "none"
    return str(value) or "nothing"


def _inner(schema: Plain) -> Plain:
    inner: Plain = schema.get("items", {}).get("properties", {})
    return inner
