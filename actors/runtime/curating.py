"""The step between two waves: everything that was learned so far becomes the wave's delta, whole or not at all."""

from __future__ import annotations

from pydantic import ValidationError

from actors.runtime.chronicle import Chronicle
from actors.runtime.drafting import Draft, Drafting
from actors.runtime.observer import Observer
from actors.runtime.port import Plain, Runtime
from actors.runtime.reading import load, pages, pages_of_stream
from events import facts
from events.book_facts import DeltaDrafted, SkillsProposed
from events.fact import Fact
from skillbooks.credit import TYPES, Trials
from skillbooks.curation import curate
from skillbooks.delta import DeltaRejected, targets
from skillbooks.lesson import Lesson
from skillbooks.lesson_sample import LessonSample
from skillbooks.lineage import Lineage
from skillbooks.provenance import lesson_id, sources_of
from skillbooks.screening import sifted
from skillbooks.skillbook import Skillbook, advanced, stream_of
from skillbooks.verdicts import retirements

CURATOR = "counting 1"
MOST_EPISODES = 10_000
"""Episodes whose lessons are weighed; of more, an even sample is."""
_HEARD = [facts.LessonsProposed.fact_name, DeltaDrafted.fact_name]


class Curation:
    """Curates one book for one run. What it does depends on the log alone, so that it can be done again.

    Args:
        runtime: where the journal is.
        observer: hears of new versions.
        run: whose waves these are.
        name: of the book.
        review: whether a person has to accept each delta before it counts.
        trials: whether cases are played without some skills, so that what each is worth can be told.
        budget: most tokens of the skill block.
        drafting: the curator that asks a model; by default the one that counts.
    """

    def __init__(
        self,
        runtime: Runtime,
        observer: Observer,
        run: str,
        name: str,
        *,
        trials: bool = False,
        review: bool = False,
        budget: int | None = None,
        drafting: Drafting | None = None,
    ) -> None:
        self._runtime, self._observer, self._run, self._name = runtime, observer, run, name
        self._taught = LessonSample(MOST_EPISODES)
        self._read = 0
        self._recorded: dict[int, Skillbook] | None = None
        self._review = review
        self._trials = Trials(name) if trials else None
        self._budget, self._tried = budget, 0
        self._drafting = drafting
        self._drafted: dict[tuple[str, int], tuple[str, ...]] = {}

    async def recalled(self, wave: int, book: Skillbook) -> Skillbook:
        """The book after a wave that was finished before the run was stopped; nothing is decided or written anew."""
        if self._recorded is None:
            self._recorded, latest = {}, Skillbook(self._name)
            async for event in pages_of_stream(self._runtime, stream_of(self._name)):
                fact = load(event)
                latest = advanced(latest, fact)
                if event["correlation"] == self._run and isinstance(fact, facts.SkillsAccepted):
                    self._recorded[fact.wave] = latest
        return self._recorded.get(wave, book)

    async def after_wave(self, wave: int, book: Skillbook) -> Skillbook:
        """The book after a wave; the same one if there was nothing to say, or if what was said did not fit."""
        latest, lineage, version, done = Skillbook(self._name), Lineage(self._name), -1, False
        async for event in pages_of_stream(self._runtime, stream_of(self._name)):
            fact, version = load(event), event["version"]
            lineage.take(fact)
            latest = advanced(latest, fact)
            if event["correlation"] == self._run and _is_of(fact, wave):
                if isinstance(fact, facts.SkillsAccepted):
                    return latest
                done = True
        if done:
            return book
        taught, broken = await self._lessons(lineage, wave)
        draft = await self._draft(wave, latest, taught, lineage)
        operations = draft.operations
        touched = {id_ for one in operations for id_ in targets(one)}
        operations += [one for one in await self._verdicts(latest) if one["id"] not in touched]
        told: list[Fact] = [_rejected(latest, [], reason, wave) for reason in sorted(broken)]
        told += [_rejected(latest, [one] if one else [], reason, wave) for one, reason in draft.refused]
        draft = Draft(operations, [], draft.curator)
        return await self._write(wave, version, latest, draft, taught, lineage, told)

    async def _draft(self, wave: int, book: Skillbook, taught: dict[str, list[Lesson]], lineage: Lineage) -> Draft:
        """What the lessons call for: by counting all of them, or as a model says of those that it has not seen."""
        if self._drafting is None:
            lessons = [one for name in sorted(taught) for one in taught[name]]
            return Draft(curate(book, lessons, lineage.made, lineage.condemned), [], CURATOR)
        seen = {id_ for key, ids in self._drafted.items() if key != (self._run, wave) for id_ in ids}
        old = seen | lineage.weighed
        fresh = {name: lessons for name, lessons in taught.items() if lesson_id(name) not in old}
        return await self._drafting.draft(wave, book, fresh, lineage.condemned)

    async def _write(
        self, wave: int, version: int, book: Skillbook, draft: Draft,
        taught: dict[str, list[Lesson]], lineage: Lineage, told: list[Fact],
    ) -> Skillbook:  # fmt: skip
        fit, unfit = sifted([one for one in draft.operations if lineage.wants(one)])
        told += [_rejected(book, [one], reason, wave) for one, reason in unfit]
        after = book
        if fit:
            fresh = sorted(name for name in taught if lesson_id(name) not in lineage.weighed)
            try:
                after = book.after(fit)
                accepted = _accepted(after, fit, wave, sources_of(fit, taught, fresh), fresh, draft.curator)
                told.append(_proposed(book, accepted) if self._review else accepted)
                after = book if self._review else after
            except DeltaRejected as rejected:
                told.append(_rejected(book, fit, str(rejected), wave))
        if told:
            await Chronicle(self._runtime, stream_of(self._name), self._run, version=version).write(*told)
        if after is not book:
            kinds = [operation["op"] for operation in fit]
            added = kinds.count("add") + kinds.count("restore")
            revised = kinds.count("revise") + kinds.count("merge")
            self._observer.skillbook_changed(after.version, added, revised, kinds.count("retire"))
        return after

    async def _verdicts(self, book: Skillbook) -> list[Plain]:
        """What is to be retired for what it does."""
        if self._trials is None:
            return []
        async for event in pages(self._runtime, self._tried, types=TYPES):
            self._tried = event["position"]
            self._trials.take(event["stream"], load(event))
        evicted = book.rendered(self._budget)[2]
        return retirements(book, self._trials.pairs, pressure=bool(evicted))

    async def _lessons(self, lineage: Lineage, wave: int) -> tuple[dict[str, list[Lesson]], list[str]]:
        """All lessons that count for the book, by episode; and why some of this wave are none."""
        broken: list[str] = []
        async for event in pages(self._runtime, self._read, types=_HEARD):
            self._read, fact = event["position"], load(event)
            if isinstance(fact, DeltaDrafted) and fact.skillbook == lineage.name:
                self._drafted[event["correlation"], fact.wave] = fact.evidence
            if not isinstance(fact, facts.LessonsProposed):
                continue
            try:
                lessons = [Lesson.model_validate(lesson) for lesson in fact.lessons]
            except ValidationError as error:
                if event["correlation"] == self._run and fact.wave == wave:
                    broken.append(f"lessons of {fact.episode}: {error.errors()[0]['msg']}")
            else:
                self._taught.add(fact.episode, fact.skillbook, event["position"], lessons)
        return self._taught.that(lineage.counts), broken


def _is_of(fact: Fact, wave: int) -> bool:
    return isinstance(fact, facts.SkillsAccepted | facts.SkillsRejected | SkillsProposed) and fact.wave == wave


def _proposed(book: Skillbook, wanted: facts.SkillsAccepted) -> SkillsProposed:
    """The same delta, as it waits for a person."""
    return SkillsProposed(
        skillbook=book.name,
        base_version=book.version,
        operations=wanted.operations,
        sources=wanted.sources,
        curator=wanted.curator,
        wave=wanted.wave,
        evidence=wanted.evidence,
    )


def _accepted(
    after: Skillbook, operations: list[Plain], wave: int, sources: tuple[tuple[str, ...], ...], fresh: list[str],
    curator: str,
) -> facts.SkillsAccepted:  # fmt: skip
    return facts.SkillsAccepted(
        version=after.version,
        operations=tuple(operations),
        curator=curator,
        wave=wave,
        evidence=tuple(lesson_id(name) for name in fresh),
        sha256=after.sha256,
        sources=sources,
    )


def _rejected(book: Skillbook, operations: list[Plain], reason: str, wave: int) -> facts.SkillsRejected:
    return facts.SkillsRejected(base_version=book.version, operations=tuple(operations), reason=reason, wave=wave)
