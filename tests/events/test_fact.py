"""Facts have names and schema numbers of their own; older ones are lifted step by step, newer ones are refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from events.errors import UnknownFact
from events.fact import FACTS, Fact, Registry
from events.facts import RunPaused


class Moved(Fact):
    """As of schema 3: once `place`, then `x` and `y`, now with a unit."""

    fact_name = "Moved"
    fact_schema = 3
    x: float
    y: float
    unit: str


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.register(Moved)

    @registry.upcaster("Moved", 1)
    def split(payload: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in payload.items() if key != "place"}
        return {**rest, "x": payload["place"][0], "y": payload["place"][1]}

    @registry.upcaster("Moved", 2)
    def measure(payload: dict[str, Any]) -> dict[str, Any]:
        return {"unit": "mm", **payload}

    assert split
    assert measure
    return registry


def test_an_old_payload_is_lifted_through_every_schema(registry: Registry) -> None:
    lifted = registry.load("Moved", 1, {"place": [1, 2]})
    assert lifted == registry.load("Moved", 2, {"x": 1, "y": 2}) == Moved(x=1, y=2, unit="mm")


def test_lifting_keeps_fields_that_nobody_here_knows(registry: Registry) -> None:
    lifted = registry.load("Moved", 1, {"place": [1, 2], "speed": 9})
    assert lifted.model_dump()["speed"] == 9


def test_a_schema_of_a_later_release_is_refused_with_what_to_do(registry: Registry) -> None:
    with pytest.raises(UnknownFact, match=r"schema 4.*up to schema 3.*newer journeyman"):
        registry.load("Moved", 4, {})


def test_a_missing_step_is_refused_not_skipped(registry: Registry) -> None:
    with pytest.raises(UnknownFact, match="schema 0"):
        registry.load("Moved", 0, {})


def test_two_facts_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="two classes want"):

        class Impostor(Fact, name="RunPaused"):
            pass

    assert FACTS.known("RunPaused") is RunPaused


def test_a_fact_is_immutable() -> None:
    with pytest.raises(ValidationError):
        RunPaused(reason="x").reason = "y"  # type: ignore[misc]


def test_whoever_opens_a_log_knows_its_facts_without_further_imports() -> None:
    script = "from events.event import FACTS; import events.log; assert 'EpisodeScored' in FACTS.names()"
    subprocess.run([sys.executable, "-c", script], check=True)
