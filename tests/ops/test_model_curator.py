"""A curator that asks a model: its delta passes the same screening and acceptance, and every call is made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actors.llm.apprentice.model import answer
from actors.llm.port import Call, Reply, Request
from actors.roles.curator import DELTA, MERGE
from actors.roles.prompts import prompt
from actors.runtime.observer import Silence
from configs.settings import Settings
from events import facts
from events.book_facts import DeltaDrafted
from ops import paying, training
from ops.failures import WrongUse
from tests.loopback import CANARY, provider
from tests.small_training import recorded

MODEL = "anthropic:claude-opus-5"
Plain = dict[str, Any]


class Editor:
    """A model that merges what is about one cause, and adds a skill for each; first it slips, and it may be hostile."""

    name = "editor"

    def __init__(self, slips: int = 0, more: tuple[Plain, ...] = ()) -> None:
        self.slips, self.more = slips, list(more)
        self.asked: list[str] = []
        self.books: list[str] = []

    async def reply(self, request: Request) -> Reply:
        """What is asked for by its tool."""
        if request.must_call not in (MERGE, DELTA):
            return answer(request)
        self.asked.append(request.must_call)
        told = json.loads(request.messages[0].text)
        if self.slips and request.must_call == DELTA:
            self.slips -= 1
            return Reply("", (Call("c", DELTA, {"operations": [{"op": "burn the book"}]}),), "tool")
        return Reply("", (Call("c", request.must_call, self.said(request, told)),), "tool")

    def said(self, request: Request, told: Plain) -> Plain:
        """The arguments of the call."""
        if request.must_call == DELTA:
            self.books.append(request.skills)
            return {"operations": [added(one) for one in told["lessons"]] + self.more}
        by_cause: dict[str, list[int]] = {}
        for one in told["lessons"]:
            by_cause.setdefault(one["cause"], []).append(one["number"])
        return {"lessons": [{"of": numbers, "signs": [], "cure": []} for numbers in by_cause.values()]}


def added(lesson: Plain) -> Plain:
    when = [{"where": where, "state": state, "strength": "usually"} for where, state, _ in lesson["signs"][:6]]
    skill = {"suspect": lesson["cause"], "topic": lesson["topic"], "when": when}
    return {"op": "add", "skill": {**skill, "cure": [act for act, _ in lesson["cure"][:4]]}}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


def trained(store: Path, editor: Editor, **more: Any) -> list[Any]:
    with provider(editor) as (_, url):
        asked: Plain = {"episodes": 6, "wave": 3, "held_out": 0, "runtime": "local", "workers": 1, **more}
        training.train(Settings(store=f"sqlite:///{store}", base_url=url, curator=MODEL, **asked), Silence())
    return [event.fact() for event in recorded(store)]


def of(told: list[Any], kind: type[Any]) -> list[Any]:
    return [fact for fact in told if isinstance(fact, kind)]


def test_its_draft_becomes_the_book_and_its_calls_are_counted_as_its_own(tmp_path: Path) -> None:
    editor = Editor()
    told = trained(tmp_path / "log.db", editor)
    drafts, accepted = of(told, DeltaDrafted), of(told, facts.SkillsAccepted)
    used = prompt("curator")
    assert all(fact.curator == f"{MODEL} curator-1" for fact in (*drafts, *accepted))
    assert all(fact.prompts == {used.name: used.sha256} for fact in drafts)
    replies = [fact for fact in of(told, facts.ModelReplied) if fact.role == "curator"]
    assert len(replies) == sum(fact.calls for fact in drafts) == len(editor.asked)
    assert all(reply.cost_usd > 0 for reply in replies)
    suspects = {one["skill"]["suspect"] for fact in accepted for one in fact.operations}
    assert suspects == {lesson["suspect"] for fact in of(told, facts.LessonsProposed) for lesson in fact.lessons}
    assert all(all(sources) for fact in accepted for sources in fact.sources)
    shown = [id_ for fact in drafts for id_ in fact.evidence]
    assert len(shown) == len(set(shown)) == 6
    assert editor.books[0] == ""
    assert all(f"[{one['skill']['id']} v1]" in editor.books[-1] for one in accepted[0].operations)


def test_a_broken_form_is_mended_and_counted_and_one_that_stays_broken_is_a_rejected_delta(tmp_path: Path) -> None:
    told = trained(tmp_path / "mended.db", Editor(slips=1), episodes=3)
    assert [fact.repairs for fact in of(told, DeltaDrafted)] == [1]
    assert of(told, facts.SkillsAccepted)
    told = trained(tmp_path / "broken.db", Editor(slips=9), episodes=3)
    [rejected] = of(told, facts.SkillsRejected)
    assert "no delta could be read" in rejected.reason
    assert (of(told, facts.SkillsAccepted), of(told, DeltaDrafted)[0].repairs) == ([], 2)
    assert of(told, facts.RunFinished)


def test_a_hostile_draft_hurts_nothing_and_every_refusal_is_recorded_with_its_reason(tmp_path: Path) -> None:
    known = {"topic": "layer_shift", "strategy": "Look at the belts before you look at anything else."}
    hostile = (
        {"op": "add", "skill": {"topic": "no_such_topic", "strategy": "Listen."}},
        {"op": "revise", "id": "s-nowhere", "skill": {"applies": "always"}},
        {"op": "retire", "id": "s-nowhere", "reason": "out"},
        {"op": "merge", "ids": ["s-1", "s-2"], "skill": {}},
        {"op": "add", "skill": {**known, "suspect": "the.moon"}},
    )
    told = trained(tmp_path / "log.db", Editor(more=hostile), episodes=3)
    reasons = [fact.reason for fact in of(told, facts.SkillsRejected)]
    assert len(reasons) == len(hostile)
    assert all("know" in reason or "there is no skill" in reason for reason in reasons)
    [accepted] = of(told, facts.SkillsAccepted)
    assert {one["op"] for one in accepted.operations} == {"add"}


def test_a_thousand_operations_are_refused_as_broken_form(tmp_path: Path) -> None:
    flood = tuple({"op": "retire", "id": f"s-{n}", "reason": "x"} for n in range(1000))
    told = trained(tmp_path / "log.db", Editor(more=flood), episodes=2, wave=2)
    assert of(told, facts.SkillsAccepted) == []
    assert "too long" in of(told, facts.SkillsRejected)[0].reason


def test_it_is_reproduced_from_its_log_and_from_a_copy_of_it_elsewhere(tmp_path: Path) -> None:
    """The answers of agent and curator come from there; nobody is called."""
    store = tmp_path / "log.db"
    told = trained(store, Editor(slips=1), agent=MODEL)
    before = of(told, facts.RunFinished)[0].skillbook_sha256
    again: Plain = {"episodes": 6, "wave": 3, "held_out": 0, "runtime": "local", "workers": 1}
    here = {"store": f"sqlite:///{store}", "skillbook": "again", "agent": "recorded:train-1"}
    there = {"store": f"sqlite:///{tmp_path}/other.db", "agent": f"recorded:sqlite:///{store}#train-1"}
    for where in (here, there):
        training.train(Settings(**again, **where), Silence())
    ends = of([event.fact() for event in recorded(store)], facts.RunFinished)
    assert ends[-1].skillbook_sha256 == before
    copied = [event.fact() for event in recorded(tmp_path / "other.db")]
    assert of(copied, facts.RunFinished)[0].skillbook_sha256 == before
    assert sum(fact.role == "curator" for fact in of(copied, facts.ModelReplied)) > 0


def test_after_a_stop_in_the_middle_no_answer_is_asked_for_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run dies after the curator has answered and before its delta is written."""
    from actors.runtime import curating  # noqa: PLC0415 - broken below

    store, editor = tmp_path / "log.db", Editor()

    async def dies(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken, provider(editor) as (_, url):
        broken.setattr(curating.Curation, "_write", dies)
        asked: Plain = {"episodes": 3, "wave": 3, "held_out": 0, "runtime": "local", "workers": 1}
        settings = Settings(store=f"sqlite:///{store}", base_url=url, curator=MODEL, **asked)
        with pytest.raises(ExceptionGroup) as cut:
            training.train(settings, Silence())
        assert cut.group_contains(RuntimeError, match="power cut")
    calls = len(editor.asked)
    assert calls > 0
    told = trained(store, editor, resume="train-1")
    assert len(editor.asked) == calls
    assert len(of(told, facts.SkillsAccepted)) == 1
    assert sum(fact.role == "curator" for fact in of(told, facts.ModelReplied)) == calls


def test_a_recordings_store_may_lie_anywhere_but_brings_no_password_into_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paying.reached("recorded:sqlite:///copy.db#train-1") == f"recorded:sqlite:///{tmp_path}/copy.db#train-1"
    assert paying.reached("recorded:train-1") == "recorded:train-1"
    with pytest.raises(WrongUse, match="without a password"):
        paying.reached("recorded:postgresql://me:secret@there/log#train-1")
