"""Scenario files are generated, checked with place and reason, and audited by the test agents of their world."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from actors.worlds import catalogue
from actors.worlds.port import Judgement, Scenario
from ops import cli, scenarios

Captured = pytest.CaptureFixture[str]


class Rigged:
    """The printer world with test agents that get what a test says."""

    def __init__(self, **points: float) -> None:
        self._points = points

    def baselines(self) -> dict[str, str]:
        return dict.fromkeys(self._points, "rigged")

    def play_baseline(self, name: str, scenario: Scenario) -> Judgement:  # noqa: ARG002 - the port's signature
        points = self._points[name]
        return Judgement(int(points >= 60), points, "A" if points >= 90 else "F", {}, (), {})


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("scenarios") / "three.yaml"
    assert cli.run(["scenarios", "generate", "-n", "3", "--to", str(file)]) == 0
    return file


def answer(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    status = cli.run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_what_is_generated_is_in_order_when_it_is_read_back(generated: Path, capsys: Captured) -> None:
    status, found = answer(capsys, "scenarios", "validate", str(generated))
    assert (status, found["ok"], found["scenarios"], found["problems"], found["flaws"]) == (0, True, 3, [], [])


def test_the_same_seed_generates_the_same_file(generated: Path, capsys: Captured) -> None:
    status, found = answer(capsys, "scenarios", "generate", "-n", "3")
    assert status == 0
    assert found["scenarios"] == yaml.safe_load(generated.read_text(encoding="utf-8"))["scenarios"]


def test_a_mistake_is_named_with_file_line_and_field(generated: Path, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "broken.yaml"
    text = generated.read_text(encoding="utf-8")
    number = next(n for n, row in enumerate(text.splitlines(), 1) if "severity:" in row)
    file.write_text(text.replace("severity: ", "severity: very_", 1), encoding="utf-8")
    status, found = answer(capsys, "scenarios", "validate", str(file))
    assert (status, found["ok"]) == (1, False)
    assert found["problems"][0]["line"] == number
    assert found["problems"][0]["field"] == "scenarios[0].actual_problems[0].severity"
    assert cli.run(["scenarios", "validate", str(file)]) == 1
    assert f"{file}:{number}: scenarios[0].actual_problems[0].severity: " in capsys.readouterr().out


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["scenarios", "validate", str(tmp_path / "none.yaml")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_the_template_is_valid_as_it_stands(tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["scenarios", "template"]) == 0
    file = tmp_path / "mine.yaml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert answer(capsys, "scenarios", "validate", str(file))[0] == 0


def test_a_scenario_that_rewards_a_cheat_or_fails_gold_is_found() -> None:
    scenario = catalogue.load("printer").generate(seed=0, index=0, difficulty="easy", held_out=False)
    world: Any = Rigged(gold=100.0, nothing=0.0, replace_all=95.0)
    (flaw,) = scenarios.flaws(world, scenario)
    assert flaw["text"] == "test agent 'replace_all' gets A (95.0); it must get F"
    world = Rigged(gold=50.0)
    assert "it must get A" in scenarios.flaws(world, scenario)[0]["text"]


def test_the_commonest_answer_may_be_right_once_but_not_on_a_whole_set() -> None:
    scenario = catalogue.load("printer").generate(seed=0, index=0, difficulty="easy", held_out=False)
    world: Any = Rigged(gold=100.0, commonest=96.0)
    assert scenarios.audit(world, [scenario]) == []
    (flaw,) = scenarios.audit(world, [replace(scenario, id=f"s{n}") for n in range(5)])
    assert "96.0 on the whole set" in flaw["text"]


def test_the_curated_cases_are_listed_without_their_answers_and_shown_with_them(capsys: Captured) -> None:
    _, found = answer(capsys, "scenarios", "list")
    assert len(found["scenarios"]) >= 12
    first = found["scenarios"][0]
    assert set(first) == {"id", "title", "source", "difficulty", "tags"}
    assert cli.run(["scenarios", "show", first["id"]]) == 0
    shown = capsys.readouterr().out
    assert shown.index("The customer says") < shown.index("What was really wrong")
    assert answer(capsys, "scenarios", "show", first["id"])[1]["key"]["faults"]


def test_an_unknown_scenario_is_answered_with_near_ones(capsys: Captured) -> None:
    assert cli.run(["scenarios", "show", "random-layer-shift"]) == 2
    assert "random-layer-shifts" in capsys.readouterr().err


def test_worlds_are_listed_with_tools_rubric_and_test_agents(capsys: Captured) -> None:
    _, found = answer(capsys, "list")
    printer = next(world for world in found["worlds"] if world["name"] == "printer")
    assert sum(printer["categories"].values()) == 100
    assert "replace" in printer["tools"]
    assert "gold" in printer["baselines"]
    assert cli.run(["list"]) == 0
    assert "printer: rubric " in capsys.readouterr().out


def test_an_unknown_world_is_answered_with_the_known_ones(capsys: Captured) -> None:
    assert cli.run(["scenarios", "template", "--world", "prinder"]) == 2
    assert "printer" in capsys.readouterr().err
