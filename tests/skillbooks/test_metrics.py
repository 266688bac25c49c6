"""Every number of a run is a fold of the log, and does not depend on which worker was quicker."""

import random

import pytest

from events.event import RecordedEvent
from events.log import Head
from skillbooks.comparison import held_out
from skillbooks.metrics import per_fault
from skillbooks.reports import evaluation_report, run_line, train_report
from skillbooks.runs import Run, gather
from tests.recorded_run import Telling, usual

HEAD = Head(130, b"\x01" * 32)


def told(story: Telling) -> Run:
    return gather(story.recorded())[story.run]


def test_a_run_is_reported_in_the_promised_shape() -> None:
    report = train_report(told(usual()), HEAD, skills=2)
    assert (report["run"], report["status"]) == ("r1", "finished")
    assert report["episodes"] == {"asked": 4, "finished": 4, "truncated": 1, "failed": 0}
    assert report["score"]["by_wave"] == [25.0, 82.5]
    assert {name: report["score"][name] for name in ("mean", "first", "last", "trend", "n", "solved")} == {
        "mean": 53.75, "first": 25.0, "last": 82.5, "trend": 57.5, "n": 4, "solved": 0.5,
    }  # fmt: skip
    assert report["categories"] == {"identification": 21.5, "root_cause": 32.25}
    assert report["grades"] == {"A": 1, "B": 0, "C": 1, "D": 0, "F": 2}
    assert report["skillbook"] == {
        "name": "printer", "version": 2, "skills": 2, "sha256": usual().book.sha256,
        "added": 3, "revised": 1, "retired": 1,
    }  # fmt: skip
    cost, names = report["cost"], ("usd", "tokens_in", "tokens_out", "calls", "unpriced_calls", "lost_calls")
    assert {name: cost[name] for name in names} == {
        "usd": 0.16, "tokens_in": 1600, "tokens_out": 320, "calls": 16, "unpriced_calls": 0, "lost_calls": 0,
    }  # fmt: skip
    assert report["log"] == {"events": 130, "head": "01" * 32}
    assert report["seconds"] == len(usual().told) - 1


def test_the_comparison_is_paired_by_scenario_and_shows_who_flipped() -> None:
    report = held_out(told(usual()))
    assert report is not None
    assert (report["n"], report["without"], report["with"], report["difference"]) == (3, 43.33, 66.67, 23.33)
    assert report["ci95"][0] < 0 < report["ci95"][1]
    assert (report["solved_without"], report["solved_with"]) == (0.3333, 0.6667)
    assert (report["flips_won"], report["flips_lost"]) == (["h0", "h1"], ["h2"])
    assert report["baselines"] == {"gold": 100.0, "nothing": 0.0}


def test_the_shuffled_arm_is_held_against_the_arm_without() -> None:
    story = Telling().start()
    for index, (without, shuffled) in enumerate([(20.0, 10.0), (40.0, 70.0)]):
        for arm, points in (("without", without), ("with", 80.0), ("shuffled", shuffled)):
            story.episode(index, points, phase="held_out", arm=arm, scenario=f"h{index}")
    report = held_out(told(story))
    assert report is not None
    assert (report["shuffled"], report["solved_shuffled"], report["shuffled_difference"]) == (40.0, 0.5, 10.0)
    assert set(report["breakdowns"]) == {"without", "with", "shuffled"}
    assert report["breakdowns"]["with"]["machine"]["ender_3"]["mean"] == 80.0
    assert report["breakdowns"]["shuffled"]["faults"]["layer_shift"]["n"] == 2


def test_a_comparison_without_the_ablation_says_none() -> None:
    report = held_out(told(usual()))
    assert report is not None
    assert (report["shuffled"], report["solved_shuffled"], report["shuffled_ci95"]) == (None, None, None)


def test_the_list_counts_held_out_episodes_of_a_run_without_practice() -> None:
    story = Telling().start().episode(0, 50.0, phase="held_out", arm="with")
    story.episode(0, 100.0, phase="held_out", arm="baseline:gold")
    assert run_line(told(story))["episodes"] == 1


def test_a_pair_with_one_arm_missing_is_no_pair() -> None:
    story = Telling().start()
    story.episode(0, 50.0, phase="held_out", arm="with").episode(0, 40.0, phase="held_out", arm="without")
    story.episode(1, 99.0, phase="held_out", arm="with").episode(1, None, phase="held_out", arm="without", how="failed")
    report = held_out(told(story))
    assert report is not None
    assert (report["n"], report["with"], report["ci95"]) == (1, 50.0, None)


def test_an_episode_that_failed_outside_is_counted_and_not_scored() -> None:
    report = train_report(told(Telling().start(2).episode(0, 80.0).episode(1, None, how="failed")), HEAD, 0)
    assert report["episodes"] == {"asked": 2, "finished": 1, "truncated": 0, "failed": 1}
    assert (report["score"]["mean"], report["score"]["n"], report["held_out"]) == (80.0, 1, None)


def test_a_run_that_has_only_begun_has_a_report_without_inventions() -> None:
    report = train_report(told(Telling().start()), HEAD, 0)
    assert (report["status"], report["score"]["n"], report["score"]["ci95"], report["seconds"]) == (
        "running",
        0,
        None,
        0,
    )


def test_the_report_does_not_depend_on_the_order_in_which_episodes_came_in() -> None:
    """Shuffle the episodes, keeping each stream's own order: every number stays the same to the last digit."""
    story = usual()
    for index in range(40):
        story.episode(100 + index, 0.1 + index / 7, wave=1)
    events = list(story.recorded())
    streams: dict[str, list[RecordedEvent]] = {}
    for event in events:
        if event.category == "episode":
            streams.setdefault(event.stream, []).append(event)
    for seed in range(3):
        mixed = [events[0], *(e for e in events[1:] if e.category != "episode")]
        order = sorted(streams)
        random.Random(seed).shuffle(order)
        mixed += [event for stream in order for event in streams[stream]]
        assert train_report(gather(mixed)["r1"], HEAD, 1) == train_report(told(story), HEAD, 1)


def test_breakdowns_count_an_episode_under_each_of_its_faults() -> None:
    report = train_report(told(usual()), HEAD, 1)["breakdowns"]
    assert {value: part["n"] for value, part in report["faults"].items()} == {"layer_shift": 4, "stringing": 1}
    assert report["machine"]["voron"] == {
        "n": 1, "mean": 70.0, "ci95": None, "solved": 1.0, "solved_ci95": pytest.approx([0.2065, 1.0]),
    }  # fmt: skip
    assert per_fault(told(usual()).played("train")) == report["faults"]


def test_an_evaluation_is_reported_alone_and_against_another_book() -> None:
    alone = evaluation_report(told(usual()), against=False)
    assert (alone["n"], alone["mean"], alone["solved"]) == (3, 66.67, 0.6667)
    assert "against" not in alone
    against = evaluation_report(told(usual()), against=True)["against"]
    assert (against["mean"], against["difference"], against["flips_lost"]) == (43.33, 23.33, ["h2"])


def test_runs_are_kept_apart_and_listed_with_their_state() -> None:
    one, two = usual("r1"), Telling("r2").start(9).wave(0).episode(0, 10.0)
    runs = gather([*one.recorded(), *two.recorded()])
    assert [run_line(run)["run"] for run in runs.values()] == ["r1", "r2"]
    line = run_line(runs["r1"])
    assert (line["status"], line["episodes"], line["skillbook"]) == ("finished", 4, "printer@2")
    assert line["started"].startswith("2026-")
    assert run_line(runs["r2"])["status"] == "running"


def test_events_of_no_known_run_are_let_be() -> None:
    assert gather(list(usual().recorded())[1:]) == {}
