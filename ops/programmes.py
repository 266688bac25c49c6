"""What a run is to do, worked out from the settings: levels, scenarios, waves, arms."""

from __future__ import annotations

from dataclasses import asdict, replace

from actors.runtime.conductor import Level, Programme
from actors.runtime.observer import Plan
from actors.runtime.port import Plain
from actors.runtime.scenarios import Source
from actors.worlds import catalogue as worlds
from configs import curriculum
from configs.settings import Settings
from ops import scenarios
from ops.failures import WrongUse
from ops.staffing import workers
from skillbooks.skillbook import Skillbook

STRESS = "stress"
"""The arm of a stress run with a frozen book."""


def training(run: str, settings: Settings) -> Programme:
    """Practice in waves, and the comparison behind it."""
    return Programme(
        run=run,
        levels=levels(settings, held_out=False),
        wave=settings.wave,
        from_wave=settings.from_wave,
        dropout=settings.dropout,
        review=settings.review,
        held_out=settings.held_out,
        learning=settings.learning,
        seed=settings.seed,
        budget=settings.skill_tokens,
        retrieval=settings.retrieval,
        comparison=Source(settings.seed, settings.difficulty, held_out=True),
        baselines=tuple(worlds.load(settings.world).baselines()),
    )


def evaluation(run: str, settings: Settings, *, paired: bool) -> Programme:
    """The comparison by itself, on held-out scenarios or on those that are named."""
    given = named(settings)
    return Programme(
        run=run,
        levels=(),
        wave=settings.wave,
        held_out=(len(given) or settings.held_out) * settings.repeats,
        learning=False,
        seed=settings.seed,
        budget=settings.skill_tokens,
        retrieval=settings.retrieval,
        comparison=Source(settings.seed, settings.difficulty, held_out=True, given=given, repeats=settings.repeats),
        arms=("with", "without") if paired else ("with",),
        baselines=tuple(worlds.load(settings.world).baselines()),
    )


def stress(run: str, settings: Settings) -> Programme:
    """Many episodes with a checkpoint now and then; with a frozen book on scenarios that are never practised."""
    frozen = not settings.learning
    return Programme(
        run=run,
        levels=levels(settings, held_out=frozen),
        wave=settings.checkpoint_every,
        held_out=0,
        learning=settings.learning,
        seed=settings.seed,
        budget=settings.skill_tokens,
        retrieval=settings.retrieval,
        comparison=Source(settings.seed),
        phase="held_out" if frozen else "train",
        arm=STRESS if frozen else "practice",
    )


def levels(settings: Settings, *, held_out: bool) -> tuple[Level, ...]:
    """What is practised: a curriculum's levels, or one level of the episodes that are asked for.

    Raises:
        SettingsError: the curriculum is none.
        WrongUse, LookupError, ValueError: it is of another world, or names what that has not.
    """
    if settings.curriculum:
        found = curriculum.parse(*curriculum.source(settings.curriculum))
        _refuse_foreign(settings, found)
        return tuple(
            Level(level.name, _source(settings, level, held_out=held_out), level.episodes, level.goal, level.attempts)
            for level in found.levels
        )
    source = Source(
        settings.seed, settings.difficulty, held_out=held_out, given=named(settings), repeats=settings.repeats
    )
    return (Level("practice", source, settings.episodes),)


def with_text(settings: Settings) -> Settings:
    """The settings with a curriculum's own text in its place: the run keeps it, whatever becomes of the file."""
    if not settings.curriculum:
        return settings
    text, where = curriculum.source(settings.curriculum)
    found = curriculum.parse(text, where)
    return settings.model_copy(update={"curriculum": text.rstrip("\n") + "\n", "episodes": found.episodes})


def _source(settings: Settings, level: curriculum.Level, *, held_out: bool) -> Source:
    def plain(part: curriculum.Scenarios) -> Source:
        world = worlds.load(settings.world)
        given = [asdict(scenario) for scenario in world.named(part.set)] if part.set else []
        if part.kinds:  # a slip in a name is found before anything begins
            world.generate(seed=0, index=0, difficulty=part.difficulty, held_out=held_out, kinds=part.kinds)
        return Source(settings.seed, part.difficulty, held_out=held_out, given=given, kinds=part.kinds)

    if not level.mix:
        return replace(plain(level), repeats=settings.repeats)
    parts = tuple((share.percent, plain(share)) for share in level.mix)
    return Source(settings.seed, held_out=held_out, parts=parts, repeats=settings.repeats)


def _refuse_foreign(settings: Settings, found: curriculum.Curriculum) -> None:
    if found.world and found.world != settings.world:
        raise WrongUse(f"this curriculum is of the world '{found.world}', not of '{settings.world}'")
    if settings.scenarios or settings.set:
        raise WrongUse("a curriculum says where scenarios come from; leave --scenarios and --set out")


def named(settings: Settings) -> list[Plain]:
    """Scenarios that the user names: a file, a set, or one by its id; empty for generated ones."""
    if settings.scenarios:
        found = scenarios.read_file(settings.world, settings.scenarios)
    elif settings.set or settings.scenario:
        found = worlds.load(settings.world).named(settings.set or settings.scenario or "")
    else:
        found = []
    return [asdict(scenario) for scenario in found]


def plan_of(command: str, settings: Settings, book: Skillbook, programme: Programme) -> Plan:
    """What an observer is told of it."""
    return Plan(
        run=programme.run,
        command=command,
        world=settings.world,
        agent=settings.agent,
        skillbook=f"{book.name}@{book.version}",
        episodes=programme.episodes,
        held_out=programme.held_out * len(programme.arms),
        waves=sum(-(-level.episodes // programme.wave) for level in programme.levels),
        workers=workers(settings),
        runtime=settings.runtime,
        seed=settings.seed,
    )
