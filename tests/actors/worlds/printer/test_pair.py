"""Faults that act on each other: together they show what neither shows alone, hide each other, or follow."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from actors.worlds.printer import generator, repair
from actors.worlds.printer.datafile import OWN, DataInvalid
from actors.worlds.printer.gcode import models, program
from actors.worlds.printer.gcode.deposit import deposit
from actors.worlds.printer.pair import Pair, pairs
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import causes

LISTED = [(5, 13), (36, 7), (36, 25), (20, 21), (26, 25), (14, 15), (12, 1), (23, 9), (30, 19), (13,)]
"""Pairs of rows of the symptom matrix that are worth generating."""
ACTING = [name for name, pair in pairs().items() if pair.kind != "follows"]
FOLLOWING = [name for name, pair in pairs().items() if pair.kind == "follows"]


def plain(model: str, seed: int) -> VirtualPrinter:
    """A printer of which every part is exactly as it should be."""
    printer = VirtualPrinter(model, seed=seed)
    printer.values.update({name: known.healthy for name, known in printer.machine.parameters.items()})
    return printer


def state(pair: Pair, values: dict[str, float], seed: int) -> str:
    """The state of the pair's sign on a machine with these values."""
    printer = plain(pair.machine, seed)
    printer.values.update(values)
    if pair.sign == "file/bands":
        machine = printer.machine
        file = program.take(models.lines_of("cube", machine), machine)
        bands = deposit(machine, printer.values, file, random.Random(seed)).bands
        return bands[0].cause if bands else "normal"
    return printer.print_test("long").state(pair.sign.rpartition("/")[2])


def test_every_listed_pair_is_there() -> None:
    assert sorted(pair.rows for pair in pairs().values()) == sorted(LISTED)


@pytest.mark.parametrize("name", ACTING)
def test_together_they_show_what_neither_shows_alone_or_hide_it(name: str) -> None:
    pair = pairs()[name]
    parts = [{key: pair.slight[key] for key in causes()[cause].effects if key in pair.slight} for cause in pair.causes]
    assert all(parts)
    assert {**parts[0], **parts[1]} == pair.slight
    for seed in (3, 4) if pair.sign != "file/bands" else (3,):
        alone = tuple(state(pair, part, seed) for part in parts)
        assert (alone, state(pair, pair.slight, seed)) == (pair.alone, pair.together)


@pytest.mark.parametrize("name", FOLLOWING)
def test_work_on_the_first_brings_about_the_second(name: str) -> None:
    """Now and then, and never without that work."""
    pair = pairs()[name]
    tool, _, target = pair.after.partition(" ")
    upset = {key for cause in pair.causes for key in causes()[cause].effects}
    found: Counter[str] = Counter()
    for seed in range(150):
        printer = plain(pair.machine, seed)
        repair.carry_out(printer, tool, target)
        found.update(key for key in printer.out_of_order() if key in upset)
    assert any(2 <= found[key] <= 60 for key in upset - {target}), found


def hard(seed: int, count: int) -> list[dict[str, object]]:
    return [generator.generate(seed, index, "hard", held_out=False).key for index in range(count)]


def test_hard_cases_are_pairs_at_the_stated_share_and_easier_ones_never() -> None:
    keys = hard(1, 40)
    drawn = [key for key in keys if "pair" in key]
    assert 0.12 <= len(drawn) / len(keys) <= 0.5  # a share of 0.3, 40 cases
    for key in drawn:
        chosen = [fault["cause"] for fault in key["faults"]]
        assert tuple(chosen[:2]) == pairs()[str(key["pair"])].causes
    for level in ("easy", "medium"):
        assert all("pair" not in generator.generate(1, i, level, held_out=False).key for i in range(6))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gap_and_damp: {causes: [ptfe_tube.gap, spool.wet]}\n", r":1: gap_and_damp\.causes: there is no cause 'spool"),
        ("gap_and_damp: {slight: {ptfe_tube.hole: 1}}\n", r":1: gap_and_damp\.slight\.ptfe_tube\.hole: there is no"),
        ("gap_and_damp: {machine: idex_900}\n", r":1: gap_and_damp\.machine: it must be a model"),
        ("gap_and_damp: {after: clean nozzle}\n", r"gap_and_damp\.kind: what follows says `after`"),
        ("gap_and_damp: {kind: adds}\n", r":1: gap_and_damp\.kind"),
    ],
)
def test_what_is_not_in_order_is_refused_at_its_line(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pairs.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    with pytest.raises(DataInvalid, match=says):
        pairs.__wrapped__()
