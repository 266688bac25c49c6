"""A person made for tests: a console whose lines are known beforehand, and acts as the lines that a person types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actors.llm.human.console import Complete, PersonLeft
from actors.llm.port import Plain
from actors.worlds.port import Act


class Typist:
    """Types line after line and keeps what is shown; when the lines are at their end, the person has left."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.shown: list[str] = []
        self.offered: list[Sequence[str]] = []

    @property
    def text(self) -> str:
        return "\n".join(self.shown)

    def tell(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, prompt: str, complete: Complete | None = None) -> str:
        self.offered.append(complete("") if complete else ())
        line = next(self._lines, None)
        if line is None:
            raise PersonLeft("the person has left")
        self.shown.append(prompt + line)
        return line


def typed(act: Act) -> list[str]:
    """The lines for one act; for the closing one all answers of its form, the problems as they are proposed."""
    if act.name != "submit":
        return [f"{act.name} {' '.join(map(str, act.arguments.values()))}"]
    told: Plain = act.arguments
    claims = [line for claim in told["causes"] for line in (claim["cause"], f"{100 * claim['probability']:.2f}")]
    done = [] if len(told["causes"]) == 5 else [""]
    account = ["yes" if told["done"] else "no", ", ".join(told["work"]), told["message"].replace("\n", " ")]
    return ["submit", *claims, *done, ", ".join(told["problems"]), *account, "yes"]
