"""Where a skill comes from is told down to the episodes, and what must not have been learned can be taken back."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.observer import Silence
from events import facts
from events.codec import pack
from events.event import PackedEvent
from events.log import EventLog, open_log
from ops import cli, training
from skillbooks.curation import curate
from skillbooks.lesson import Lesson
from skillbooks.skillbook import Skillbook, load_book
from tests.small_training import small

Captured = pytest.CaptureFixture[str]
Plain = dict[str, Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of eight episodes in four waves."""
    folder = tmp_path_factory.mktemp("provenance")
    training.train(small(folder / "log.db", episodes=8, held_out=0), Silence())
    return folder


@pytest.fixture
def store(trained: Path, tmp_path: Path) -> str:
    """A copy of it that may be written on."""
    shutil.copytree(trained, tmp_path / "copy")
    return f"sqlite:///{tmp_path}/copy/log.db"


def ask(capsys: Captured, store: str, *arguments: str, status: int = 0) -> Any:
    found = cli.run([*arguments, "--store", store, "--json"])
    told = capsys.readouterr()
    assert found == status, told.err
    return json.loads(told.out) if told.out else told.err


def lessons(store: str) -> dict[str, list[Lesson]]:
    with open_log(store, read_only=True) as log:
        told = [e.fact() for e in log.read_all(types=["LessonsProposed"])]
    return {
        f.episode: [Lesson.model_validate(one) for one in f.lessons]
        for f in told
        if isinstance(f, facts.LessonsProposed)
    }


def book_of(store: str, version: int | None = None) -> Skillbook:
    with open_log(store, read_only=True) as log:
        return load_book(log, "printer", version)


def deltas(log: EventLog) -> list[facts.SkillsAccepted]:
    found = [event.fact() for event in log.read_stream("skillbook/printer")]
    return [fact for fact in found if isinstance(fact, facts.SkillsAccepted)]


def test_every_operation_names_its_episodes_and_every_lesson_is_weighed_once(store: str) -> None:
    taught = lessons(store)
    with open_log(store, read_only=True) as log:
        accepted = deltas(log)
    for delta in accepted:
        assert len(delta.sources) == len(delta.operations)
        for operation, names in zip(delta.operations, delta.sources, strict=True):
            assert names
            assert set(names) <= set(taught)
            if operation["op"] == "add":
                about = operation["skill"]["suspect"]
                assert all(about in {one.suspect for one in taught[name]} for name in names)
    weighed = [one for delta in accepted for one in delta.evidence]
    assert sorted(weighed) == sorted(f"lesson/{name}@0" for name in taught if taught[name])


def test_blame_tells_text_delta_reflection_episode_and_score(store: str, capsys: Captured) -> None:
    skill = max(book_of(store).skills, key=lambda one: one.version)
    found = ask(capsys, store, "skills", "blame", skill.id)
    assert [step["version"] for step in found["versions"]] == list(range(1, skill.version + 1))
    assert found["text"] == skill.model_dump(mode="json")
    with open_log(store, read_only=True) as log:
        for step in found["versions"]:
            at = load_book(log, "printer", upto=step["delta"]["position"])
            assert step["text"] == next(one.model_dump(mode="json") for one in at.skills if one.id == skill.id)
            for lesson in step["lessons"]:
                scored = next(
                    e.fact() for e in log.read_stream(f"episode/{lesson['episode']}") if e.type == "EpisodeScored"
                )
                assert isinstance(scored, facts.EpisodeScored)
                assert (lesson["points"], lesson["grade"]) == (scored.points, scored.grade)
    assert cli.run(["skills", "blame", skill.id, "--store", store]) == 0
    assert found["versions"][0]["lessons"][0]["episode"] in capsys.readouterr().out
    assert "nearest" in str(ask(capsys, store, "skills", "blame", "s-nothing", status=2))


def test_a_delta_of_the_first_release_is_blamed_on_the_lessons_about_its_cause(
    store: str, tmp_path: Path, capsys: Captured
) -> None:
    """Schema 1 named no episodes: the upcaster says so, and blame finds those that taught of the same cause."""
    old = f"sqlite:///{tmp_path}/old.db"
    with open_log(store, read_only=True) as log, open_log(old) as copy:
        for event in log.read_all(categories=["lesson", "episode", "skillbook"]):
            payload, schema = event.payload, event.schema
            fact = event.fact()
            if isinstance(fact, facts.SkillsAccepted):
                plain = fact.model_dump()
                del plain["sources"]
                payload, schema = pack({**plain, "evidence": ()}), 1
            copy.append(
                event.stream,
                [PackedEvent(event.type, schema, payload)],
                expected=event.version - 1,
                correlation=event.correlation,
            )
    skill = book_of(store).skills[0]
    now, then = (ask(capsys, where, "skills", "blame", skill.id) for where in (store, old))
    assert then["text"] == now["text"]
    first = {lesson["episode"] for lesson in then["versions"][0]["lessons"]}
    assert first == {lesson["episode"] for lesson in now["versions"][0]["lessons"]}


def test_a_retracted_episode_leaves_the_book_as_if_it_had_never_been(store: str, capsys: Captured) -> None:
    """What only it taught is gone; what others taught as well stays, and says what they say alone."""
    taught = lessons(store)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for name, told in taught.items():
        for one in told:
            owners[one.suspect].add(name)
    victim = next(min(names) for names in owners.values() if len(names) == 1)
    only = {suspect for suspect, names in owners.items() if names == {victim}}
    before = {skill.suspect for skill in book_of(store).skills}
    found = ask(capsys, store, "skills", "retract-episode", victim, "--reason", "poisoned")
    after = book_of(store)
    assert {skill.suspect for skill in after.skills} == before - only
    left = [one for name in sorted(taught) if name != victim for one in taught[name]]
    anew = Skillbook("x").after(curate(Skillbook("x"), left))
    assert {s.suspect: s.model_copy(update={"version": 1}) for s in after.skills} == {s.suspect: s for s in anew.skills}
    assert found["skillbooks"][0]["sha256"] == after.sha256
    assert ask(capsys, store, "replay", "--skillbook", "printer", "--verify")["matches"]
    assert ask(capsys, store, "skills", "retract-episode", victim)["already"]
    assert "nearest" in str(ask(capsys, store, "skills", "retract-episode", "train-1/none", status=2))


def test_a_training_that_goes_on_does_not_learn_it_again(store: str, capsys: Captured) -> None:
    taught = lessons(store)
    victim = min(taught)
    ask(capsys, store, "skills", "retract-episode", victim)
    training.train(
        small(Path(store.removeprefix("sqlite:///")), episodes=2, held_out=0, skillbook="printer", seed=9), Silence()
    )
    with open_log(store, read_only=True) as log:
        latest = deltas(log)[-1]
    assert latest.wave == 0
    assert all(victim not in names for names in latest.sources)
    assert all(victim not in one for one in latest.evidence)


def test_a_pinned_skill_stays_whatever_is_retracted_and_rolled_back(store: str, capsys: Captured) -> None:
    skill = book_of(store).skills[0]
    names = [
        lesson["episode"]
        for step in ask(capsys, store, "skills", "blame", skill.id)["versions"]
        for lesson in step["lessons"]
    ]
    assert ask(capsys, store, "skills", "pin", skill.id)["pinned"] == [skill.id]
    for name in sorted(set(names)):
        ask(capsys, store, "skills", "retract-episode", name)
    ask(capsys, store, "skills", "rollback", "--to", "0")
    assert [one.id for one in book_of(store).skills] == [skill.id]
    ask(capsys, store, "skills", "pin", skill.id, "--remove")
    ask(capsys, store, "skills", "rollback", "--to", "0")
    assert book_of(store).skills == ()


def test_a_rollback_brings_the_texts_back_and_is_itself_undone_by_one(store: str, capsys: Captured) -> None:
    latest = book_of(store).version
    first, last = book_of(store, 1), book_of(store)
    found = ask(capsys, store, "skills", "rollback", "--to", "1", "--reason", "worse")
    assert (found["restored"], found["current"], found["version"]) == (1, latest + 1, latest + 1)
    same = ask(capsys, store, "skills", "diff", "printer@1", f"printer@{latest + 1}")
    assert same["same_text"]
    assert len(book_of(store).skills) == len(first.skills)
    ask(capsys, store, "skills", "rollback", "--to", str(latest))
    back = {one.id: one.model_copy(update={"version": 1}) for one in book_of(store).skills}
    assert back == {one.id: one.model_copy(update={"version": 1}) for one in last.skills}
    assert "no version 99" in str(ask(capsys, store, "skills", "rollback", "--to", "99", status=2))
    told = ask(capsys, store, "skills", "history")["history"]
    assert [e["event"] for e in told if e["accepted"] is None] == ["SkillbookRolledBack"] * 2


def test_a_book_is_listed_and_compared_at_any_position(store: str, capsys: Captured) -> None:
    first, second = (e["position"] for e in ask(capsys, store, "skills", "history")["history"][:2])
    at = ask(capsys, store, "skills", "list", "--at", str(first))
    assert (at["version"], at["sha256"]) == (1, book_of(store, 1).sha256)
    assert ask(capsys, store, "skills", "diff", str(first), str(second)) == ask(
        capsys, store, "skills", "diff", "printer@1", "printer@2"
    )
    assert cli.run(["skills", "diff", str(first), str(second), "--store", store]) == 0
    assert "printer@1" in capsys.readouterr().out
    assert "lies outside" in str(ask(capsys, store, "skills", "list", "--at", "999999", status=2))
