"""Sets of scenarios are found by name, whoever brought them; what cannot be loaded says why and harms no other set."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.worlds.port import Scenario
from actors.worlds.printer.casebook import to_scenario
from actors.worlds.printer.registry import Registry, seed_of
from actors.worlds.printer.scenario_file import read_scenarios, template

RECORDS = read_scenarios(template().encode(), "template.yaml")


def test_the_curated_set_is_there_from_the_start_with_its_metadata() -> None:
    (curated,) = Registry().sets()
    assert curated.name == "curated"
    assert curated.count == sum(curated.difficulties.values()) == sum(curated.machines.values()) >= 12
    assert curated.types["layer_shift"] >= 1
    assert curated.trouble == ""


def test_a_set_may_be_records_scenarios_a_function_or_a_file(tmp_path: Path) -> None:
    place = tmp_path / "mine.yaml"
    place.write_text(template(), encoding="utf-8")
    registry = Registry()
    registry.register("records", RECORDS)
    registry.register("function", lambda: RECORDS)
    registry.register("scenarios", [to_scenario(RECORDS[0], seed=seed_of("my-first-case"))])
    registry.register("file", place)
    loaded = [registry.load(name) for name in ("records", "function", "scenarios", "file")]
    assert all(one == loaded[0] and isinstance(one[0], Scenario) for one in loaded)
    assert loaded[0][0].key["seed"] == seed_of("my-first-case")
    assert registry.names() == ["curated", "file", "function", "records", "scenarios"]


def test_one_scenario_is_found_by_its_id() -> None:
    registry = Registry()
    registry.register("mine", RECORDS)
    assert [one.id for one in registry.load("my-first-case")] == ["my-first-case"]
    assert [one.id for one in registry.load("dead-after-moving")] == ["dead-after-moving"]


def test_who_changes_what_was_loaded_changes_nothing_for_others() -> None:
    registry = Registry()
    registry.load("curated")[0].brief["user"] = "spoiled"
    registry.load("curated").clear()
    assert registry.load("curated")[0].brief["user"] != "spoiled"


@pytest.mark.parametrize(
    ("name", "says"), [("curatd", "`curated`"), ("dead-after-movin", "`dead-after-moving`"), ("qqqq", "Sets: curated")]
)
def test_an_unknown_name_lists_near_matches(name: str, says: str) -> None:
    with pytest.raises(LookupError, match=f"no scenario or set is called `{name}`") as caught:
        Registry().load(name)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["", "Has Blank", "x" * 65, "../up", "curated"])
def test_a_name_that_is_impossible_or_taken_is_refused(name: str) -> None:
    registry = Registry()
    with pytest.raises(ValueError, match="set"):
        registry.register(name, RECORDS)
    assert registry.names() == ["curated"]


def broken() -> list[Scenario]:
    raise RuntimeError("no such disk")


@pytest.mark.parametrize(
    ("offer", "says"),
    [
        (broken, "no such disk"),
        (RECORDS + RECORDS, "occurs twice"),
        (["words"], "not str"),
        ("nowhere.yaml", "cannot be read"),
    ],
)
def test_a_set_that_cannot_be_loaded_says_why_and_harms_no_other(offer: object, says: str) -> None:
    registry = Registry()
    registry.register("mine", offer)  # type: ignore[arg-type] # what a careless author hands in
    with pytest.raises(LookupError, match="the set `mine` cannot be loaded") as caught:
        registry.load("mine")
    assert says in str(caught.value)
    assert {one.name: bool(one.trouble) for one in registry.sets()} == {"curated": False, "mine": True}
    assert registry.load("dead-after-moving")


def test_an_installed_package_offers_sets_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "cases_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cases-pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[journeyman.scenarios]\nshop = cases_pack:shop\nfile = cases_pack:FILE\ngone = cases_pack:gone\n"
    )
    (tmp_path / "cases.yaml").write_text(template(), encoding="utf-8")
    (tmp_path / "cases_pack.py").write_text(
        "from pathlib import Path\n"
        "from actors.worlds.printer.scenario_file import load_scenarios\n"
        "FILE = Path(__file__).parent / 'cases.yaml'\n"
        "def shop():\n    return load_scenarios(FILE)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry()
    assert registry.names() == ["curated", "file", "gone", "shop"]
    assert registry.load("shop") == registry.load("file")
    described = {one.name: one for one in registry.sets()}
    assert described["shop"].about == "offered by cases-pack"
    assert "gone" in described["gone"].trouble
    with pytest.raises(ValueError, match="there is a set `shop` already"):
        registry.register("shop", RECORDS)
