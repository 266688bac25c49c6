"""Moves are planned as firmware plans them: within every limit, without gaps, to the mm; at once or one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.worlds.printer.gcode.command import Command, parse
from actors.worlds.printer.gcode.limits import Limits
from actors.worlds.printer.gcode.live import LiveMotion
from actors.worlds.printer.gcode.modal import Held, Modal, Moved, Said, TargetSet, length
from actors.worlds.printer.gcode.planner import CRAWL, Profile, blocks, of_moves, plan
from actors.worlds.printer.machine import machines

ENDER = Limits.of(machines()["ender_3"])


def run(text: str, limits: Limits = ENDER, **state: object) -> tuple[Modal, list[object]]:
    modal = Modal(limits, **state)  # type: ignore[arg-type]
    commands = (parse(line) for line in text.splitlines())
    return modal, [event for one in commands if isinstance(one, Command) for event in modal.step(one)]


def moves(text: str, limits: Limits = ENDER) -> list[Moved]:
    return [event for event in run(text, limits)[1] if isinstance(event, Moved)]


def planned(text: str, limits: Limits = ENDER) -> Profile:
    found = moves(text, limits)
    return plan(of_moves(found, [limits] * len(found)))


def test_one_move_alone_is_a_trapezoid_that_can_be_checked_by_hand() -> None:
    # 100 mm/s at 500 mm/s2: 0.2 s and 10 mm on each ramp, 80 mm between
    assert planned("G1 X100 F6000").total == pytest.approx(0.2 + 0.8 + 0.2, rel=2e-3)
    # 4 mm are too short for 100 mm/s: a triangle up to sqrt(500 * 4)
    assert planned("G1 X4 F6000").total == pytest.approx(2 * math.sqrt(4 / 500), rel=5e-3)


def test_a_straight_line_in_pieces_takes_no_longer_than_in_one_and_a_corner_does() -> None:
    whole = planned("G1 X60 F3000").total
    assert planned("\n".join(f"G1 X{x} F3000" for x in range(10, 61, 10))).total == pytest.approx(whole, rel=1e-6)
    assert planned("G1 X30 F3000\nG1 Y30").total > whole + 0.02


def test_a_right_angle_is_passed_at_the_jerk_and_a_reversal_too() -> None:
    corner = planned("G1 X50 F3000\nG1 Y50")
    assert corner.entry[1] == pytest.approx(10.0)  # both axes change by their speed at once: 10 mm/s
    back = planned("G1 X50 F3000\nG1 X0")
    assert back.entry[1] == pytest.approx(10.0)


def test_junction_deviation_takes_the_place_of_jerk() -> None:
    limits = ENDER.changed(Command("M205", {"J": 0.02}))
    corner = planned("G1 X50 F3000\nG1 Y50", limits)
    half = math.sin(math.pi / 4)
    assert corner.entry[1] == pytest.approx(math.sqrt(500 * 0.02 * half / (1 - half)), rel=1e-6)


def test_within_a_buffer_of_tiny_moves_the_head_must_be_able_to_stop() -> None:
    tiny = planned("\n".join(f"G1 X{k / 20:.2f} F18000" for k in range(1, 2000)))
    assert tiny.peak.max() < math.sqrt(2 * 500 * 16 * 0.05) + 1  # 16 blocks of 0.05 mm, not the whole line


def test_a_slow_axis_holds_back_the_whole_move() -> None:
    assert planned("G1 X10 Z10 F6000").peak.max() == pytest.approx(5.0 * math.sqrt(2.0))


def test_settings_of_motion_reach_the_moves() -> None:
    modal, _ = run("M201 X1000 Y900\nM203 Z12 E0\nM204 P800 T1200\nM205 X8\nM220 S50\nM221 S90")
    limits = modal.limits
    assert (limits.acceleration[:2], limits.feed[2:], limits.printing, limits.travelling) == (
        (1000.0, 900.0),
        (12.0, 25.0),
        800.0,
        1200.0,
    )
    assert limits.jerk == (8.0, 10.0, 0.3, 5.0)
    (_, move) = run("M220 S50\nM221 S90\nG92 E0\nG1 X1 F600\nG1 X2 E1")[1]
    assert isinstance(move, Moved)
    assert (move.feed, move.delta) == (5.0, (1.0, 0.0, 0.0, 0.9))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("G1 X10 Y5\nG1 X5", (5, 5, 0, 0)),
        ("G91\nG1 X10 E1\nG1 X5 E1", (15, 0, 0, 2)),
        ("M83\nG1 X10 E1\nG1 X5 E1", (5, 0, 0, 2)),
        ("G20\nG1 X1", (25.4, 0, 0, 0)),
        ("G1 X10 E2\nG92 X0 E0\nG1 X5 E1", (15, 0, 0, 3)),
        ("G1 X10\nG92 X0\nG28\nG1 Y5", (0, 5, 0, 0)),
        ("G90\nM83\nG91\nM82\nG1 X1 E1\nG1 X1 E1", (2, 0, 0, 1)),
        ("G10\nG11", (0, 0, 0, 0)),
        ("G10\nG10", (0, 0, 0, -3)),
        ("G1 X10\nG3 X-10 Y0 I-10 J0 E5", (-10, 0, 0, 5)),
    ],
)
def test_where_the_head_is_follows_from_what_was_said_before(text: str, where: tuple[float, ...]) -> None:
    assert run(text)[0].position == pytest.approx(where)


@pytest.mark.parametrize(
    ("text", "miles"),
    [
        ("G1 X10\nG2 X-10 I-10", 10 * math.pi),
        ("G1 X10\nG3 X10 I-10", 20 * math.pi),
        ("G1 X10\nG2 X0 Y10 R10", 5 * math.pi),
        ("G1 X10\nG2 X0 Y10 R-10", 15 * math.pi),
        ("G1 X10\nG3 X0 Y10", math.sqrt(200)),
    ],
)
def test_an_arc_is_as_long_as_an_arc(text: str, miles: float) -> None:
    found = moves(text)
    assert sum(length(move.delta) for move in found[1:]) == pytest.approx(miles, rel=2e-3)


def test_soft_endstops_hold_a_homed_head_over_the_bed() -> None:
    state, _ = run("G28\nG1 X500 Y-20", size=(235.0, 235.0))
    assert state.position[:2] == [235.0, 0.0]
    assert run("G1 X500", size=(235.0, 235.0))[0].position[0] == 500.0


def test_the_firmware_says_why_it_feeds_nothing() -> None:
    assert Said("echo: cold extrusion prevented") in run("G1 X1 E1", cold=True)[1]
    assert Said("echo: too long extrusion prevented") in run("G1 E500")[1]


def test_set_points_and_waits_are_told() -> None:
    _, events = run("M140 S60\nM109 S210\nM106 S127.5\nM107\nG4 P500\nG28 X\nM104 S-5\nM106 P1 S255")
    assert events[:5] == [
        TargetSet("bed", 60.0),
        TargetSet("hotend", 210.0),
        Held("hotend"),
        TargetSet("fan", 0.5),
        TargetSet("fan", 0.0),
    ]
    assert events[5] == Held("dwell", 0.5)
    assert [type(event) for event in events[6:]] == [Held]


def test_each_tool_has_a_set_point_of_its_own() -> None:
    _, events = run("M104 T1 S190\nM109 S210\nT1\nM104 T0 S0\nT0")
    assert events == [
        TargetSet("hotend", 210.0),
        Held("hotend"),
        TargetSet("hotend", 190.0),
        TargetSet("hotend", 0.0),
    ]


PATHS = st.lists(
    st.tuples(
        st.floats(0, 200).map(lambda v: round(v, 3)),
        st.floats(0, 200).map(lambda v: round(v, 3)),
        st.sampled_from([0.0, 0.0, 0.2, 5.0]),
        st.floats(-5, 5).map(lambda v: round(v, 4)),
        st.sampled_from([60, 1200, 9000, 60000]),
    ),
    min_size=1,
    max_size=60,
)


def gcode(path: list[tuple[float, float, float, float, int]]) -> str:
    return "M83\n" + "\n".join(f"G1 X{x} Y{y} Z{z} E{e} F{f}" for x, y, z, e, f in path)


@settings(max_examples=60, deadline=None)
@given(PATHS, st.booleans())
def test_any_path_is_continuous_within_its_limits_and_as_long_as_it_was_drawn(
    path: list[tuple[float, float, float, float, int]], deviation: bool
) -> None:
    limits = ENDER.changed(Command("M205", {"J": 0.05})) if deviation else ENDER
    found = moves(gcode(path), limits)
    if not found:
        return
    profile = plan(of_moves(found, [limits] * len(found)))
    assert (profile.seconds > 0).all()
    assert np.allclose(profile.entry[1:], profile.leave[:-1])
    assert np.allclose(profile.begin[1:], profile.end[:-1])
    speed = np.abs(profile.delta) / profile.distance[:, None] * profile.peak[:, None]
    assert (speed <= np.maximum(np.array(limits.feed), CRAWL) * (1 + 1e-9)).all()
    gained = np.abs(profile.leave**2 - profile.entry**2)
    assert (gained <= 2 * profile.acceleration * profile.distance + 1e-6).all()
    assert profile.distance.sum() == pytest.approx(sum(length(move.delta) for move in found))
    # what was driven is what was drawn: entry, peak and leave enclose exactly the distance
    assert np.allclose(
        [profile.at(float(t))[:3] for t in profile.end], (profile.start + profile.delta)[:, :3], atol=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(PATHS)
def test_the_head_never_jumps(path: list[tuple[float, float, float, float, int]]) -> None:
    found = moves(gcode(path))
    if not found:
        return
    profile = plan(of_moves(found, [ENDER] * len(found)))
    times = np.linspace(0, profile.total, 400)
    where = np.array([profile.at(float(t))[:3] for t in times])
    steps = np.sqrt((np.diff(where, axis=0) ** 2).sum(axis=1))
    assert (steps <= profile.peak.max() * (times[1] - times[0]) + 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(PATHS, st.lists(st.floats(0, 2), min_size=1, max_size=20))
def test_one_by_one_the_head_never_jumps_and_ends_where_it_was_sent(
    path: list[tuple[float, float, float, float, int]], gaps: list[float]
) -> None:
    motion, now, last = LiveMotion(), 0.0, (0.0, 0.0, 0.0)
    found = moves(gcode(path))
    for move, gap in zip(found, itertools.cycle(gaps), strict=False):
        motion.push(move, ENDER, now)
        for part in range(1, 6):
            here = motion.position(now + gap * part / 5)[:3]
            assert math.dist(here, last) <= 1000.0 * gap / 5 + 1e-6
            last = here
        now += gap
    end = max(motion.ends, now)
    drawn = [s + d for s, d in zip(found[-1].start, found[-1].delta, strict=True)] if found else [0.0] * 4
    assert motion.position(end + 1e-6) == pytest.approx(drawn)
    assert not motion.moves(end + 1e-6)


def test_one_by_one_a_full_buffer_gives_the_times_of_the_whole_file() -> None:
    text = "\n".join(f"G1 X{40 + 30 * math.cos(k / 9):.3f} Y{40 + 30 * math.sin(k / 9):.3f} F3600" for k in range(200))
    found, motion, now = moves(text), LiveMotion(), 0.0
    for move in found:
        while motion.free(now) == 0:
            now += 0.005
        motion.push(move, ENDER, now)
    assert motion.ends == pytest.approx(planned(text).total, rel=0.03)


def test_a_stop_leaves_the_head_where_it_is() -> None:
    motion = LiveMotion()
    for move in moves("G1 X100 F6000\nG1 Y100"):
        motion.push(move, ENDER, 0.0)
    here = motion.stop(0.7)
    assert 0.0 < here[0] < 100.0
    assert motion.position(5.0) == here
    motion.set_rest((0.0, 0.0, 0.0, 0.0), 5.0)
    motion.push(moves("G1 X1")[0], ENDER, 5.0)
    with pytest.raises(ValueError, match="moves"):
        motion.set_rest((0.0, 0.0, 0.0, 0.0), 5.0)


def test_planning_a_hundred_thousand_moves_needs_no_loop() -> None:
    n = 100_000
    delta = np.tile([[0.5, 0.1, 0.0, 0.02], [0.5, -0.1, 0.0, 0.02]], (n // 2, 1))
    start = np.cumsum(delta, axis=0) - delta
    every = np.full(n, 50.0)
    profile = plan(blocks(start, delta, every, every * 10, [ENDER], np.zeros(n, dtype=np.intp)))
    assert profile.total == pytest.approx(profile.distance.sum() / 50.0, rel=0.01)
