"""A book is rebuilt, compared with what was recorded, listed, shown and exported; what differs is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from events import facts
from events.log import open_log
from ops import cli
from skillbooks.skillbook import Skillbook
from tests.recorded_run import Telling, usual

Captured = pytest.CaptureFixture[str]
BOOK = usual().book


def kept(folder: Path, story: Telling) -> str:
    url = f"sqlite:///{folder}/{len(list(folder.iterdir()))}.db"
    with open_log(url) as log:
        story.write(log)
    return url


@pytest.fixture
def store(tmp_path: Path) -> str:
    refused = facts.SkillsRejected(base_version=2, operations=({"op": "add"},), reason="says too much", wave=1)
    return kept(tmp_path, usual().tell("skillbook/printer", refused))


def answer(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    status = cli.run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_replay_finds_what_the_run_recorded(store: str, capsys: Captured) -> None:
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert status == 0
    assert found["skillbook"] == {"name": "printer", "version": 2, "skills": 2, "sha256": BOOK.sha256}
    assert (found["position"], found["events"], found["matches"], found["compared"]) == (
        len(usual().told) + 1, 3, True, 3,
    )  # fmt: skip
    assert cli.run(["replay", "--skillbook", "printer", "--store", store]) == 0
    assert "the same as recorded (1 hashes compared)" in capsys.readouterr().out


def test_a_replay_stops_where_it_is_told(store: str, capsys: Captured) -> None:
    with open_log(store, read_only=True) as log:
        first = next(iter(log.read_stream("skillbook/printer"))).position
    _, found = answer(capsys, "replay", "--skillbook", "printer", "--until", str(first), "--store", store)
    assert (found["skillbook"]["version"], found["position"], found["events"]) == (1, first, 1)
    _, found = answer(capsys, "replay", "--skillbook", "printer", "--until", str(first - 1), "--store", store)
    assert (found["skillbook"]["version"], found["skillbook"]["skills"], found["events"]) == (0, 0, 0)
    assert cli.run(["replay", "--skillbook", "printer", "--until", "99999", "--store", store]) == 2
    assert "lies outside the log" in capsys.readouterr().err


def test_a_delta_that_led_elsewhere_is_status_1_with_its_place(tmp_path: Path, capsys: Captured) -> None:
    """The first delta's recorded hash is not that of its skills: only --verify looks at every version."""
    story = usual()
    place = next(n for n, (_, fact) in enumerate(story.told) if isinstance(fact, facts.SkillsAccepted))
    stream, fact = story.told[place]
    story.told[place] = (stream, fact.model_copy(update={"sha256": "elsewhere"}))
    store = kept(tmp_path, story)
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert (status, found["matches"]) == (1, False)
    difference = found["first_difference"]
    assert (difference["version"], difference["position"], difference["recorded"]) == (1, place + 1, "elsewhere")
    assert cli.run(["replay", "--skillbook", "printer", "--verify", "--store", store]) == 1
    assert "NOT as recorded" in capsys.readouterr().out
    assert answer(capsys, "replay", "--skillbook", "printer", "--store", store)[0] == 0


def test_a_runs_last_word_counts_too(tmp_path: Path, capsys: Captured) -> None:
    store = kept(tmp_path, Telling().start().accept("add").finish(sha256="not what was folded"))
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert (status, found["first_difference"]["recorded"]) == (1, "not what was folded")


def test_a_run_that_learned_nothing_matches_the_empty_book(tmp_path: Path, capsys: Captured) -> None:
    store = kept(tmp_path, Telling().start().finish())
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert (status, found["matches"], found["compared"]) == (0, True, 1)
    assert found["skillbook"]["sha256"] == Skillbook("printer").sha256


def test_a_delta_that_fits_no_more_is_a_difference_and_no_crash(tmp_path: Path, capsys: Captured) -> None:
    misfit = facts.SkillsAccepted(
        version=1, operations=({"op": "retire", "id": "s-none", "reason": "x"},), curator="c", wave=0
    )
    store = kept(tmp_path, Telling().start().tell("skillbook/printer", misfit))
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert status == 1
    assert found["first_difference"]["problem"] == "there is no skill 's-none'"


@pytest.mark.parametrize("reference", ["none-such", "printer@7", "printer@x", "@3"])
def test_a_book_that_is_not_there_is_one_message_and_status_2(store: str, reference: str, capsys: Captured) -> None:
    for command in (["skills", "list"], ["skills", "export"]):
        assert cli.run([*command, "--skillbook", reference, "--store", store]) == 2
        assert reference.strip("@").partition("@")[0] in capsys.readouterr().err
    assert cli.run(["evaluate", "--against", "printer@x"]) == 2
    assert cli.run(["replay", "--skillbook", "none-such", "--store", store]) == 2


def test_skills_are_listed_and_shown_as_a_person_reads_them(store: str, capsys: Captured) -> None:
    assert cli.run(["skills", "list", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "Skillbook printer@2: 2 skills" in shown
    assert "tighten:belt_x" in shown
    skill = BOOK.skills[0]
    assert cli.run(["skills", "show", skill.id, "--store", store]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{skill.id}, version {skill.version}: suspect belt_x.slack (common)",
        "  problem    layer_shift",
        "  when       measure:pluck_belt_x/frequency is low (always)",
        "  check      test_print:cube/shift_x is high (usually), which tells it from pulley_x.loose",
        "  cure       tighten:belt_x",
        *(["  applies to bowden"] if skill.scope else []),
    ]
    assert answer(capsys, "skills", "show", skill.id, "--store", store)[1] == skill.model_dump(mode="json")


def test_an_earlier_version_is_listed_as_it_was(store: str, capsys: Captured) -> None:
    _, found = answer(capsys, "skills", "list", "--skillbook", "printer@1", "--store", store)
    assert (found["version"], len(found["skills"])) == (1, 3)


def test_an_unknown_skill_is_answered_with_near_ones(store: str, capsys: Captured) -> None:
    assert cli.run(["skills", "show", "s-99", "--store", store]) == 2
    assert f"nearest: {BOOK.skills[0].id}" in capsys.readouterr().err


def test_the_history_tells_versions_and_refusals(store: str, capsys: Captured) -> None:
    _, found = answer(capsys, "skills", "history", "--store", store)
    assert [(e["accepted"], e["version"], len(e["operations"])) for e in found["history"]] == [
        (True, 1, 3),
        (True, 2, 2),
        (False, 2, 1),
    ]
    assert cli.run(["skills", "history", "--store", store]) == 0
    assert "rejected     1 add: says too much" in capsys.readouterr().out
    assert cli.run(["skills", "history", "--skillbook", "x", "--store", store]) == 2
    assert "it has printer" in capsys.readouterr().err


def test_a_book_is_exported_as_json_and_markdown(store: str, tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["skills", "export", "--to", str(tmp_path / "book.json"), "--store", store]) == 0
    assert Skillbook.from_plain(json.loads((tmp_path / "book.json").read_text())) == BOOK
    capsys.readouterr()
    assert cli.run(["skills", "export", "--format", "md", "--store", store]) == 0
    text = capsys.readouterr().out
    assert [row for row in text.splitlines() if row.startswith("#")] == [
        "# Skillbook printer, version 2",
        "## belt_x.slack",
        "## belt_x.slack",
    ]
    assert "- **cure** tighten:belt_x" in text


def test_a_replayed_book_is_written_to_a_file(store: str, tmp_path: Path) -> None:
    assert cli.run(["replay", "--skillbook", "printer", "--out", str(tmp_path / "b.json"), "--store", store]) == 0
    assert json.loads((tmp_path / "b.json").read_text())["sha256"] == BOOK.sha256
