"""The doctor finds what is missing and says how to mend it."""

import json
from pathlib import Path

import pytest

from ops import cli, doctor


def test_an_old_python_is_found() -> None:
    check = doctor.check_python((3, 9))
    assert not check.ok
    assert "3.11" in check.mend


def test_missing_and_old_packages_are_found_with_the_command_that_mends_them() -> None:
    missing = doctor.check_package("no-such-package", (1, 2))
    assert (missing.ok, missing.mend) == (False, "pip install 'no-such-package>=1.2'")
    assert not doctor.check_package("click", (99,)).ok
    assert doctor.check_package("click", (8, 1)).ok
    assert doctor.check_package("pyyaml", (6,)).ok


def test_a_folder_that_is_not_there_is_found(tmp_path: Path) -> None:
    (check,) = doctor.check_disk(f"sqlite:///{tmp_path}/none/log.db")
    assert not check.ok
    assert check.mend == f"mkdir -p '{tmp_path}/none'"


def test_a_store_that_is_not_a_file_needs_no_disk() -> None:
    assert list(doctor.check_disk("memory://")) == []


def test_a_collision_of_names_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "owners", lambda: {"events": ["events-of-others"]})
    check = doctor.check_names()
    assert not check.ok
    assert check.mend == "pip uninstall events-of-others"


def test_a_key_is_reported_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "very-secret")
    check = doctor.check_key("OPENAI_API_KEY")
    assert (check.ok, check.needed, check.found) == (True, False, "set")
    assert "very-secret" not in repr(check)


def test_the_command_answers_in_json_and_says_no_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "requirements", list)
    assert cli.run(["doctor", "--json", "--store", f"sqlite:///{tmp_path}/log.db"]) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out)["ok"] is True
    assert "Python" in seen.err
    assert cli.run(["doctor", "--json", "--store", f"sqlite:///{tmp_path}/none/log.db"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
