"""A session plays, records, goes on where it stood, is measured from its log, and is reviewed by a person."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from actors.llm.port import Call, Reply, Request
from actors.worlds.printer import RealWorldScenarios, ScenarioGenerator
from events.log import open_log
from events.verification import verify_url
from ops import cli
from ops.failures import WrongUse
from ops.session import TrainingSession

Captured = pytest.CaptureFixture[str]
GREASE = "The plate is greasy. Clean the bed surface with alcohol, then print again."
NOTHING = {"problems": [], "causes": [], "done": False, "work": [], "message": "I cannot tell."}


def adviser(brief: dict[str, Any]) -> str:
    assert "faults" not in brief
    return GREASE


def test_a_function_that_gives_advice_is_judged_by_what_the_advice_does(capsys: Captured) -> None:
    session = TrainingSession(adviser, session_name="custom_training")
    found = session.run_single_scenario(ScenarioGenerator(seed=1).generate_scenario("easy"), verbose=True)
    assert set(found) >= {"total_score", "grade", "success", "categories", "feedback"}
    assert 0 <= found["total_score"] <= 100
    shown = capsys.readouterr().out
    assert (
        shown.index("The customer says") < shown.index("Clean the bed surface") < shown.index("What was really wrong")
    )


def test_a_typed_answer_is_taken_as_it_is_and_a_broken_one_is_judged_like_silence() -> None:
    scenario = RealWorldScenarios.get_all_scenarios()[0]
    session = TrainingSession(lambda _: NOTHING)
    assert session.run_single_scenario(scenario, verbose=False)["grade"] == "F"
    broken = TrainingSession(lambda _: {"problems": ["no_such_problem"]})
    found = broken.run_single_scenario(scenario, verbose=False)
    assert (found["grade"], found["success"]) == ("F", 0)
    assert "no_such_problem" in found["feedback"][0]


def test_a_function_that_raises_has_failed_and_is_in_no_score() -> None:
    def fall(_: dict[str, Any]) -> str:
        raise KeyError("oops")

    session = TrainingSession(fall)
    found = session.run_stress_test(count=2, save_interval=5, verbose=False)
    assert (found["n"], found["failed"], found["interval"]) == (0, 2, None)
    assert not session.meets_target(0.0)


def test_a_stress_test_keeps_checkpoints_and_goes_on_where_it_stood(tmp_path: Path, capsys: Captured) -> None:
    store = f"sqlite:///{tmp_path}/log.db"
    asked: list[str] = []

    def count(brief: dict[str, Any]) -> str:
        asked.append(str(brief["user"]))
        return GREASE

    first = TrainingSession(count, "stress", store=store).run_stress_test(count=4, save_interval=2)
    assert capsys.readouterr().out.startswith("2 of 4: average")
    assert len(asked) == 4
    again = TrainingSession(count, "stress", store=store).run_stress_test(count=6, save_interval=3, verbose=False)
    assert len(asked) == 6
    assert (first["n"], again["n"]) == (4, 6)
    assert first["checkpoints"] == sorted(set(first["checkpoints"]))
    assert again["checkpoints"][-1] > first["checkpoints"][-1]
    assert verify_url(store).ok
    with pytest.raises(ValueError, match="at least 1"):
        TrainingSession(count, "stress", store=store).run_stress_test(count=0)


def test_a_model_by_name_works_turn_by_turn_with_the_same_result_each_time() -> None:
    found = [
        TrainingSession("apprentice", seed=3).run_stress_test(count=2, save_interval=2, verbose=False) for _ in "ab"
    ]
    assert found[0] == found[1]
    assert found[0]["n"] == 2


class Quitter:
    """A model that hands in at once."""

    name = "test:quitter"

    async def reply(self, request: Request) -> Reply:
        assert request.tools
        return Reply("I give up.", (Call("c1", "submit", NOTHING),), "tool")


def test_a_model_object_plays_too_even_where_a_loop_is_running() -> None:
    async def notebook() -> dict[str, Any]:
        session = TrainingSession(Quitter())
        return session.run_single_scenario(RealWorldScenarios.get_all_scenarios()[0], verbose=False)

    found = asyncio.run(notebook())
    assert (found["success"], found["minutes"]) == (0, 0.0)


def test_statistics_have_a_mean_with_its_interval_a_trend_and_parts() -> None:
    session = TrainingSession(adviser, seed=5)
    session.run_stress_test(count=6, save_interval=6, verbose=False)
    found = session.evaluator.get_statistics()
    assert set(found) >= {
        "n",
        "average_score",
        "interval",
        "improvement_trend",
        "by_category",
        "success_rate",
        "grades",
    }
    assert found["n"] == 6
    assert sum(found["by_category"].values()) >= found["average_score"] - 0.1
    assert session.meets_target(found["average_score"])
    assert not session.meets_target(found["average_score"] + 0.1)
    assert not session.meets_target(0.0, success_rate=1.01)
    low = found["interval"][0]
    assert session.meets_target(low, sure=True)
    assert not session.meets_target(low + 0.1, sure=True)


def test_the_command_line_reports_a_session_of_a_program(tmp_path: Path, capsys: Captured) -> None:
    store = f"sqlite:///{tmp_path}/log.db"
    found = TrainingSession(adviser, "mine", store=store, seed=5).run_stress_test(3, 3, verbose=False)
    assert cli.run(["report", "--store", store, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["average_score"], told["n"]) == ("mine", found["average_score"], 3)
    assert cli.run(["report", "--store", store]) == 0
    assert f"Session mine: 3 episodes, paused\n  Score        {found['average_score']:.1f}" in capsys.readouterr().out


def test_a_review_is_written_filled_in_and_read_back_once(tmp_path: Path) -> None:
    session = TrainingSession(adviser, seed=5, store=f"sqlite:///{tmp_path}/log.db")
    session.run_stress_test(count=3, save_interval=3, verbose=False)
    file = tmp_path / "review.json"
    assert session.export_scenarios_for_review(file) == 3
    told = json.loads(file.read_text(encoding="utf-8"))
    assert "offers" not in told["episodes"][0]["brief"]
    assert told["episodes"][0]["actual"]["faults"]
    told["episodes"][0]["review"] = {"verdict": "agree"}
    told["episodes"][1]["review"] = {"verdict": "disagree", "points": 50, "comment": "too strict", "reviewer": "Ada"}
    file.write_text(json.dumps(told), encoding="utf-8")
    found = session.import_review(file)
    assert (found["reviewed"], found["agreed"], found["agreement"]) == (2, 1, 0.5)
    assert found["mean_difference"] == round(50 - told["episodes"][1]["points"], 2)
    assert list(found["comments"].values()) == ["too strict"]
    with open_log(session.store, read_only=True) as log:
        written = log.head().position
        assert [event.type for event in log.read_all(categories=["review"])] == ["EpisodeReviewed"] * 2
    assert session.import_review(file) == found
    with open_log(session.store, read_only=True) as log:
        assert log.head().position == written


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": "maybe"}, r"episodes\[0\].review.verdict"),
        ({"verdict": "agree", "points": 300}, r"episodes\[0\].review.points"),
        ({"verdikt": "agree"}, r"episodes\[0\].review.verdikt"),
    ],
)
def test_a_slip_in_a_review_names_its_place_and_records_nothing(tmp_path: Path, change: Any, said: str) -> None:
    session = TrainingSession(adviser)
    session.run_stress_test(count=1, save_interval=1, verbose=False)
    file = tmp_path / "review.json"
    session.export_scenarios_for_review(file)
    told = json.loads(file.read_text(encoding="utf-8"))
    told["episodes"][0]["review"] = change
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(WrongUse, match=said):
        session.import_review(file)
    with open_log(session.store, read_only=True) as log:
        assert not list(log.read_all(categories=["review"]))


def test_a_file_that_is_no_review_of_this_session_is_refused(tmp_path: Path) -> None:
    session = TrainingSession(adviser)
    for text, said in (
        ("{", "is not JSON"),
        ("[]", "is no review"),
        ('{"session": "x", "episodes": []}', "is no review"),
    ):
        (tmp_path / "r.json").write_text(text, encoding="utf-8")
        with pytest.raises(WrongUse, match=said):
            session.import_review(tmp_path / "r.json")
    with pytest.raises(WrongUse, match="cannot be read"):
        session.import_review(tmp_path / "none.json")


def test_what_cannot_be_an_agent_or_a_name_is_refused() -> None:
    with pytest.raises(LookupError, match="unknown agent 'gpt'"):
        TrainingSession("gpt")
    with pytest.raises(WrongUse, match="not int"):
        TrainingSession(7)  # type: ignore[arg-type]
    with pytest.raises(WrongUse, match="cannot name a session"):
        TrainingSession(adviser, session_name="a/b")
    with pytest.raises(LookupError):
        TrainingSession(adviser, skillbook="printer")
