"""A reflector that asks a model: lessons of the same form, through the same curator, every call recorded once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actors.llm.apprentice.model import answer
from actors.llm.port import Call, Reply, Request
from actors.roles.critique import TOOL
from actors.runtime.observer import Silence
from configs.settings import Settings
from events import facts
from ops import training
from tests.loopback import CANARY, provider
from tests.small_training import recorded

MODEL = "anthropic:claude-opus-5"


class Critic:
    """A model that plays as the apprentice does, and reflects by naming every odd observation; at first in bad form."""

    name = "critic"

    def __init__(self, slips: int = 0) -> None:
        self.slips, self.shown = slips, list[dict[str, Any]]()

    async def reply(self, request: Request) -> Reply:
        """Lessons if they are asked for, else the next act."""
        if request.must_call != TOOL:
            return answer(request)
        case = json.loads(request.messages[0].text)
        self.shown.append(case)
        if self.slips:
            self.slips -= 1
            return Reply("", (Call("c1", TOOL, {"lessons": [{"cause": "the moon", "signs": []}]}),), "tool")
        signs = [number for number, where, _ in case["observations"] if not where.startswith("brief/")]
        told = [
            {"cause": cause, "signs": signs[:12], "cure": case["cured_by"].get(cause, [])[:6]}
            for cause in case["true_causes"]
        ]
        return Reply("", (Call("c1", TOOL, {"lessons": told}),), "tool")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


def trained(tmp_path: Path, critic: Critic, **more: Any) -> tuple[Path, list[Any]]:
    store = tmp_path / "log.db"
    with provider(critic) as (_, url):
        asked: dict[str, Any] = {"episodes": 2, "wave": 1, "held_out": 0, "runtime": "local", "workers": 1, **more}
        training.train(Settings(store=f"sqlite:///{store}", base_url=url, reflector=MODEL, **asked), Silence())
    return store, [event.fact() for event in recorded(store)]


def test_its_lessons_pass_the_same_curator_and_its_calls_are_counted_as_its_own(tmp_path: Path) -> None:
    _, told = trained(tmp_path, Critic())
    proposed = [fact for fact in told if isinstance(fact, facts.LessonsProposed)]
    assert all(fact.lessons and fact.reflector == f"{MODEL} reflector-1" for fact in proposed)
    assert all(set(fact.prompts) == {"reflector-1"} for fact in proposed)
    replies = [fact for fact in told if isinstance(fact, facts.ModelReplied) and fact.role == "reflector"]
    assert len(replies) == len(proposed) == 2
    assert all(reply.cost_usd > 0 for reply in replies)
    accepted = [fact for fact in told if isinstance(fact, facts.SkillsAccepted)]
    suspects = {operation["skill"]["suspect"] for fact in accepted for operation in fact.operations}
    assert suspects == {lesson["suspect"] for fact in proposed for lesson in fact.lessons}


def test_a_broken_form_is_mended_and_the_mending_is_counted(tmp_path: Path) -> None:
    _, told = trained(tmp_path, Critic(slips=1), episodes=1)
    proposed = next(fact for fact in told if isinstance(fact, facts.LessonsProposed))
    assert proposed.repairs == 1
    assert proposed.lessons


def test_a_form_that_stays_broken_teaches_nothing_and_ends_nothing(tmp_path: Path) -> None:
    _, told = trained(tmp_path, Critic(slips=9), episodes=1)
    proposed = next(fact for fact in told if isinstance(fact, facts.LessonsProposed))
    assert (proposed.lessons, proposed.repairs) == ((), 2)
    assert any(isinstance(fact, facts.RunFinished) for fact in told)


def test_earlier_attempts_on_the_same_scenario_stand_side_by_side(tmp_path: Path) -> None:
    critic = Critic()
    trained(tmp_path, critic, set="curated", episodes=15)
    first, again = critic.shown[0], critic.shown[-1]
    assert first["earlier_attempts"] == []
    assert again["true_causes"] == first["true_causes"]
    assert len(again["earlier_attempts"]) == 1
    assert {"acts", "points", "success", "feedback"} == set(again["earlier_attempts"][0])


def test_a_run_with_a_model_for_reflector_is_reproduced_from_its_log(tmp_path: Path) -> None:
    """Its agent's and its reflector's answers both come from there."""
    store, told = trained(tmp_path, Critic(slips=1), agent=MODEL)
    before = next(fact.skillbook_sha256 for fact in told if isinstance(fact, facts.RunFinished))
    again: dict[str, Any] = {"episodes": 2, "wave": 1, "held_out": 0, "runtime": "local", "workers": 1}
    again |= {"store": f"sqlite:///{store}", "skillbook": "again", "agent": "recorded:train-1"}
    training.train(Settings(**again), Silence())
    ends = [event.fact() for event in recorded(store) if event.type == facts.RunFinished.fact_name]
    assert ends[-1].skillbook_sha256 == before  # type: ignore[attr-defined]
