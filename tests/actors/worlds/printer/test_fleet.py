"""Printers age together as they age alone; hard use wears them faster; new and just repaired parts fail first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.worlds.printer.ageing import chance
from actors.worlds.printer.ageing.layout import layout
from actors.worlds.printer.ageing.record import Record
from actors.worlds.printer.fleet import Fleet
from actors.worlds.printer.machine import machines
from actors.worlds.printer.physics import wear
from actors.worlds.printer.physics.use import ORDINARY
from actors.worlds.printer.printer import VirtualPrinter

MODELS = list(machines())


def mixed(count: int) -> list[str]:
    return [MODELS[place % len(MODELS)] for place in range(count)]


@pytest.mark.parametrize("count", [1, 7, 2100])
def test_a_printer_has_the_same_history_alone_in_a_fleet_of_seven_and_in_thousands(count: int) -> None:
    """To the bit; 2,100 printers of one model are more than one block of the arrays."""
    fleet = Fleet(mixed(count) if count < 2100 else "prusa_mk3s", range(40, 40 + count))
    fleet.age(100.0)
    for place in {0, count // 2, count - 1}:
        taken = fleet.printer(place)
        alone = VirtualPrinter(taken.type, taken.seed)
        alone.simulate_printing(100.0)
        assert alone == taken
        assert alone.arisen == taken.arisen


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(8)), st.integers(1, 7))
def test_neither_order_nor_shards_matter(order: list[int], cut: int) -> None:
    whole = Fleet(mixed(8), range(8))
    whole.age(20.0)
    for part in (order[:cut], order[cut:]):
        shard = Fleet([MODELS[seed % len(MODELS)] for seed in part], part)
        shard.age(20.0)
        for place, seed in enumerate(part):
            assert shard.printer(place).values == whole.printer(seed).values


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_however_the_hours_are_split(sixteenths: list[int]) -> None:
    """To the bit where the parts add up without rounding (here sixteenths of an hour)."""
    once, often = VirtualPrinter("ender_3", 8), VirtualPrinter("ender_3", 8)
    once.simulate_printing(sum(sixteenths) / 16)
    for part in sixteenths:
        often.simulate_printing(part / 16)
    assert once == often


def test_a_tenth_of_an_hour_at_a_time_is_the_same_to_rounding() -> None:
    once, often = VirtualPrinter("voron_2_4", 8), VirtualPrinter("voron_2_4", 8)
    once.simulate_printing(20.05)
    for _ in range(401):
        often.simulate_printing(0.05)
    assert often.values == pytest.approx(once.values, rel=1e-9, abs=1e-12)


def test_a_printer_is_taken_out_repaired_and_put_back() -> None:
    fleet = Fleet("ender_3", range(5))
    fleet.age(200.0)
    taken = fleet.printer(3)
    taken.service()
    fleet.put_back(3, taken)
    fleet.age(50.0)
    taken.simulate_printing(50.0)
    again = fleet.printer(3)
    assert again.values == taken.values
    assert (fleet.hours[3], again.hours) == (250.0, 250.0)
    with pytest.raises(ValueError, match="place 2 belongs to ender_3 2, not to ender_3 3"):
        fleet.put_back(2, taken)


@pytest.mark.parametrize(
    ("types", "says"), [("ender", "unknown printer type 'ender'; known are ender_3"), (["ender_3"], "1 models for 2")]
)
def test_a_fleet_that_cannot_be_is_refused(types: str | list[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Fleet(types, [1, 2])
    with pytest.raises(ValueError, match="negative"):
        Fleet("ender_3", [1]).age(-1.0)


def test_shorter_steps_give_the_same_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps that printers take are short enough: finer ones change no mean by 2 % of its limits."""
    usual = Fleet("ender_3", range(300))
    usual.age(150.0)
    for name, hours in (("SHORTEST", 1 / 32), ("LONGEST", 1.0), ("UNSTEADY", 0.25), ("GROWING", 0.5)):
        monkeypatch.setattr(f"actors.worlds.printer.ageing.record.{name}", hours)
    fine = Fleet("ender_3", range(300))
    fine.age(150.0)
    limits = machines()["ender_3"].parameters
    for name in limits:
        if not limits[name].wander:
            width = limits[name].limits[1] - limits[name].limits[0]
            usual_mean, fine_mean = (np.clip(one.values(name), *limits[name].limits).mean() for one in (usual, fine))
            assert abs(usual_mean - fine_mean) < 0.02 * width, name


def early_and_late(repaired: bool) -> tuple[int, int]:
    """Failures that begin in the first 10 hours and in the 10 hours after 60, of 2,000 printers."""
    record = Record.new("ender_3", chance.keys(list(range(2000)), "ender_3"))
    if repaired:
        record.advance(40.0)
        record = record.present()
        record.renew(np.arange(2000), set(layout("ender_3").row.values()))
    begun = []
    for hours in (10.0, 50.0, 10.0):
        before = record.ages >= record.lives
        record.advance(hours)
        record = record.present()
        begun.append(int(((record.ages >= record.lives) & ~before).sum()))
    return begun[0], begun[2]


@pytest.mark.parametrize("repaired", [False, True])
def test_what_was_just_assembled_or_repaired_fails_more_often_than_what_has_settled(repaired: bool) -> None:
    early, later = early_and_late(repaired)
    assert early > 1.5 * later > 0


def test_wear_parts_fail_the_more_often_the_older_they_are() -> None:
    """Board fans: of those still running, more fail in an hour late than early."""
    plan = layout("ender_3")
    place = next(p for p, one in enumerate(plan.failures) if one.cause == "board_fan.worn")
    lives = Record.new("ender_3", chance.keys(list(range(8000)), "ender_3")).lives[place]
    worn_out = lives[lives > 200.0]
    young, old = 4000.0, 12000.0
    hazard = [((worn_out > at) & (worn_out < at + 1000.0)).sum() / (worn_out > at).sum() for at in (young, old)]
    assert hazard[1] > 2.0 * hazard[0]


def stressed(name: str, **changed: float) -> float:
    """The stress on a parameter with others set (`nozzle__clog` is `nozzle.clog`), or with another use."""
    machine = machines()["ender_3"]
    values = dict(VirtualPrinter("ender_3", seed=1).values)
    use = {key: value for key, value in changed.items() if "__" not in key}
    values.update({key.replace("__", "."): value for key, value in changed.items() if "__" in key})
    used = type(ORDINARY)(**{**vars(ORDINARY), **use})
    return wear.stress(machine, values, used, wear.strain(machine, values, used))[name]


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("nozzle.wear", {"abrasive": 1.0}),
        ("nozzle.char", {"nozzle": 240.0}),
        ("nozzle.char", {"ptfe_tube__gap": 1.5}),
        ("nozzle.clog", {"hotend_fan__wear": 0.9}),
        ("ptfe_tube.wear", {"nozzle": 240.0}),
        ("ptfe_tube.wear", {"thermistor__coupling": 0.9}),
        ("heater_wiring.resistance", {"heater_wiring__resistance": 2.0}),
        ("hotend_fan.lint", {"dust": 3.0}),
        ("hotend_fan.wear", {"hotend_fan__lint": 0.8}),
        ("drive_gear.dust", {"nozzle__clog": 0.6}),
        ("drive_gear.wear", {"nozzle__clog": 0.5}),
        ("filament.moisture", {"humidity": 0.8}),
        ("bed_surface.wear", {"probe__z_offset": -0.2}),
        ("belt_x.tension", {"belt_x__tension": 1.3}),
        ("pulley_x.slack", {"pulley_x__slack": 0.2}),
        ("guide_y.preload", {"guide_y__dirt": 2.0}),
        ("motor_x.torque", {"guide_x__dirt": 3.0}),
        ("mainboard.health", {"board_fan__wear": 0.9}),
        ("psu.resistance", {"room": 32.0}),
        ("thermistor_wiring.flex_break", {"strokes": 2.0}),
    ],
)
def test_what_is_hard_on_a_part_wears_it_faster(name: str, worse: dict[str, float]) -> None:
    assert stressed(name, **worse) > 1.2 * stressed(name)


def test_random_numbers_are_what_they_are_said_to_be() -> None:
    key = chance.keys(list(range(20000)), "x")
    even, bell = chance.uniform(key, np.uint64(5), np.uint64(0)), chance.normal(key, np.uint64(6), np.uint64(0))
    assert (0.0 < even.min() < 0.001, 0.999 < even.max() < 1.0) == (True, True)
    assert abs(even.mean() - 0.5) < 0.01
    assert abs(bell.mean()) < 0.03
    assert abs(bell.std() - 1.0) < 0.02
    assert abs(np.corrcoef(even, bell)[0, 1]) < 0.03
    assert abs(np.corrcoef(bell[1:], bell[:-1])[0, 1]) < 0.03
