"""A book is rebuilt, compared with what was recorded, listed, shown and exported; what differs is said."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from events import facts
from events.log import EventLog, open_log
from ops import books, cli
from tests.recorded_run import Telling, usual

Captured = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Skill:
    id: str
    version: int
    when: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    version: int
    sha256: str
    skills: Sequence[Skill]


SKILLS = (
    Skill("slack-belt", 2, "layers shift\x1b[2J along x\n# not a heading", ("x_belt/frequency low",)),
    Skill("wet-filament", 1, "hairs and crackling"),
)


def folded(log: EventLog, reference: str, *, upto: int | None = None) -> Book:
    """Stands in for the fold of skills: counts versions, and gives the hashes that the told run recorded."""
    name, wanted = books.named(reference)
    accepted = [e.fact() for e in log.read_stream(f"skillbook/{name}", upto=upto) if e.type == "SkillsAccepted"]
    versions = [fact.version for fact in accepted if isinstance(fact, facts.SkillsAccepted)]
    if not versions or (wanted and wanted not in versions):
        raise LookupError(f"the log has no skillbook '{reference}'")
    version = wanted or versions[-1]
    return Book(version, f"h{version}", SKILLS)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(books, "load", folded)
    url = f"sqlite:///{tmp_path}/log.db"
    story = usual()
    story.tell(
        "skillbook/printer",
        facts.SkillsRejected(base_version=2, operations=({"op": "add"},), reason="says too much", wave=1),
    )
    with open_log(url) as log:
        story.write(log)
    return url


def answer(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    status = cli.run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_replay_finds_what_the_run_recorded(store: str, capsys: Captured) -> None:
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert status == 0
    assert found["skillbook"] == {"name": "printer", "version": 2, "skills": 2, "sha256": "h2"}
    assert (found["position"], found["events"], found["matches"], found["compared"]) == (
        len(usual().told) + 1, 3, True, 3,
    )  # fmt: skip


def test_a_replay_stops_where_it_is_told(store: str, capsys: Captured) -> None:
    with open_log(store, read_only=True) as log:
        first = next(iter(log.read_stream("skillbook/printer"))).position
    _, found = answer(capsys, "replay", "--skillbook", "printer", "--until", str(first), "--store", store)
    assert (found["skillbook"]["version"], found["position"], found["events"]) == (1, first, 1)
    assert cli.run(["replay", "--skillbook", "printer", "--until", "99999", "--store", store]) == 2
    assert "lies outside the log" in capsys.readouterr().err


def test_a_fold_that_differs_is_status_1_with_the_first_difference(
    store: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(log: EventLog, reference: str, *, upto: int | None = None) -> Book:
        book = folded(log, reference, upto=upto)
        return Book(book.version, "other" if book.version == 1 else book.sha256, book.skills)

    monkeypatch.setattr(books, "load", wrong)
    status, found = answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", store)
    assert (status, found["matches"], found["first_mismatch"]["version"]) == (1, False, 1)
    assert found["first_mismatch"]["recorded"] == "h1"
    assert cli.run(["replay", "--skillbook", "printer", "--verify", "--store", store]) == 1
    assert "NOT as recorded" in capsys.readouterr().out
    assert answer(capsys, "replay", "--skillbook", "printer", "--store", store)[0] == 0


def test_a_hash_in_the_runs_last_word_counts_too(tmp_path: Path, store: str, capsys: Captured) -> None:
    story = Telling("r9").start().accept(1, "add")
    story.tell(
        "run/r9",
        facts.RunFinished(
            status="finished", skillbook="printer", skillbook_version=1, skillbook_sha256="not what was folded"
        ),
    )
    url = f"sqlite:///{tmp_path}/other.db"
    with open_log(url) as log:
        story.write(log)
    assert answer(capsys, "replay", "--skillbook", "printer", "--verify", "--store", url)[0] == 1
    assert store


@pytest.mark.parametrize("reference", ["none-such", "printer@7", "printer@x", "@3"])
def test_a_book_that_is_not_there_is_one_message_and_status_2(store: str, reference: str, capsys: Captured) -> None:
    for command in (["skills", "list"], ["skills", "export"]):
        assert cli.run([*command, "--skillbook", reference, "--store", store]) == 2
        assert reference in capsys.readouterr().err
    assert cli.run(["evaluate", "--against", "printer@x"]) == 2


def test_skills_are_listed_and_shown_as_a_person_reads_them(store: str, capsys: Captured) -> None:
    assert cli.run(["skills", "list", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "Skillbook printer@2: 2 skills" in shown
    assert "slack-belt" in shown
    assert "layers shift along x # not a heading" in shown
    assert cli.run(["skills", "show", "slack-belt", "--store", store]) == 0
    assert "signs: x_belt/frequency low" in capsys.readouterr().out
    assert answer(capsys, "skills", "show", "wet-filament", "--store", store)[1]["when"] == "hairs and crackling"


def test_an_unknown_skill_is_answered_with_near_ones(store: str, capsys: Captured) -> None:
    assert cli.run(["skills", "show", "slack-bolt", "--store", store]) == 2
    assert "nearest: slack-belt" in capsys.readouterr().err


def test_the_history_tells_versions_and_refusals(store: str, capsys: Captured) -> None:
    _, found = answer(capsys, "skills", "history", "--store", store)
    assert [(e["accepted"], e["version"], len(e["operations"])) for e in found["history"]] == [
        (True, 1, 2),
        (True, 2, 3),
        (False, 2, 1),
    ]
    assert cli.run(["skills", "history", "--store", store]) == 0
    assert "rejected     1 add: says too much" in capsys.readouterr().out
    assert cli.run(["skills", "history", "--skillbook", "x", "--store", store]) == 2
    assert "it has printer" in capsys.readouterr().err


def test_a_book_is_exported_as_json_and_markdown(store: str, tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["skills", "export", "--to", str(tmp_path / "book.json"), "--store", store]) == 0
    assert json.loads((tmp_path / "book.json").read_text())["skills"][1]["id"] == "wet-filament"
    capsys.readouterr()
    assert cli.run(["skills", "export", "--format", "md", "--store", store]) == 0
    text = capsys.readouterr().out
    assert [row for row in text.splitlines() if row.startswith("#")] == [
        "# Skillbook printer, version 2",
        "## slack-belt",
        "## wet-filament",
    ]


def test_a_replayed_book_is_written_to_a_file(store: str, tmp_path: Path) -> None:
    assert cli.run(["replay", "--skillbook", "printer", "--out", str(tmp_path / "b.json"), "--store", store]) == 0
    assert json.loads((tmp_path / "b.json").read_text())["sha256"] == "h2"
