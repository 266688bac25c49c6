"""The command line: quick to start, one clear message for what goes wrong, one JSON object, the right status."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from actors.runtime.port import AskFailed
from configs.errors import SettingsError
from events.errors import StoreUnavailable
from events.log import open_log
from ops import __version__, cli
from ops.failures import Failure, Interrupted, WrongUse, explain
from tests.recorded_run import usual

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]


def test_version_answers_without_anything_heavy() -> None:
    code = (
        "import sys; from ops.__main__ import main; status = main(['--version']);"
        "heavy = {'ray', 'numpy', 'scipy', 'rich', 'pydantic', 'yaml', 'anthropic', 'litellm'} & set(sys.modules);"
        "sys.exit(status or sorted(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"journeyman {__version__}\n", "")


def test_help_lists_every_command_and_each_has_help_of_its_own(capsys: Captured) -> None:
    assert cli.run(["--help"]) == 0
    listed = capsys.readouterr().out
    for name in cli.COMMANDS:
        assert f"  {name} " in listed
        assert cli.run([name, "--help"]) == 0
        assert f"journeyman {name}" in capsys.readouterr().out


def test_an_unknown_command_is_answered_with_the_nearest_one(capsys: Captured) -> None:
    assert cli.run(["docter"]) == 2
    assert "did you mean 'doctor'?" in capsys.readouterr().err


def test_wrong_settings_are_one_message_and_status_2(capsys: Captured) -> None:
    assert cli.run(["info", "--episodes", "-3"]) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err == "journeyman: --episodes: '-3' is not allowed; it must be a whole number of at least 1\n"


def test_with_json_a_failure_is_one_object_too(capsys: Captured) -> None:
    assert cli.run(["info", "--json", "--seed", "x"]) == 2
    seen = capsys.readouterr()
    assert json.loads(seen.out)["error"]["status"] == 2
    assert "--seed" in seen.err


def test_info_shows_settings_with_origin(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNEYMAN_STORE", "postgresql://me:secret@host/log")
    (tmp_path / "run.yaml").write_text("wave: 7\n")
    assert cli.run(["info", "--config", str(tmp_path / "run.yaml"), "--json"]) == 0
    text = capsys.readouterr().out
    settings = json.loads(text)["settings"]
    assert settings["wave"] == {"value": 7, "origin": "file", "place": f"{tmp_path}/run.yaml:1"}
    assert settings["store"]["place"] == "JOURNEYMAN_STORE"
    assert "secret" not in text


def test_info_shows_settings_when_config_names_no_file(capsys: Captured) -> None:
    assert cli.run(["info", "--config"]) == 0
    assert "episodes     60" in capsys.readouterr().out


def test_each_kind_of_failure_has_its_status() -> None:
    assert explain(WrongUse("no")).status == 2
    assert explain(SettingsError(["a", "b"])).message == "a\nb"
    assert explain(LookupError("no skillbook 'x'")).status == 2
    assert explain(StoreUnavailable("disk full")).status == 3
    assert explain(OSError(13, "Permission denied", "/out.html")).message == "/out.html: Permission denied"
    assert explain(Interrupted("r1")) == explain(Interrupted("r1"))
    assert explain(Interrupted("r1")).status == 130
    assert explain(KeyboardInterrupt()).status == 130


def test_what_a_worker_raised_keeps_its_status() -> None:
    assert explain(AskFailed("journal", "StoreUnavailable", "disk full")) == Failure("disk full", 3)
    assert explain(AskFailed("agents", "ModelFailed", "no answer")).status == 3
    assert explain(AskFailed("journal", "UnknownStore", "no such store")) == Failure("no such store", 2)
    assert explain(AskFailed("agents", "KeyError", "wave")).message.startswith(
        "unexpected: AskFailed: agents: KeyError"
    )


def test_of_errors_raised_side_by_side_the_one_that_says_something_is_told() -> None:
    group = BaseExceptionGroup("tasks", [KeyError("x"), ExceptionGroup("more", [StoreUnavailable("disk full")])])
    assert explain(group) == Failure("disk full", 3)
    assert explain(BaseExceptionGroup("tasks", [StoreUnavailable("disk full"), Interrupted("r1")])).status == 130


def test_a_full_disk_is_told_without_a_trace() -> None:
    assert explain(OSError(28, "No space left on device")) == Failure("No space left on device", 3)


def test_a_fault_of_ours_keeps_its_trace_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failure = explain(KeyError("wave"))
    (trace,) = tmp_path.iterdir()
    assert failure.status == 3
    assert str(trace) in failure.message
    assert "Traceback" not in failure.message
    assert "KeyError" in trace.read_text()


def test_a_fault_of_ours_is_shown_where_it_happened_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNEYMAN_DEBUG", "1")
    assert "KeyError: 'wave'\n" in explain(KeyError("wave")).message


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line as a user's shell runs it; `journeyman` stands for ours."""
    text = command.replace("journeyman", f"'{sys.executable}' -m ops")
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {text}"],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_reader_that_leaves_early_is_no_failure() -> None:
    done = shell("journeyman list | head -1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("printer: ")


def test_a_closed_output_is_no_failure() -> None:
    assert shell("journeyman list >&-").returncode == 0
    assert shell("journeyman info --episodes 0 2>&-").returncode == 2


def test_a_poor_terminal_gets_substitutes(tmp_path: Path) -> None:
    done = shell("journeyman scenarios list", PYTHONIOENCODING="ascii", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_is_status_130_and_one_word(tmp_path: Path) -> None:
    """A log that is followed is interrupted once its first line is out."""
    with open_log(f"sqlite:///{tmp_path}/log.db") as log:
        usual().write(log)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "ops", "log", "tail", "-n", "1", "-f", "--store", f"sqlite:///{tmp_path}/log.db"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert "RunFinished" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "stopped\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["info"], ["list"], ["doctor"], ["log", "list"], ["log", "tail"], ["log", "stats"], ["log", "verify"],
        ["scenarios", "list"], ["scenarios", "template"], ["scenarios", "generate", "-n", "1"], ["report"],
        ["train", "--episodes", "x"], ["nonsense"], ["log", "nonsense"], ["log", "tail", "-n", "-3"], ["log"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_json_is_exactly_one_object_whatever_happens(
    arguments: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JOURNEYMAN_STORE", f"sqlite:///{tmp_path}/log.db")
    with open_log(f"sqlite:///{tmp_path}/log.db"):
        pass
    status = cli.run([*arguments, "--json"])
    seen = capsys.readouterr()
    found = json.loads(seen.out)
    assert isinstance(found, dict)
    assert ("error" in found) == (status > 1)
    assert "unexpected" not in seen.err
