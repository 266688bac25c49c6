"""A run as the log would hold it, for tests that need one without playing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from events import facts
from events.codec import pack_fact
from events.event import Event, RecordedEvent, identity
from events.fact import Fact
from events.log import EventLog
from skillbooks.skill import Sign, Skill
from skillbooks.skillbook import Skillbook

SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND
"""Nanoseconds since 1970 of a run's first event; each event comes a second after the one before."""


@dataclass
class Telling:
    """Facts in the order in which they happened, each with its stream."""

    run: str = "r1"
    told: list[tuple[str, Fact]] = field(default_factory=list)
    book: Skillbook = field(default_factory=lambda: Skillbook("printer"))

    def tell(self, stream: str, *happened: Fact) -> "Telling":
        self.told += [(stream, fact) for fact in happened]
        return self

    def start(self, episodes: int = 4, **settings: Any) -> "Telling":
        wanted = {"episodes": episodes, **settings}
        return self.tell(
            f"run/{self.run}",
            facts.RunStarted(run=self.run, command="train", world="printer", seed=0, settings=wanted, software="0.1.0"),
        )

    def wave(self, wave: int, phase: Any = "train", version: int = 0, episodes: int = 2) -> "Telling":
        return self.tell(
            f"run/{self.run}",
            facts.WaveStarted(
                wave=wave, phase=phase, skillbook="printer", skillbook_version=version, episodes=episodes
            ),
        )

    def episode(
        self,
        index: int,
        points: float | None,
        *,
        wave: int = 0,
        phase: Any = "train",
        arm: str = "train",
        how: Any = "terminated",
        scenario: str = "",
        tags: dict[str, str] | None = None,
    ) -> "Telling":
        stream = f"episode/{self.run}/{phase}-{index}-{arm}"
        grade = next((g for g, least in (("A", 90), ("B", 80), ("C", 70), ("D", 60)) if (points or 0) >= least), "F")
        self.tell(stream, *_played(self.run, index, wave, phase, arm, scenario or f"s{index}", how))
        if points is None:
            return self
        return self.tell(
            stream,
            facts.EpisodeScored(
                rubric="printer/1",
                success=int(points >= 60),
                points=points,
                grade=grade,
                categories={"identification": points * 0.4, "root_cause": points * 0.6},
                feedback=("the belt was loose",),
                tags=tags or {"machine": "ender_3", "faults": "layer_shift"},
            ),
        )

    def accept(self, *kinds: str, wave: int = 0) -> "Telling":
        """A delta of the next version: `add` a new skill, `revise` or `retire` the oldest that is still untouched."""
        old, operations = list(self.book.skills), []
        for number, kind in enumerate(kinds):
            if kind == "add":
                skill = a_skill(f"s-{self.book.version}{number}")
                operations.append({"op": "add", "skill": skill.model_dump(mode="json")})
            elif kind == "revise":
                skill = old.pop(0)
                revised = skill.model_copy(update={"version": skill.version + 1, "scope": "bowden"})
                operations.append({"op": "revise", "skill": revised.model_dump(mode="json")})
            else:
                operations.append({"op": "retire", "id": old.pop(0).id, "reason": "least supported"})
        self.book = self.book.after(operations)
        return self.tell(
            "skillbook/printer",
            facts.SkillsAccepted(
                version=self.book.version, operations=tuple(operations), curator="c", wave=wave, sha256=self.book.sha256
            ),
        )

    def finish(self, status: Any = "finished", sha256: str = "") -> "Telling":
        return self.tell(
            f"run/{self.run}",
            facts.RunFinished(
                status=status,
                skillbook="printer",
                skillbook_version=self.book.version,
                skillbook_sha256=sha256 or self.book.sha256,
            ),
        )

    def recorded(self) -> Iterator[RecordedEvent]:
        versions: dict[str, int] = {}
        for position, (stream, fact) in enumerate(self.told, 1):
            version = versions[stream] = versions.get(stream, -1) + 1
            yield RecordedEvent(
                position, stream, version, identity(stream, version), fact.fact_name, fact.fact_schema,
                START + position * SECOND, self.run, None, pack_fact(fact), bytes(32),
            )  # fmt: skip

    def write(self, log: EventLog) -> None:
        for stream, fact in self.told:
            log.append(stream, [Event(fact)], expected=log.version(stream), correlation=self.run)


def a_skill(id_: str) -> Skill:
    """A lesson about a loose belt."""
    return Skill(
        id=id_,
        suspect="belt_x.slack",
        topic="layer_shift",
        common="common",
        when=(Sign(where="measure:pluck_belt_x/frequency", state="low", strength="always"),),
        check=Sign(where="test_print:cube/shift_x", state="high"),
        tells_from="pulley_x.loose",
        cure=("tighten:belt_x",),
    )


def _played(run: str, index: int, wave: int, phase: Any, arm: str, scenario: str, how: Any) -> Sequence[Fact]:
    return (
        facts.ScenarioProposed(scenario=scenario, brief={"user_description": "Layers \x1b[31mslip\x1b[0m sideways."}),
        facts.EpisodeStarted(
            run=run, index=index, wave=wave, phase=phase, arm=arm, world="printer", scenario=scenario,
            agent="apprentice", skillbook="printer", skillbook_version=0,
        ),
        facts.ModelReplied(
            turn=0, model="apprentice", prompt_sha256="p", text="I look at the belt.",
            calls=({"id": "c1", "name": "measure", "arguments": {"what": "x_belt"}},),
            tokens_in=100, tokens_out=20, cost_usd=0.01, seconds=0.5,
        ),
        facts.ToolReturned(
            turn=0, call={"name": "measure", "arguments": {"what": "x_belt"}},
            result={"findings": [
                {"sign": "x_belt/frequency", "value": 61.0, "unit": "Hz", "normal": "100 to 120", "state": "low"}
            ]}, minutes=5, money=0,
        ),
        facts.SubmissionMade(submission={"problems": ["layer_shift"], "causes": [], "done": True, "text": "Done."}),
        facts.EpisodeFinished(how=how, turns=1, minutes=5.0, money=1.5),
    )  # fmt: skip


def usual(run: str = "r1") -> Telling:
    """Four training episodes in two waves, a book that grows, three held-out pairs, two baselines."""
    story = Telling(run).start(4).wave(0)
    story.episode(1, 30.0).episode(0, 20.0)
    story.accept("add", "add", "add").wave(1, version=1)
    story.episode(2, 70.0, wave=1, tags={"machine": "voron", "faults": "layer_shift+stringing"})
    story.episode(3, 95.0, wave=1, how="truncated").accept("revise", "retire", wave=1)
    story.wave(2, "held_out", 2, 6)
    for index, (without, with_book) in enumerate([(20.0, 60.0), (40.0, 90.0), (70.0, 50.0)]):
        story.episode(index, with_book, wave=2, phase="held_out", arm="with", scenario=f"h{index}")
        story.episode(index, without, wave=2, phase="held_out", arm="without", scenario=f"h{index}")
        story.episode(index, 100.0, wave=2, phase="held_out", arm="baseline:gold", scenario=f"h{index}")
        story.episode(index, 0.0, wave=2, phase="held_out", arm="baseline:nothing", scenario=f"h{index}")
    return story.finish()
