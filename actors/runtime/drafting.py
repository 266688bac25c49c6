"""How a model drafts a wave's delta: lessons are merged in groups, then weighed against the book, call by call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from actors.llm.port import ModelUnusable, Reply, Request
from actors.roles import curator
from actors.roles.prompts import prompt
from actors.runtime.minds import Mind, mended
from actors.runtime.port import AskFailed, Plain
from actors.runtime.sitting import Desk, Sitting
from events.book_facts import DeltaDrafted
from skillbooks.drafts import Refused, definite
from skillbooks.lesson import Lesson
from skillbooks.notes import Note, noted, united
from skillbooks.provenance import lesson_id
from skillbooks.reduction import reduced
from skillbooks.skillbook import Skillbook

POOL = "curators"


class Curator:
    """The shell of the curator that asks a model. Config: `model`, and `options` of the way to it."""

    def __init__(self, config: Plain) -> None:
        self._mind = Mind(config)

    async def answer(self, request: Plain) -> Plain:
        """What a question's answers say, as `said`, or the `wish` of the call that is needed; `call` makes it."""
        place = f"{request['place']}#{request['turn']}"

        def ask(replies: list[Reply], complaints: list[str]) -> Request:
            return curator.ask(request, replies, complaints, place)

        def read(told: Plain) -> Plain:
            return {"said": curator.said(request, told)}

        told = await mended(self._mind, request, ask, read)
        return {**told, "curator": curator.name_of(self._mind.model.name)} if "repairs" in told else told

    async def close(self) -> None:
        """Give the model's connections back."""
        await self._mind.close()


@dataclass(frozen=True)
class Draft:
    """What became of a draft.

    Attributes:
        operations: those that fit the book.
        refused: the others, each with the reason; with no operation where there was no draft at all.
        curator: who drafted.
    """

    operations: list[Plain]
    refused: Refused
    curator: str


class Drafting:
    """Drafts the deltas of one run.

    Args:
        desk: where the curator is asked.
        model: its name, until it has told it itself.
        seed: of the dealing into groups.
    """

    def __init__(self, desk: Desk, model: str, seed: int) -> None:
        self._desk, self._model, self._seed = desk, model, seed

    async def draft(
        self, wave: int, book: Skillbook, fresh: Mapping[str, Sequence[Lesson]], condemned: Collection[str]
    ) -> Draft:
        """The delta that the lessons of a wave call for.

        Args:
            wave: its number.
            book: as it stands.
            fresh: episode -> lessons that no draft of this run has seen.
            condemned: ids of skills that their effect retired.

        Raises:
            BudgetReached: a call could pass the budget.
            AskFailed: the journal cannot write, or no model can be asked any more.
        """
        lessons = [lesson for name in sorted(fresh) for lesson in fresh[name]]
        if not lessons:
            return Draft([], [], self._model)
        work = _Work(self._desk, wave, lessons)
        try:
            notes = await reduced(
                [noted(n, lesson) for n, lesson in enumerate(lessons)], work.merge, self._seed + wave, join=united
            )
            told = await work.ask(curator.drafting(notes, lessons, book))
        except AskFailed as failed:
            if failed.pool != POOL or failed.type == ModelUnusable.__name__:
                raise
            await work.sitting.close()
            return Draft([], [({}, f"the curator gave no answer: {failed.text}"[:500])], self._model)
        used = prompt("curator")
        fact = DeltaDrafted(
            skillbook=book.name,
            wave=wave,
            curator=told["curator"],
            prompts={used.name: used.sha256},
            operations=tuple(told.get("said", ())),
            evidence=tuple(lesson_id(name) for name in sorted(fresh)),
            calls=work.sitting.calls,
            repairs=work.repairs,
        )
        await work.sitting.close(fact)
        if "said" not in told:
            why = f"no delta could be read in the curator's answers: {told['unreadable']}"
            return Draft([], [({}, why[:500])], told["curator"])
        operations, refused = definite(book, told["said"], lessons, condemned)
        return Draft(operations, refused, told["curator"])


class _Work:
    """One draft in the making."""

    def __init__(self, desk: Desk, wave: int, lessons: Sequence[Lesson]) -> None:
        self._lessons, self._place = lessons, f"curate:wave-{wave}"
        cause = f"wave/{desk.run}/train-{wave}@0"
        self.sitting = Sitting(desk, POOL, "curator", f"curate/{desk.run}/wave-{wave}", cause)
        self.repairs = 0

    async def merge(self, notes: list[Note]) -> list[Note]:
        """What a group of notes says; nobody is asked where no two are about one cause."""
        if len({(note.topic, note.cause) for note in notes}) == len(notes):
            return notes
        told = await self.ask(curator.merging(notes, self._lessons))
        return curator.merged(notes, told) if "said" in told else notes

    async def ask(self, question: Plain) -> Plain:
        """The answer to a question, its repairs counted."""
        told = await self.sitting.answer({**question, "place": self._place})
        self.repairs += told["repairs"]
        return told
