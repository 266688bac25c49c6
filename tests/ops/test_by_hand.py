"""`try --agent human`: a person plays at a terminal or through a pipe, is scored as a model is, and may leave."""

from __future__ import annotations

import codecs
import fcntl
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from actors.worlds.printer.world import WORLD
from events import facts
from events.log import open_log
from ops import cli
from ops.console.terminal import Terminal
from tests.typist import typed

Captured = pytest.CaptureFixture[str]

CASE = ("--difficulty", "easy", "--seed", "3")
PATIENCE = 60.0


def gold() -> list[str]:
    """What a person types who knows the key of the case."""
    scenario = WORLD.generate(seed=3, index=0, difficulty="easy", held_out=True)
    return [line for act in WORLD.reference(scenario.key) for line in typed(act)]


@pytest.fixture(autouse=True)
def _placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNEYMAN_STORE", f"sqlite:///{tmp_path}/log.db")


def piped(monkeypatch: pytest.MonkeyPatch, *lines: str, flags: tuple[str, ...] = ()) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return cli.run(["try", "--agent", "human", *CASE, *flags])


def told(tmp_path: Path, kind: type[Any]) -> list[Any]:
    with open_log(f"sqlite:///{tmp_path}/log.db", read_only=True) as log:
        return [fact for fact in (event.fact() for event in log.read_all()) if isinstance(fact, kind)]


def test_a_gold_game_through_a_pipe_gets_an_a_and_is_recorded_like_any_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    assert piped(monkeypatch, "?", *gold()) == 0
    shown = capsys.readouterr().out
    assert "grade A, repaired" in shown
    assert shown.index("The customer says") < shown.index("[60 turns, 300 min") < shown.index("What was really wrong")
    [scored] = told(tmp_path, facts.EpisodeScored)
    assert (scored.grade, scored.success) == ("A", 1)
    assert {reply.model for reply in told(tmp_path, facts.ModelReplied)} == {"human"}
    assert [started.agent for started in told(tmp_path, facts.EpisodeStarted)] == ["human"]
    assert [finished.status for finished in told(tmp_path, facts.RunFinished)] == ["finished"]
    assert cli.run(["try", "--agent", "recorded:try-1", *CASE]) == 0
    assert "grade A, repaired" in capsys.readouterr().out


def test_json_is_one_object_and_the_conversation_goes_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert piped(monkeypatch, *gold(), flags=("--json", "--runtime", "ray")) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out)["grade"] == "A"
    assert "a person plays in this process: --runtime local is used" in seen.err
    assert "turns, 300 min" in seen.err


def test_the_end_of_a_pipe_ends_the_case_cleanly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    assert piped(monkeypatch, "inspect nozzle") == 130
    assert capsys.readouterr().err == "stopped\n"
    assert [returned.call["name"] for returned in told(tmp_path, facts.ToolReturned)] == ["inspect"]
    assert [paused.reason for paused in told(tmp_path, facts.RunPaused)] == ["stopped by the user"]
    assert told(tmp_path, facts.EpisodeScored) == []


@pytest.mark.parametrize("command", [["train"], ["stress"], ["train", "--agent", "apprentice", "--reflector"]])
def test_commands_that_play_many_cases_refuse_a_person_and_name_the_one_that_does_not(
    command: list[str], capsys: Captured
) -> None:
    flag = [] if command[-1] == "--reflector" else ["--agent"]
    assert cli.run([*command, *flag, "human", "--runtime", "local"]) == 2
    assert "journeyman try --agent human" in capsys.readouterr().err


def test_a_person_is_measured_on_the_cases_of_a_model_and_compared_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    cases = ("--skillbook", "none", "--held-out", "2", "--difficulty", "easy", "--seed", "3", "--runtime", "local")
    scenarios = [WORLD.generate(seed=3, index=n, difficulty="easy", held_out=True) for n in range(2)]
    lines = [line for scenario in scenarios for act in WORLD.reference(scenario.key) for line in typed(act)]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*lines, ""])))
    assert cli.run(["evaluate", "--agent", "human", "--workers", "3", "--json", *cases]) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out)["solved"] == 1.0
    assert "--workers 1 is used" in seen.err
    assert cli.run(["evaluate", *cases]) == 0
    capsys.readouterr()
    cli.run(["compare", "evaluate-2", "evaluate-1", "--json"])
    assert json.loads(capsys.readouterr().out)["n"] == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert cli.run(["evaluate", "--agent", "human", *cases]) == 130
    assert [paused.reason for paused in told(tmp_path, facts.RunPaused)] == ["stopped by the user"]
    assert cli.run(["evaluate", "--agent", "human", "--against", "none", *cases]) == 2
    assert "a person remembers a case" in capsys.readouterr().err


def test_what_is_shown_and_what_is_typed_is_screened(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO("ins\x1b[31mpect\x07 nozzle\n"))
    terminal = Terminal(stream)
    terminal.tell("a\x1b]0;title\x07b\u202e")
    assert terminal.ask("\x1b[2Jprompt > ") == "inspect nozzle"
    assert stream.getvalue().startswith("ab\nprompt > ins")
    assert "\x1b" not in stream.getvalue()


class OnTerminal:
    """A command on a pseudo-terminal of its own, as a person has it."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self._master, self.shown = process, master, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, *words: str) -> str:
        """What is shown up to the first of these words."""
        start = len(self.shown)
        while not any(word in self.shown[start:] for word in words):
            ready, _, _ = select.select([self._master], [], [], PATIENCE)
            assert ready, f"nothing more is shown after {self.shown[-300:]!r}"
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            assert data, f"it ended: {self.shown[-300:]!r}"
            self.shown += self._decoder.decode(data).replace("\r\n", "\n")
        return self.shown[start:]

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def end(self) -> int:
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def on_terminal(*arguments: str) -> Iterator[OnTerminal]:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "INPUTRC": "/dev/null"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ops", *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment,
        start_new_session=True,
        preexec_fn=_controlling,  # noqa: PLW1509 - so that Ctrl-C reaches it as a signal
    )  # fmt: skip
    os.close(slave)
    try:
        yield OnTerminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


def _controlling() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_whole_game_on_a_terminal_with_completion_and_history() -> None:
    with on_terminal("try", "--agent", "human", *CASE) as game:
        game.until("60 turns, 300 min, 250.00 € left] > ")
        game.type("insp\tnozz\t\n")
        game.until("> inspect nozzle", "Turn 1")
        game.until("59 turns")
        for line in gold():
            game.type(line + "\n")
            game.until("> ", "Evaluation")
        if "What was really wrong" not in game.shown:
            game.until("What was really wrong")
        assert game.end() == 0
    assert "grade A, repaired" in game.shown
    assert "\x1b[31m" not in game.shown


@pytest.mark.parametrize("how", ["\x03", "\x04", "TERM"])
def test_leaving_ends_with_130_and_gives_the_terminal_back(how: str, tmp_path: Path) -> None:
    with on_terminal("try", "--agent", "human", *CASE) as game:
        game.until("left] > ")
        if how == "TERM":
            game.process.send_signal(signal.SIGTERM)
        else:
            game.type(how)
        assert game.end() == 130
        assert game.echoes
    assert [paused.reason for paused in told(tmp_path, facts.RunPaused)] == ["stopped by the user"]


def test_leaving_a_scenario_that_is_being_typed_in_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    with on_terminal("scenarios", "new", "--out", str(file)) as talk:
        talk.until("no agent sees it > ")
        talk.type("Fuzzy prints\n")
        talk.until("[fuzzy-prints] > ")
        talk.type("\x03")
        assert talk.end() == 130
    assert list(tmp_path.iterdir()) == []
