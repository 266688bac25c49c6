"""A report says what the log says, on the terminal, as JSON and as one HTML file that needs nothing else."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from events import facts
from events.log import open_log
from ops import cli
from ops.html.markup import join, tag
from ops.reports import write_whole
from tests.recorded_run import Telling, usual

Captured = pytest.CaptureFixture[str]
VOID = {"meta", "br"}


class Balance(HTMLParser):
    """Follows opening and closing tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onclick", "onload"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/log.db"
    story = usual("r1")
    evil = {"machine": "</script><script>alert(1)</script><!--", "faults": '"><img src=x onerror=alert(1)>'}
    story.told.pop()
    story.episode(4, 1.0, wave=1, scenario="<b>s4</b>", tags=evil).episode(5, None, wave=1, how="failed")
    story.tell("key/r1/train-4-train", facts.KeySealed(scenario="s4", key={"actual_problems": ["<i>clog</i>"]}))
    with open_log(url) as log:
        story.finish().write(log)
        Telling("r2").start(9).write(log)
    return url


def test_json_and_text_tell_the_same_run(store: str, capsys: Captured) -> None:
    assert cli.run(["report", "--run", "r1", "--store", store, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["run"], report["skillbook"]["skills"], report["episodes"]["failed"]) == ("r1", 2, 1)
    assert report["log"]["events"] == len(usual().told) + 15
    assert cli.run(["report", "--run", "r1", "--store", store]) == 0
    assert f"{report['score']['mean']:.1f} of 100" in capsys.readouterr().out


def test_without_a_name_it_is_the_latest_run(store: str, capsys: Captured) -> None:
    assert cli.run(["report", "--store", store]) == 0
    assert "Run r2 running" in capsys.readouterr().out


def test_an_unknown_run_is_answered_with_near_ones(store: str, capsys: Captured) -> None:
    assert cli.run(["report", "--run", "r11", "--store", store]) == 2
    assert "no run 'r11'; nearest: r1" in capsys.readouterr().err


def test_an_empty_log_says_how_to_get_a_run(tmp_path: Path, capsys: Captured) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    open_log(url).close()
    assert cli.run(["report", "--store", url]) == 2
    assert "no run yet" in capsys.readouterr().err


def test_the_page_is_one_sound_file_that_fetches_nothing(store: str, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "out put.html"
    assert cli.run(["report", "--run", "r1", "--html", str(file), "--store", store]) == 0
    assert f"Report written to {file}" in capsys.readouterr().out
    text = file.read_text(encoding="utf-8")
    balance = Balance()
    balance.feed(text)
    assert balance.open == []
    assert {"svg", "polyline", "table", "details"} <= balance.seen
    assert "//" not in re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
    assert len(text) < 300_000


def test_the_page_carries_its_data_and_lets_no_text_become_markup(store: str, tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    cli.run(["report", "--run", "r1", "--html", str(file), "--store", store])
    text = file.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="report">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["breakdowns"]["machine"]["</script><script>alert(1)</script><!--"]["n"] == 1
    assert text.count("<script") == 1 + data[1].count("<script")
    for forbidden in ("<img", "<b>s4", "<i>clog", "\x1b"):
        assert forbidden not in text.replace(data[1], "")
    assert "&lt;i&gt;clog&lt;/i&gt;" in text


def test_a_page_that_cannot_be_written_is_one_message_and_leaves_nothing(
    store: str, tmp_path: Path, capsys: Captured
) -> None:
    missing = tmp_path / "none" / "r.html"
    assert cli.run(["report", "--run", "r1", "--html", str(missing), "--store", store]) == 3
    assert capsys.readouterr().err == f"journeyman: {missing}: its folder is not there\n"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    write_whole(file, "old")
    write_whole(file, "new \ud800")
    assert file.read_text() == "new ?"
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_markup_escapes_what_is_text() -> None:
    assert tag("p", "a<b", None, tag("b", 1.5), class_='x"y') == '<p class="x&quot;y">a&lt;b<b>1.5</b></p>'
    assert join(["<", ">"], 3) == "&lt;&gt;3"


def test_without_a_name_the_latest_run_that_is_more_than_a_try_is_told(tmp_path: Path, capsys: Captured) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    trying = Telling("try-1")
    trying.told.append(
        ("run/try-1", facts.RunStarted(run="try-1", command="try", world="printer", seed=0, settings={}, software="x"))
    )
    trying.episode(0, 87.0, phase="held_out", arm="try")
    with open_log(url) as log:
        usual("r1").write(log)
        trying.finish(sha256="x").write(log)
    assert cli.run(["report", "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == "r1"
    assert cli.run(["report", "--run", "try-1", "--store", url]) == 0
    assert "Evaluation: 87.0 of 100" in capsys.readouterr().out
    assert cli.run(["report", "--run", "try-1", "--store", url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["points"], told["success"], told["minutes"]) == ("try-1", 87.0, 1, 5.0)


def test_an_evaluation_is_reported_as_its_own_command_printed_it(tmp_path: Path, capsys: Captured) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    story = Telling("e1")
    story.told.append(
        ("run/e1", facts.RunStarted(run="e1", command="evaluate", world="printer", seed=0, settings={}, software="x"))
    )
    for index in range(2):
        story.episode(index, 90.0, phase="held_out", arm="with", scenario=f"h{index}")
    with open_log(url) as log:
        story.finish().write(log)
    assert cli.run(["report", "--store", url]) == 0
    assert "Evaluated printer@0 on 2 scenarios: 90.0 of 100" in capsys.readouterr().out
    assert cli.run(["report", "--store", url, "--json"]) == 0
    assert "against" not in json.loads(capsys.readouterr().out)
