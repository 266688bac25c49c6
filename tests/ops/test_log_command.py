"""`journeyman log` shows what is there, finds what was changed, and leaves the log alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from events.event import RecordedEvent
from events.follower import Follower
from events.log import open_log
from ops import cli, doctor
from tests.recorded_run import Telling, usual

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/log.db"
    with open_log(url) as log:
        usual("r1").write(log)
        Telling("r2").start(9).wave(0).episode(0, 10.0).write(log)
    return url


def answer(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    status = cli.run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_runs_are_listed_oldest_first(store: str, capsys: Captured) -> None:
    status, found = answer(capsys, "log", "list", "--store", store)
    assert status == 0
    assert [(r["run"], r["status"], r["episodes"], r["skillbook"]) for r in found["runs"]] == [
        ("r1", "finished", 4, "printer@2"),
        ("r2", "running", 1, "printer@0"),
    ]
    assert cli.run(["log", "list", "--store", store]) == 0
    assert "r1  " in capsys.readouterr().out


def test_a_whole_log_is_verified(store: str, capsys: Captured) -> None:
    status, found = answer(capsys, "log", "verify", "--store", store)
    assert (status, found["ok"], found["first_bad"]) == (0, True, None)
    assert found["events"] == len(usual().told) + 9
    assert len(found["head"]) == 64


def test_a_changed_event_is_found_with_its_position_and_status_1(store: str, capsys: Captured) -> None:
    file = Path(store.removeprefix("sqlite:///"))
    file.write_bytes(file.read_bytes().replace(b"Layers \x1b[31mslip", b"Layers \x1b[32mslip", 1))
    status, found = answer(capsys, "log", "verify", "--store", store)
    assert (status, found["ok"]) == (1, False)
    position = found["first_bad"]
    assert answer(capsys, "log", "show", str(position), "--store", store)[1]["events"][0]["type"] == "ScenarioProposed"
    assert cli.run(["log", "verify", "--store", store]) == 1
    assert f"NOT as it was written at position {position}" in capsys.readouterr().out
    assert not doctor.check_store(store).ok


def test_a_position_a_stream_and_a_run_are_shown_whole(store: str, capsys: Captured) -> None:
    for name, n in (("1", 1), ("run/r1", 5), ("r2", 9)):
        status, found = answer(capsys, "log", "show", name, "--store", store)
        assert (status, len(found["events"])) == (0, n)
    assert cli.run(["log", "show", "1", "--store", store]) == 0
    assert "command: train" in capsys.readouterr().out


def test_what_is_not_there_is_said_so(store: str, capsys: Captured) -> None:
    for name in ("0", "99999", "run/none"):
        assert cli.run(["log", "show", name, "--store", store]) == 2
        assert f"no position, stream or run '{name}'" in capsys.readouterr().err


def test_the_tail_is_the_end(store: str, capsys: Captured) -> None:
    _, found = answer(capsys, "log", "tail", "-n", "2", "--store", store)
    assert [event["type"] for event in found["events"]] == ["EpisodeFinished", "EpisodeScored"]
    assert answer(capsys, "log", "tail", "-f", "--store", store)[0] == 2


def test_stats_add_up(store: str, capsys: Captured) -> None:
    _, found = answer(capsys, "log", "stats", "--store", store)
    assert found["events"] == sum(c["events"] for c in found["types"].values()) == len(usual().told) + 9
    assert found["payload_bytes"] == sum(c["bytes"] for c in found["categories"].values()) > 0
    assert found["runs"] == 2
    assert cli.run(["log", "stats", "--store", store]) == 0
    assert "EpisodeScored" in capsys.readouterr().out


class Stumbling:
    """A projection that cannot take what it wants to fold."""

    name, version, types = "scores", 1, ("EpisodeScored",)

    def initial(self) -> int:
        return 0

    def evolve(self, state: int, recorded: RecordedEvent) -> int:
        raise ValueError(f"cannot be weighed beside {state}: {recorded.type}")

    def to_plain(self, state: int) -> int:
        return state

    def from_plain(self, plain: int) -> int:
        return plain


def test_stats_name_who_follows_the_log_and_what_was_parked(store: str, capsys: Captured) -> None:
    with open_log(store) as log:
        Follower(log, Stumbling(), poison="park").catch_up()
    _, found = answer(capsys, "log", "stats", "--store", store)
    (follower,) = found["followers"]
    assert (follower["name"], follower["behind"]) == ("scores#1", 0)
    assert follower["parked"][0]["error"] == "ValueError: cannot be weighed beside 0: EpisodeScored"
    assert cli.run(["log", "stats", "--store", store]) == 0
    assert "PARKED" in capsys.readouterr().out


def test_verification_goes_on_from_what_was_found_good(store: str, capsys: Captured) -> None:
    _, whole = answer(capsys, "log", "verify", "--store", store)
    status, again = answer(capsys, "log", "verify", "--after", f"{whole['events']}:{whole['head']}", "--store", store)
    assert (status, again) == (0, whole)
    assert answer(capsys, "log", "verify", "--after", f"{whole['events']}:{'0' * 64}", "--store", store)[0] == 1
    assert answer(capsys, "log", "verify", "--after", "12", "--store", store)[0] == 2


def test_text_from_the_log_cannot_steer_the_terminal(store: str, capsys: Captured) -> None:
    assert cli.run(["log", "show", "r1", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "slip" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("what", ["list", "tail", "stats", "verify"])
def test_a_log_that_is_not_there_is_one_message_and_status_3(what: str, tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["log", what, "--store", f"sqlite:///{tmp_path}/none.db"]) == 3
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "none.db" in seen.err
    assert "unexpected" not in seen.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["list", "tail", "stats", "verify"])
def test_a_file_that_is_no_log_is_left_as_it_is(what: str, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "notes.db").write_text("not a database at all " * 99)
    assert cli.run(["log", what, "--store", f"sqlite:///{tmp_path}/notes.db"]) == (1 if what == "verify" else 3)
    seen = capsys.readouterr()
    assert "unexpected" not in seen.out + seen.err
    assert (tmp_path / "notes.db").read_text().startswith("not a database")


def test_the_doctor_looks_into_the_log(store: str, tmp_path: Path) -> None:
    assert doctor.check_store(store).ok
    assert doctor.check_store(f"sqlite:///{tmp_path}/new.db").ok
    (tmp_path / "notes.db").write_text("not a database at all " * 99)
    assert not doctor.check_store(f"sqlite:///{tmp_path}/notes.db").ok
