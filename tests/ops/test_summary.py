"""The summary, the advice and the bars say what the numbers say, and nothing that a terminal would obey."""

import io
from typing import Any

from actors.runtime.observer import Plan
from events.log import Head
from ops.advice import advise
from ops.console.progress import Bars, Lines, opening, watching
from ops.console.summary import evaluation_summary, spark, summary
from ops.console.tally import Running
from ops.console.text import line, safe
from skillbooks.reports import evaluation_report, train_report
from skillbooks.runs import gather
from skillbooks.statistics import deviation
from tests.recorded_run import Telling, usual

PLAN = Plan("r1", "train", "printer", "apprentice", "printer@0", 4, 6, 2, 2, "local", 0)


def report(story: Telling | None = None) -> dict[str, Any]:
    run = gather((story or usual()).recorded())["r1"]
    return train_report(run, Head(130, b"\x01" * 32), 2)


def finished(points: float | None, arm: str = "train", phase: str = "train") -> dict[str, Any]:
    return {"index": 0, "phase": phase, "arm": arm, "points": points, "tokens": 5, "cost_usd": 0.25}


def test_the_summary_shows_every_part_of_the_session() -> None:
    text = summary(report(), maxima={"identification": 40, "root_cause": 60})
    for part in (
        "Run r1 finished after 118 s",
        "4 of 4 finished, 1 cut off by a limit",
        "53.8 of 100 (95 %:",
        "+57.5: 25.0 in the first wave, 82.5 in the last",
        "identification            21.5 of 40 ████████████████",
        "A       1  ████████",
        "2 in printer@2 (3 added, 1 revised, 1 retired)",
        "3 pairs: +23.3 (95 %:",
        "gold 100.0, nothing 0.0",
        "$0.16, 1,600 tokens in, 320 out",
        "What next",
    ):
        assert part in text


def test_a_name_from_outside_cannot_steer_the_terminal() -> None:
    story = Telling().start(3)
    for index in range(3):
        story.episode(index, 50.0, tags={"machine": "\x1b]0;owned\x07\x1b[2Jender\u202e_3\r\n"})
    assert "\x1b" not in summary(report(story))
    assert "ender_3" in summary(report(story))
    assert safe("a\x1b[31mb\x1b[0m\x9b1mc\x00\x08\r\nd\te\ud800") == "ab1mc\nd\te"
    assert safe("\x1b]8;;http://x\x07link\x1b]8;;\x07") == "link"
    assert safe("Pipe | ] P ^ stays \x07") == "Pipe | ] P ^ stays "
    assert line("a\n  b\tc", 4) == "a b…"


def test_the_summary_shows_the_ablation_and_the_held_out_arms_beside_each_other() -> None:
    story = Telling().start(4).accept("add").wave(1, "held_out", 1, 9)
    for index in range(3):
        for arm, points in (("without", 10.0), ("with", 90.0), ("shuffled", 5.0 + index)):
            story.episode(index, points, wave=1, phase="held_out", arm=arm, scenario=f"h{index}")
    text = summary(report(story.finish()))
    assert "with its conclusions shuffled 6.0, that is -4.0 (95 %:" in text
    assert "Weakest held out with the book\n" in text
    assert "    machine ender_3           90.0, without it 10.0       n 3    solved 100 %" in text


def test_a_run_without_learning_says_so_beside_its_difference() -> None:
    story = Telling().start(2, learning=False).episode(0, 20.0).episode(1, 30.0, wave=1).wave(2, "held_out", 0, 4)
    for index in range(2):
        for arm in ("without", "with"):
            story.episode(index, 10.0 * index, wave=2, phase="held_out", arm=arm, scenario=f"h{index}")
    told = report(story.finish())
    text = summary(told)
    assert (told["learned"], told["held_out"]["difference"], told["held_out"]["ci95"]) == (False, 0.0, [0.0, 0.0])
    assert "nothing was learned in this run" in text
    assert "2 pairs: +0.0 (95 %: 0.0 to 0.0) with the book" in text
    assert advise(told)[0].startswith("Nothing was learned")


def test_an_evaluation_names_what_was_lost() -> None:
    run = gather(usual().recorded())["r1"]
    text = evaluation_summary(evaluation_report(run, against=True))
    assert "Evaluated printer@2 on 3 scenarios: 66.7 of 100" in text
    assert "difference +23.3" in text
    assert "lost       h2" in text


def test_advice_follows_the_interval() -> None:
    base = report()
    unsure = [s for s in advise(base) if "cannot be told from 3 pairs" in s]
    assert unsure
    for interval, said in (([2.0, 9.0], "at least 2.0 points"), ([-9.0, -2.0], "The book harms"), (None, "One pair")):
        assert any(said in s for s in advise({**base, "held_out": {**base["held_out"], "ci95": interval}}))
    assert any("Nothing was held out" in s for s in advise({**base, "held_out": None}))


def test_advice_names_the_weak_part_the_limits_and_the_trend() -> None:
    story = Telling().start(12)
    for index in range(12):
        weak = index % 2
        tags = {"machine": "voron" if weak else "ender_3"}
        story.episode(
            index, 20.0 if weak else 90.0, wave=index // 3, how="truncated" if weak else "terminated", tags=tags
        )
    said = advise(report(story))
    assert any("Weakest: machine voron with 20.0 over 6 episodes" in s for s in said)
    assert any("6 of 12 episodes ran into the limit" in s for s in said)
    rising = report(story)
    rising["score"]["by_wave"] = [10.0, 20.0, 40.0, 60.0]
    assert any("Scores still rose by 20.0" in s for s in advise(rising))
    rising["score"]["by_wave"] = [10.0, 60.0, 61.0, 60.0]
    assert any("levelled off" in s for s in advise(rising))


def test_a_pipe_gets_one_plain_line_a_wave() -> None:
    stream = io.StringIO()
    with watching(stream) as observer:
        observer.run_started(PLAN)
        observer.wave_started(0, "train", 2)
        observer.episode_finished(finished(40.0))
        observer.episode_finished(finished(60.0))
        observer.episode_finished(finished(None))
        observer.skillbook_changed(1, 3, 0, 1)
        observer.wave_finished(0, "train")
        observer.note("a worker was replaced\x1b[2J")
        observer.run_finished("r1", "finished")
    assert opening(PLAN).startswith("Run r1: apprentice at the printer, skillbook printer@0, 4 episodes in 2 waves")
    assert stream.getvalue().splitlines() == [
        opening(PLAN),
        "Practise 1: 2 episodes, score 50.0 ±19.6, 1 failed, $0.75, book version 1: 3 added, 1 retired",
        "a worker was replaced",
    ]


def test_the_comparison_is_watched_arm_by_arm() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.wave_started(1, "held_out", 3)
    for arm, points in (("with", 80.0), ("without", 30.0), ("baseline:gold", 100.0)):
        lines.episode_finished(finished(points, arm, "held_out"))
    lines.wave_finished(1, "held_out")
    assert "without 30.0, with 80.0" in stream.getvalue()


def test_bars_move_with_the_episodes_and_not_with_the_baselines() -> None:
    stream = io.StringIO()
    bars = Bars(stream)
    bars.run_started(PLAN)
    bars.wave_started(0, "train", 2)
    bars.episode_finished(finished(40.0))
    bars.episode_finished(finished(90.0, "baseline:gold", "held_out"))
    bars.run_finished("r1", "finished")
    bars.close()
    assert "1/4" in stream.getvalue()
    assert "0/6" in stream.getvalue()


def test_running_figures_agree_with_those_of_the_whole() -> None:
    running = Running()
    values = [3.0, 8.5, 90.0, 41.0]
    for value in values:
        running.add(value)
    assert running.mean == sum(values) / 4
    assert abs((running.squares / 3) ** 0.5 - deviation(values)) < 1e-9


def test_a_row_of_columns_has_one_a_value() -> None:
    assert spark([0.0, 50.0, 100.0]) == "▁▄█"
