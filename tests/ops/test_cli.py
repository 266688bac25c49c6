"""The command line: quick to start, one clear message for what goes wrong, one JSON object, the right status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from configs.errors import SettingsError
from events.errors import StoreUnavailable
from ops import __version__, cli
from ops.failures import Interrupted, WrongUse, explain

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
