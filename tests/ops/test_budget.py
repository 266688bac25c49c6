"""A token budget holds in every prompt; what found no room is told in the log; two policies play the same cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.runtime.observer import Silence
from events import facts
from events.book_facts import SkillsEvicted
from events.log import open_log
from ops import training
from ops.forks import compared
from skillbooks.rendering import render
from skillbooks.skillbook import load_book
from tests.small_training import recorded, small

BUDGET = 150


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("budget") / "log.db"
    training.train(small(path, episodes=4, held_out=0, skill_tokens=BUDGET), Silence())
    for retrieval in ("whole", "bm25"):
        told = small(path, held_out=2, skillbook="printer", skill_tokens=BUDGET, retrieval=retrieval)
        training.evaluate(told, None, Silence())
    return path


def test_what_found_no_room_is_an_event_once_a_version(store: Path) -> None:
    evicted = [f for e in recorded(store) if isinstance(f := e.fact(), SkillsEvicted)]
    assert evicted
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        for fact in evicted:
            skills = load_book(log, "printer", fact.version).skills
            shown = render(skills, BUDGET)[1]
            assert fact.skills == tuple(skill.id for skill in skills[len(shown) :])
            assert fact.budget == BUDGET
    streams = [e.stream for e in recorded(store) if e.category == "evicted"]
    assert len(streams) == len(set(streams))


def test_every_manifest_names_its_policy_and_two_policies_are_compared_on_the_same_cases(store: Path) -> None:
    policies = {
        event.correlation: fact.policy
        for event in recorded(store)
        if isinstance(fact := event.fact(), facts.PromptComposed)
    }
    assert policies["evaluate-1"] == f"book order, {BUDGET} tokens"
    assert policies["evaluate-2"] == f"core 0.5, then bm25, {BUDGET} tokens"
    with open_log(f"sqlite:///{store}", read_only=True) as log:
        assert compared(log, "evaluate-1", "evaluate-2")["n"] == 2
