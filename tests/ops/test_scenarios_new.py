"""`scenarios new`: what is typed becomes a valid record; what stood in the file stays, whatever happens."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
import yaml

from actors.worlds.printer.scenario_file import read_scenarios
from ops import cli, scenarios, writing
from ops.failures import Interrupted, WrongUse
from ops.scenario_files import ScenarioFile
from tests.typist import Typist

Captured = pytest.CaptureFixture[str]

CASE = ["Fuzzy prints", "", "", "easy", "Ender 3", "Hairs everywhere.", "fine hairs", "", "stringing"]
CASE += ["damp filament", "major", "", "Dried it.", "Keep it dry."]
RECORD = {
    "title": "Fuzzy prints",
    "id": "fuzzy-prints",
    "source": "typed in at the terminal",
    "difficulty": "easy",
    "printer_type": "ender_3",
    "user_description": "Hairs everywhere.",
    "symptoms": ["fine hairs"],
    "actual_problems": [{"type": "stringing", "root_cause": "filament.wet", "severity": "major"}],
    "solution_summary": "Dried it.",
    "lesson": "Keep it dry.",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the test agents, for tests that are about something else."""
    monkeypatch.setattr(scenarios, "doubts", lambda _world, _record: [])


def typing(file: Path, *lines: str) -> str:
    """What is shown when these lines are typed."""
    typist = Typist(lines)
    try:
        writing.write_one(typist, "printer", str(file))
    except Interrupted:
        typist.tell("STOPPED")
    return typist.text


def test_a_scenario_typed_in_is_a_file_that_validate_finds_in_order(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*CASE, "yes", ""])))
    assert cli.run(["scenarios", "new", "--out", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["scenarios"], told["ok"], told["record"]) == ("fuzzy-prints", 1, True, RECORD)
    assert yaml.safe_load(file.read_text()) == {"scenarios": [RECORD]}
    assert cli.run(["scenarios", "validate", str(file)]) == 0


@pytest.mark.usefixtures("unjudged")
def test_each_answer_is_checked_at_once_and_slips_are_met_with_what_is_near(file: Path) -> None:
    lines = [
        "",
        "Fuzzy prints",
        "",
        "",
        "hrad",
        "easy",
        "endre 3",
        "1",
        "Hairs \u202e everywhere.",
        "Hairs everywhere.",
    ]
    lines += [
        "fine hairs",
        "",
        "strnging",
        "1",
        "wet",
        "1",
        "grave",
        "major",
        "perhaps",
        "",
        "Dried it.",
        "Keep it dry.",
        "yes",
    ]
    shown = typing(file, *lines)
    assert yaml.safe_load(file.read_text()) == {"scenarios": [RECORD]}
    for said in (
        "the text is empty",
        "1  hard",
        "1  ender_3",
        "U+202E is not allowed",
        "1  stringing",
        "yes or no, please",
    ):
        assert said in shown


@pytest.mark.usefixtures("unjudged")
def test_one_can_go_back_through_questions_and_lists(file: Path) -> None:
    lines = ["Wrong", "back", "Fuzzy prints", *CASE[1:6], "coarse hairs", "back", "fine hairs", "", "stringing", "back"]
    lines += [
        "nozzle_clog",
        "back",
        "stringing",
        "filament.wet",
        "back",
        "filament.wet",
        "major",
        "yes",
        "back",
        "",
        *CASE[12:],
        "yes",
    ]
    typing(file, *lines)
    assert yaml.safe_load(file.read_text()) == {"scenarios": [RECORD]}


@pytest.mark.usefixtures("unjudged")
def test_a_field_can_be_changed_at_the_end_and_what_no_longer_fits_is_asked_again(file: Path) -> None:
    tilted = ["bed_level", "bed_springs.tilted", "major", ""]  # a Voron's plate stands on no springs
    lines = [*CASE[:8], *tilted, *CASE[12:], "lessen", "lesson", "Seat the tube."]
    typing(file, *lines, "printer_type", "Voron 2.4", "nozzle_clog", "nozzle.debris", "minor", "", "yes")
    [record] = yaml.safe_load(file.read_text())["scenarios"]
    assert (record["lesson"], record["printer_type"]) == ("Seat the tube.", "voron_2_4")
    assert record["actual_problems"] == [{"type": "nozzle_clog", "root_cause": "nozzle.debris", "severity": "minor"}]


@pytest.mark.usefixtures("unjudged")
@pytest.mark.parametrize("form", ["# mine\n\nscenarios:\n%s# the end", "scenarios:  # all\n%s\n", "# bare\n%s"])
def test_what_stood_in_a_file_stays_to_the_letter(file: Path, form: str) -> None:
    indent = "" if "bare" in form else "   " if "all" in form else "  "
    rows = yaml.safe_dump([{**RECORD, "id": "old"}], sort_keys=False).splitlines(keepends=True)
    before = form % "".join(indent + row for row in rows)
    file.write_text(before)
    file.chmod(0o600)
    link = file.with_name("link.yaml")
    link.symlink_to(file)
    shown = typing(link, "Fuzzy prints", "old", "", *CASE[2:], "yes")
    after = file.read_text()
    assert "has a case of this name already" in shown
    assert after.startswith(before)
    assert [record.id for record in read_scenarios(after.encode(), "a.yaml")] == ["old", "fuzzy-prints"]
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("unjudged")
def test_a_json_file_grows_as_json_and_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    told = tmp_path / "mine.json"
    told.write_text(json.dumps({"scenarios": [{**RECORD, "id": "old"}]}))
    typing(told, *CASE, "yes")
    assert [one["id"] for one in json.loads(told.read_text())["scenarios"]] == ["old", "fuzzy-prints"]
    dos = tmp_path / "dos.yaml"
    dos.write_bytes(b"# notes only\r\n")
    typing(dos, *CASE, "yes")
    assert dos.read_bytes().startswith(b"# notes only\r\nscenarios:\r\n  - title:")


@pytest.mark.parametrize("lines", [CASE[:5], [*CASE, "no"], CASE])
@pytest.mark.usefixtures("unjudged")
def test_who_leaves_or_says_no_leaves_the_file_untouched(file: Path, lines: list[str]) -> None:
    assert typing(file, *lines).endswith("STOPPED")
    assert list(file.parent.iterdir()) == []
    before = yaml.safe_dump({"scenarios": [RECORD | {"id": "old"}]})
    file.write_text(before)
    assert typing(file, *lines).endswith("STOPPED")
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("no/such/mine.yaml", None, "its folder is not there"),
        ("flow.yaml", yaml.safe_dump({"scenarios": [RECORD | {"id": "old"}]}, default_flow_style=True), "in brackets"),
        ("broken.yaml", "scenarios:\n  - id: x\n", "this field is missing"),
    ],
)
def test_a_file_that_cannot_grow_is_refused_and_stays(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(Exception, match=said):
        ScenarioFile("printer", str(file)).check(RECORD)
    assert text is None or file.read_text() == text


@pytest.mark.usefixtures("unjudged")
def test_a_disk_that_fails_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = yaml.safe_dump({"scenarios": [RECORD | {"id": "old"}]})
    file.write_text(before)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        typing(file, *CASE, "yes")
    assert file.read_text() == before


def test_what_the_test_agents_have_against_a_case_is_told_before_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "doubts", lambda _world, record: [] if record["lesson"] == "Good." else ["too easy"])
    shown = typing(file, *CASE, "lesson", "Good.", "yes")
    assert "not in order: too easy\n  write it all the same?" in shown
    assert "\n  write it? yes" in shown
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(["Other", *CASE[1:], "yes", ""])))
    assert cli.run(["scenarios", "new", "--out", str(file)]) == 1


def test_a_world_without_questions_says_so(tmp_path: Path) -> None:
    with pytest.raises((WrongUse, LookupError), match="world"):
        writing.write_one(Typist([]), "tests.toy_bakery:BAKERY", str(tmp_path / "x.yaml"))
