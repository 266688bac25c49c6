"""A person as a model: gets the request that any model gets, looks things up for nothing, and types the next act."""

from __future__ import annotations

from collections.abc import Callable

from actors.llm.apprentice.situation import read
from actors.llm.cleaning import cleaned
from actors.llm.human.bench_text import HELP, case, seen, tool_help, tools
from actors.llm.human.console import Console, PersonLeft
from actors.llm.human.form import Form
from actors.llm.human.names import SHOWN, Catalogue, Names, catalogue_of
from actors.llm.human.typed import Menu, Slip, arguments_of, is_plain, split
from actors.llm.port import Call, Plain, Reply, Request, Tool

NAME = "human"


class Person:
    """A person at a console.

    Args:
        console: where the person sits.

    Raises:
        LookupError: there is no console here.
    """

    name = NAME

    def __init__(self, console: Console | None = None) -> None:
        if console is None:
            raise LookupError(
                "a person plays one case at a time, at a terminal: `journeyman try --agent human`, or `journeyman "
                "evaluate --agent human --held-out 5`, with the same --seed as the model that is to be compared"
            )
        self._console = console

    async def reply(self, request: Request) -> Reply:
        """The act that is typed; what else is asked for on the way is answered and costs no turn.

        Raises:
            PersonLeft: nobody will type any more.
        """
        return cleaned(_Turn(self._console, request).reply())


class _Turn:
    """One request in front of a person."""

    def __init__(self, console: Console, request: Request) -> None:
        self._console, self._request = console, request
        self._now = read(request)
        self._menu = Menu(request.tools, self._now)
        self._names: Catalogue = catalogue_of(request)
        self._lookups: dict[str, Callable[[str], str]] = {
            "?": self._help,
            "help": self._help,
            "tools": lambda _: tools(self._menu),
            "case": lambda _: case(request),
            "seen": lambda _: seen(request),
            "skills": self._skills,
            "rules": lambda _: "\n".join(block for block in request.system if not block.startswith("{")),
            "causes": lambda words: _searched(self._names.causes, words),
            "problems": lambda words: _searched(self._names.problems, words),
            "parts": lambda words: _searched(self._names.parts, words),
            "undo": lambda _: "Nothing is undone on a bench; what is done is done, and may be done differently.",
        }

    def reply(self) -> Reply:
        """Line after line, until one is an act."""
        if len(self._request.messages) == 1:
            self._open()
        number = len(self._request.messages)
        while True:
            text = self._console.ask(self._prompt(), self._words)
            try:
                act = self._act(text)
            except Slip as slip:
                self._console.tell(f"  {slip}")
                continue
            if act:
                tool, arguments, reason = act
                return Reply(reason, (Call(f"h{number}", tool.name, arguments),), "tool")

    def _act(self, text: str) -> tuple[Tool, Plain, str] | None:
        """The call that a line is, with its reason; None for what was only looked up."""
        name, rest, reason, as_is = split(text)
        if not name:
            return None
        if name.lower() in ("quit", "exit"):
            raise PersonLeft("the person has left")
        lookup = self._lookups.get(name.lower())
        if lookup:
            self._console.tell(lookup(rest))
            return None
        tool = self._menu.tool(name)
        if not is_plain(tool):
            arguments = Form(self._console, self._names, self._did()).filled(tool.name, tool.parameters)
            return None if arguments is None else (tool, arguments, reason)
        if not rest and (self._menu.targets(tool) or not as_is):
            self._console.tell(tool_help(self._menu, tool))
            return None
        return tool, arguments_of(tool, rest, self._menu, as_is=as_is), reason

    def _open(self) -> None:
        if self._request.skills:
            self._console.tell(
                f"\nYour skills, as a model gets them\n{self._request.skills}\n\n`case` shows the case again."
            )
        self._console.tell("\nYour turn. `?` helps, `tools` lists what you can do, `submit` hands in, Ctrl-D leaves.")

    def _prompt(self) -> str:
        now = self._now
        left = f"{now.turns_left} turns, {now.minutes_left:.0f} min, {now.money_left:.2f} € left"
        return f"\n[{left}] > "

    def _help(self, topic: str) -> str:
        return tool_help(self._menu, self._menu.tool(topic)) if topic else HELP

    def _skills(self, words: str) -> str:
        blocks = [block for block in self._request.skills.split("\n\n") if words.lower() in block.lower()]
        return "\n\n".join(blocks) or ("No skill mentions that." if self._request.skills else "There are no skills.")

    def _did(self) -> list[str]:
        return [step.path for step in self._now.steps if step.kind == "changes"]

    def _words(self, before: str) -> list[str]:
        if not before.strip() or before.strip() == "?":
            return sorted([*(tool.name for tool in self._request.tools), *self._lookups, "quit"])
        names = {"causes": self._names.causes, "parts": self._names.parts, "problems": self._names.problems}
        first = before.split(maxsplit=1)[0]
        return list(names[first].titles if first in names else self._menu.words(before))


def _searched(names: Names, words: str) -> str:
    found = names.found(words) if words else list(names.titles)
    more = f"\n  and {len(found) - SHOWN} more; add a word" if words and len(found) > SHOWN else ""
    rows = "\n".join(f"  {names.row(key)}" for key in (found[:SHOWN] if words else found))
    return f"{rows}{more}" if rows else f"  nothing is like '{words}'"
