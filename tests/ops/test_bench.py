"""A benchmark runs both sides in turn, lets one round go uncounted, and says in its status whether the aim is kept."""

import json

import pytest

from ops import cli
from ops.bench import agents, log, rounds
from ops.bench.rounds import Row, compare


def test_both_sides_take_turns_in_going_first_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def ours() -> int:
        order.append("ours")
        return 100

    def peer() -> int:
        order.append("peer")
        return 100

    row = compare("x", ours, peer, peer_name="p", unit="u/s", aim=0.0, rounds=2)
    assert order == ["peer", "ours", "ours", "peer", "peer", "ours"]
    assert (row.rounds, row.ok) == (2, True)


def test_the_ratio_is_the_median_of_the_rounds_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    speeds = iter([1.0, 1.0, 90.0, 10.0, 10.0, 20.0, 40.0, 10.0])
    monkeypatch.setattr(rounds, "_speed", lambda _: (next(speeds), 1.0))
    row = compare("x", lambda: 1, lambda: 2, peer_name="p", unit="u/s", aim=4.5, rounds=3)
    assert (row.ours, row.peer, row.ratio, row.ok, row.cpu_ratio) == (40.0, 10.0, 4.0, False, 1.0)


def test_the_log_is_measured_in_the_promised_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["bench", "log", "--rounds", "1", "--episodes", "1", "--json"]) in (0, 1)
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"machine", "rows"}
    assert len(found["rows"]) >= 12
    assert set(found["rows"][0]) >= {"work", "ours", "peer", "peer_name", "unit", "ratio", "aim", "ok", "rounds"}
    assert all(row["ours"] > 0 and row["peer"] > 0 for row in found["rows"][:8])


def test_a_missed_aim_is_status_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    row = Row("x", 1.0, 10.0, "p", "u/s", 0.1, 0.5, ok=False, rounds=1)
    monkeypatch.setattr(log, "compare_logs", lambda _rounds, _episodes, _grow: [row])
    assert cli.run(["bench", "log"]) == 1
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.ray
def test_waiting_agents_are_measured_beside_bare_asyncio_and_frames_beside_single_calls() -> None:
    """Tiny waits: the figures mean nothing here, but every row is measured, and Ray is left as it was found."""
    import ray  # noqa: PLC0415 - only this test asks Ray anything

    running = ray.is_initialized()
    rows = agents.compare_agents(rounds=1, agents=50, wait=0.01)
    assert [row.peer_name for row in rows] == [agents.UNFRAMED] * 2 + [agents.BARE] * 3
    assert all(row.ours > 0 and row.peer > 0 for row in rows)
    assert ray.is_initialized() == running


def test_skillbooks_are_measured_beside_what_is_promised_and_a_peer(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["bench", "skills", "--rounds", "1", "--skills", "300", "--json"]) in (0, 1)
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert len(rows) == 7
    assert {row["peer_name"] for row in rows} >= {"the promise", "ace-framework's way: a double loop"}
    assert all(row["ours"] > 0 and row["peer"] > 0 for row in rows)


def test_a_fleet_is_measured_beside_objects_memory_and_promises(capsys: pytest.CaptureFixture[str]) -> None:
    """Few printers: the figures mean little here, but every row is measured, and arrays beat objects all the same."""
    words = ["bench", "fleet", "--rounds", "1", "--printers", "300", "--hours", "20", "--json"]
    assert cli.run(words) in (0, 1)
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["unit"] for row in rows] == [*["printer-hours/s"] * 2, "printer-hours/core-s", "printers/MiB"]
    assert rows[0]["ratio"] > 2.0
    assert rows[3]["ok"]
