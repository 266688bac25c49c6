"""`train`, `evaluate` and `try` hand settings to the training and its report to the user, as text or as one object."""

import io
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from actors.runtime.observer import Observer, Plan
from configs.settings import Settings
from events.log import open_log
from ops import cli
from ops.commands.evaluate import is_worse
from ops.failures import Interrupted
from skillbooks.reports import evaluation_report
from skillbooks.runs import gather
from tests.recorded_run import usual

Captured = pytest.CaptureFixture[str]


class Training(ModuleType):
    """A training that plays nothing: it writes down what a run would have, and remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__("ops.training")
        self.asked: list[Any] = []
        self.stops = False

    def train(self, settings: Settings, observer: Observer) -> str:
        self.asked.append(settings)
        if self.stops:
            observer.run_started(Plan("r1", "train", "printer", "apprentice", "printer@0", 4, 0, 1, 1, "local", 0))
            raise Interrupted("r1")
        with open_log(settings.store) as log:
            usual().write(log)
        observer.note("a worker was replaced")
        return "r1"

    def evaluate(
        self, settings: Settings, against: str | None, observer: Observer, *, mixed_up: bool = False
    ) -> dict[str, Any]:
        self.asked.append((settings, against, mixed_up))
        observer.note("playing")
        return evaluation_report(gather(usual().recorded())["r1"], bool(against))

    def play(self, settings: Settings, observer: Observer) -> dict[str, Any]:
        self.asked.append(settings)
        observer.turn("episode/r1/x", "brief", {"user_description": "It clicks."})
        return {"points": 87.0}


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Training:
    stand_in = Training()
    monkeypatch.setitem(sys.modules, "ops.training", stand_in)
    monkeypatch.setenv("JOURNEYMAN_STORE", f"sqlite:///{tmp_path}/log.db")
    return stand_in


def test_train_prints_exactly_one_object_in_the_promised_shape(training: Training, capsys: Captured) -> None:
    assert cli.run(["train", "--episodes", "4", "--no-learning", "--json"]) == 0
    seen = capsys.readouterr()
    report = json.loads(seen.out)
    assert set(report) >= {
        "run", "status", "episodes", "score", "categories", "grades", "skillbook", "held_out", "cost", "log", "seconds",
    }  # fmt: skip
    assert set(report["held_out"]) >= {
        "n", "without", "with", "difference", "ci95", "solved_without", "solved_with", "baselines",
    }  # fmt: skip
    assert "a worker was replaced" in seen.err
    (settings,) = training.asked
    assert (settings.episodes, settings.learning, settings.runtime) == (4, False, "ray")


def test_train_shows_progress_and_summary_to_people(training: Training, capsys: Captured) -> None:
    assert cli.run(["train"]) == 0
    seen = capsys.readouterr()
    assert seen.out.index("a worker was replaced") < seen.out.index("Run r1 finished")
    assert seen.err == ""
    assert training.asked[0].episodes == 60


def test_ctrl_c_leaves_a_run_to_resume_and_status_130(training: Training, capsys: Captured) -> None:
    training.stops = True
    assert cli.run(["train"]) == 130
    seen = capsys.readouterr()
    assert seen.err == "stopped; go on with --resume r1\n"
    assert seen.out.startswith("Run r1: ")


def test_evaluate_compares_and_says_no_only_when_the_book_is_worse(training: Training, capsys: Captured) -> None:
    assert cli.run(["evaluate", "--skillbook", "printer", "--against", "none", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) >= {"n", "mean", "ci95", "solved", "categories", "per_fault", "against"}
    assert set(report["against"]) >= {"mean", "difference", "ci95", "flips_lost", "flips_won"}
    assert training.asked[0][1] == "none"
    assert cli.run(["evaluate"]) == 0
    assert "Evaluated printer@2 on 3 scenarios" in capsys.readouterr().out
    assert cli.run(["evaluate", "--shuffled", "--episodes", "7"]) == 0
    assert (training.asked[-1][0].held_out, training.asked[-1][2]) == (7, True)
    assert cli.run(["evaluate", "--held-out", "8"]) == 0
    assert (training.asked[-1][0].held_out, training.asked[-1][2]) == (8, False)
    assert cli.run(["evaluate", "--held-out", "0"]) == 2
    assert is_worse({"against": {"ci95": [-9.0, -0.1]}})
    assert not is_worse({"against": {"ci95": [-9.0, 0.1]}})
    assert not is_worse({"against": {"ci95": None}})
    assert not is_worse({})


def test_try_tells_the_episode_as_it_happens(training: Training, capsys: Captured) -> None:
    assert cli.run(["try", "--difficulty", "easy", "--seed", "7"]) == 0
    assert capsys.readouterr().out.startswith("The customer says\n  “It clicks.”")
    assert cli.run(["try", "--json"]) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out) == {"points": 87.0}
    assert "It clicks." in seen.err
    assert (training.asked[0].difficulty, training.asked[0].seed) == ("easy", 7)


def test_a_bar_on_a_terminal_is_given_back_when_a_run_breaks(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    training.stops = True
    assert cli.run(["train"]) == 130
    hidden, shown = terminal.getvalue().rfind("\x1b[?25l"), terminal.getvalue().rfind("\x1b[?25h")
    assert 0 <= hidden < shown
