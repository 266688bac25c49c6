"""The demo begins with an empty log, and the log from before is kept whole."""

from pathlib import Path

import pytest

from events.errors import ForeignFile, StoreUnavailable
from events.log import open_log
from events.verification import verify_url
from ops import demo
from tests.recorded_run import usual


def test_an_earlier_log_is_set_aside_whole_and_each_in_a_folder_of_its_own(tmp_path: Path) -> None:
    database, shelf = tmp_path / "journeyman.db", tmp_path / "runs"
    for _ in range(2):
        with open_log(f"sqlite:///{database}") as log:
            usual().write(log)
        moved = demo.set_aside(database, shelf)
        assert moved is not None
        found = verify_url(f"sqlite:///{moved}")
        assert (found.ok, found.events) == (True, len(usual().told))
        assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert sorted(path.name for path in shelf.iterdir()) == ["001", "002"]


def test_without_a_log_nothing_is_touched(tmp_path: Path) -> None:
    assert demo.set_aside(tmp_path / "journeyman.db", tmp_path / "runs") is None
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_is_being_written_to_stays(tmp_path: Path) -> None:
    database = tmp_path / "journeyman.db"
    with open_log(f"sqlite:///{database}"), pytest.raises(StoreUnavailable):
        demo.set_aside(database, tmp_path / "runs")
    assert database.exists()


def test_a_file_of_somebody_else_stays_and_the_demo_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("journeyman.db").write_text("my notes")
    with pytest.raises(ForeignFile):
        demo.set_aside(demo.DATABASE, demo.SHELF)
    assert demo.main() == 3
    assert "not a log of Journeyman" in capsys.readouterr().err
    assert Path("journeyman.db").read_text() == "my notes"
