"""A scenario record asked for field by field: every answer is checked at once, and any question can be gone back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from actors.llm.human.console import Console
from actors.llm.human.form import BACK, GoneBack, choose, heard
from actors.llm.human.names import Names
from actors.worlds.asking import Question

Plain = dict[str, Any]
Check = Callable[[str, str, Plain], str]
YES, NO = "yes", "no"


class GivenUp(Exception):  # noqa: N818 - errors read as facts
    """Raised when the person does not want the record to be written."""


class Interview:
    """The questions of a record, in order.

    Args:
        console: where the person sits.
        questions: of the world.
        check: of one answer, by the world; raises ValueError.
    """

    def __init__(self, console: Console, questions: Sequence[Question], check: Check) -> None:
        self._console, self._questions, self._check = console, questions, check

    def ask_all(self) -> Plain:
        """The record. Raises PersonLeft when nobody will type any more."""
        told: Plain = {}
        self._series(self._questions, told, {})
        return {question.name: told[question.name] for question in self._questions}

    def agreed(self, record: Plain, shown: str, doubts: Callable[[Plain], list[str]]) -> Plain | str:
        """Show the record, and let the person say yes or change a field; the changed record, or `yes`.

        Raises:
            GivenUp: the answer was no.
            PersonLeft: nobody will type any more.
        """
        self._console.tell(f"\n{shown}")
        flaws = doubts(record)
        for flaw in flaws:
            self._console.tell(f"  not in order: {flaw}")
        names = [question.name for question in self._questions]
        wanted = "write it all the same" if flaws else "write it"
        while True:
            text = self._console.ask(f"  {wanted}? {YES}, {NO}, or a field to change > ", lambda _: [YES, NO, *names])
            if text.lower() in (YES, "y"):
                return YES
            if text.lower() in (NO, "n"):
                raise GivenUp
            if text in names:
                return self._changed(record, names.index(text))
            self._console.tell(f"    the fields are {', '.join(names)}")

    def _changed(self, record: Plain, place: int) -> Plain:
        """The record with one field asked for anew; what depends on it is asked for again where it does not fit."""
        changed = {name: value for name, value in record.items() if name != self._questions[place].name}
        for question in self._questions[place:]:
            if question.name not in changed or not self._stands(question, changed):
                changed.pop(question.name, None)
                self._series((question,), changed, {})
        return {question.name: changed[question.name] for question in self._questions}

    def _stands(self, question: Question, record: Plain) -> bool:
        """Whether the entries of a list still fit the answers before them."""
        before = {**record, question.name: []}
        try:
            for entry in record[question.name] if question.parts else ():
                part: Plain = {}
                for inner in question.parts:
                    part[inner.name] = self._check(inner.name, entry[inner.name], {**before, **part})
                before[question.name].append(part)
        except ValueError:
            return False
        return True

    def _series(self, questions: Sequence[Question], told: Plain, around: Plain) -> None:
        """Question after question into `told`; back from the first one is the caller's, if there is one before it."""
        place = 0
        while place < len(questions):
            question = questions[place]
            try:
                told[question.name] = self._answer(question, told, around)
                place += 1
            except GoneBack:
                if place == 0 and around:
                    raise
                place = max(place - 1, 0)

    def _answer(self, question: Question, told: Plain, around: Plain) -> Any:
        if question.parts:
            return self._entries(question, told)
        if question.most:
            return self._list(question, told)
        return self._one(question, {**around, **told})

    def _one(self, question: Question, so_far: Plain, label: str = "", *, optional: bool = False) -> str:
        """One answer that is in order; empty only where it may be."""
        usual = str(so_far[question.name]) if isinstance(so_far.get(question.name), str) else question.usual(so_far)
        label = label or question.ask
        while True:
            if question.choices:
                names = Names(question.choices(so_far))
                text = choose(self._console, names, label, usual, self._reader(question, names, so_far))
            else:
                text = heard(self._console, f"{label} [{usual}] > " if usual else f"{label} > ") or usual
            if optional and not text:
                return ""
            try:
                return self._check(question.name, text, so_far)
            except ValueError as slip:
                self._console.tell(f"    {slip}")

    def _reader(self, question: Question, names: Names, so_far: Plain) -> Callable[[str], str]:
        """Reads a name as the world itself would, with whatever people call it."""

        def named(text: str) -> str:
            try:
                found = self._check(question.name, text, so_far)
            except ValueError:
                return names.named(text)
            return found if found in names.titles else ""

        return named

    def _list(self, question: Question, told: Plain) -> list[str]:
        """Entries until an empty line; back takes the last one away."""
        found: list[str] = []
        while len(found) < question.most:
            label = f"{question.ask} ({len(found) + 1}; Enter when done)"
            try:
                text = self._one(Question(question.name, label), {**told, question.name: None}, optional=True)
            except GoneBack:
                if not found:
                    raise
                found.pop()
                continue
            if not text and len(found) >= question.least:
                break
            found += [text] if text else []
        return found

    def _entries(self, question: Question, told: Plain) -> list[Plain]:
        """Mappings, one after the other, until the person has no more; back takes the last one away."""
        found: list[Plain] = []
        while len(found) < question.most:
            try:
                if len(found) >= question.least and not self._more(question, len(found) + 1):
                    break
            except GoneBack:
                if not found:
                    raise
                found.pop()
                continue
            self._console.tell(f"  {question.ask}: number {len(found) + 1}")
            entry: Plain = {}
            try:
                self._series(question.parts, entry, {**told, question.name: found})
            except GoneBack:
                if not found:
                    raise
                continue
            found.append(entry)
        return found

    def _more(self, question: Question, number: int) -> bool:
        while True:
            text = heard(self._console, f"{question.name}: is there a number {number}? {YES} or {NO} [{NO}] > ").lower()
            if text in ("", NO, "n", YES, "y"):
                return text in (YES, "y")
            self._console.tell(f"    {YES} or {NO}, please; `{BACK}` takes the last one away")
