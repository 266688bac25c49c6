"""A scenario file is read whole, or refused with every mistake named by file, line and field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.printer.problem import ProblemSeverity
from actors.worlds.printer.record import Record
from actors.worlds.printer.scenario_file import ScenarioFileInvalid, load_scenarios, read_scenarios, template

VALID = """\
scenarios:
  - id: one
    title: Shifted layers
    source: a workshop
    difficulty: easy
    printer_type: ender_3
    user_description: The upper half stands beside the lower half.
    symptoms:
      - layers shifted to the left
    actual_problems:
      - type: layer_shift
        root_cause: pulley_x.loose
        severity: major
    solution_summary: Tightened the grub screw.
    lesson: Feel for play between shaft and pulley.
"""


def refused(text: str | bytes, name: str = "cases.yaml") -> list[tuple[int, str, str]]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(ScenarioFileInvalid) as caught:
        read_scenarios(data, name)
    assert all(problem.file == name for problem in caught.value.problems)
    return [(problem.line, problem.field, problem.text) for problem in caught.value.problems]


def test_the_template_is_valid_as_it_stands() -> None:
    (record,) = read_scenarios(template().encode(), "template.yaml")
    assert record.actual_problems[0].root_cause == "filament.wet"
    assert "corexy_enclosed" in template()


def test_a_valid_file_gives_typed_records(tmp_path: Path) -> None:
    place = tmp_path / "cases.yaml"
    place.write_text(VALID, encoding="utf-8")
    (record,) = load_scenarios(place)
    assert (record.id, record.printer_type, record.symptoms) == ("one", "ender_3", ("layers shifted to the left",))
    assert record.actual_problems[0].severity is ProblemSeverity.MAJOR


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_and_a_bare_list_read_like_yaml(indent: int | str | None) -> None:
    plain = yaml.safe_load(VALID)
    wanted = read_scenarios(VALID.encode(), "a.yaml")
    assert read_scenarios(json.dumps(plain, indent=indent).encode(), "a.json") == wanted
    assert read_scenarios(json.dumps(plain["scenarios"], indent=indent).encode(), "a.JSON") == wanted
    assert read_scenarios(b"\xef\xbb\xbf" + yaml.safe_dump(plain["scenarios"]).encode(), "a.yml") == wanted


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("root_cause", "loose pulley", "pulley_x.loose"),
        ("root_cause", "Loose grub screw on X", "pulley_x.loose"),
        ("root_cause", "loose grub-screw on the X-axis motor pulley", "pulley_x.loose"),
        ("root_cause", "pulley-y_loose", "pulley_y.loose"),
        ("printer_type", "Ender 3", "ender_3"),
        ("printer_type", "Creality Ender 3", "ender_3"),
        ("printer_type", "ENDER-3", "ender_3"),
        ("printer_type", "CoreXY", "corexy_enclosed"),
        ("type", "Layer Shift", "layer_shift"),
        ("severity", "Major", "major"),
    ],
)
def test_titles_and_aliases_stand_for_ids(field: str, written: str, meant: str) -> None:
    lines = [re.sub(rf"\b(?<!_){field}: .*", f"{field}: {written}", line) for line in VALID.splitlines()]
    (record,) = read_scenarios("\n".join(lines).encode(), "a.yaml")
    assert meant in {record.printer_type, *record.actual_problems[0].model_dump().values()}


def test_a_type_settles_an_otherwise_ambiguous_cause() -> None:
    text = VALID.replace("layer_shift", "stringing").replace("pulley_x.loose", "temperature too high")
    assert read_scenarios(text.encode(), "a.yaml")[0].actual_problems[0].root_cause == "slicer.too_hot"


def test_ambiguous_words_list_the_candidates() -> None:
    ((line, field, text),) = refused(VALID.replace("pulley_x.loose", "grub screw loose"))
    assert (line, field) == (12, "scenarios[0].actual_problems[0].root_cause")
    assert "pulley_x.loose, pulley_y.loose" in text


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ("lesson:", "lessen:", 15, "scenarios[0].lessen", "did you mean `lesson`"),
        ("severity: major", "severity: majr", 13, "scenarios[0].actual_problems[0].severity", "did you mean `major`"),
        ("difficulty: easy", "difficulty: trivial", 5, "scenarios[0].difficulty", "Allowed: easy, medium, hard"),
        ("ender_3", "endr 3", 6, "scenarios[0].printer_type", "did you mean `ender_3`"),
        ("ender_3", "delta", 6, "scenarios[0].printer_type", "Allowed: ender_3, "),
        ("layer_shift", "layer_shft", 11, "scenarios[0].actual_problems[0].type", "did you mean `layer_shift`"),
        ("pulley_x.loose", "pully x loose", 12, "scenarios[0].actual_problems[0].root_cause", "`pulley_x.loose`"),
        (
            "pulley_x.loose",
            "filament.wet",
            12,
            "scenarios[0].actual_problems[0].root_cause",
            "belongs to the type `str",
        ),
        ("title: Shifted layers", "title: 17", 3, "scenarios[0].title", "put it in quotes"),
        ("title: Shifted layers", "title: 2024-01-01", 3, "scenarios[0].title", "this is a date"),
        ("title: Shifted layers", "title: [a]", 3, "scenarios[0].title", "this is a list"),
        ("title: Shifted layers", "title:", 3, "scenarios[0].title", "this is empty"),
        ("title: Shifted layers", 'title: "a\\nb"', 3, "scenarios[0].title", "one line"),
        ("title: Shifted layers", 'title: "a\\u0007b"', 3, "scenarios[0].title", "control character U+0007"),
        ("title: Shifted layers", "title: " + "x" * 300, 3, "scenarios[0].title", "200 are allowed"),
        (
            "symptoms:\n      - layers shifted to the left",
            "symptoms: none",
            8,
            "scenarios[0].symptoms",
            "must be a list",
        ),
        ("scenarios:", "scenario:", 1, "scenario", "did you mean `scenarios`"),
    ],
)
def test_each_mistake_names_its_line_and_field(old: str, new: str, line: int, field: str, says: str) -> None:
    found = refused(VALID.replace(old, new, 1))
    assert any(at == line and where == field and says in text for at, where, text in found), found


def test_a_part_that_the_model_lacks_names_models_that_have_it() -> None:
    text = VALID.replace("layer_shift", "probe_fault").replace("pulley_x.loose", "probe_servo.disconnected")
    ((line, field, said),) = refused(text)
    assert (line, field) == (12, "scenarios[0].actual_problems[0].root_cause")
    assert "`ender_3` has no `probe_servo`" in said
    assert "ender_3_bltouch" in said


def test_two_causes_of_the_same_parameter_cannot_hold_at_once() -> None:
    twice = VALID.replace(
        "    solution",
        "      - {type: layer_shift, root_cause: pulley_x.loose, severity: minor}\n    solution",
    )
    assert any("both set pulley_x.slack" in text for _, _, text in refused(twice))


def test_missing_fields_are_all_named() -> None:
    found = refused("- id: one\n  actual_problems: []\n")
    missing = {field.removeprefix("scenarios[0].") for _, field, text in found if text == "this field is missing"}
    assert missing == set(Record.model_fields) - {"id", "actual_problems"}
    assert any("0 entries" in text for _, _, text in found)


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_its_lines() -> None:
    second = VALID.removeprefix("scenarios:\n").replace("easy", "eazy").replace("ender_3", "endur")
    found = refused(VALID.replace("major", "mayor") + second)
    assert [field for _, field, _ in found] == [
        "scenarios[0].actual_problems[0].severity",
        "scenarios[1].id",
        "scenarios[1].difficulty",
        "scenarios[1].printer_type",
    ]
    assert "stands on line 2 already" in found[1][2]
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)


@pytest.mark.parametrize(
    ("data", "name", "line", "says"),
    [
        (b"", "a.yaml", 1, "empty"),
        (b"# nothing but a comment\n", "a.yaml", 1, "empty"),
        (b"  \n", "a.json", 1, "empty"),
        (b"scenarios:\n  - id: \xff\xfe\n", "a.yaml", 2, "not UTF-8"),
        (b"scenarios:\n  - id: 'open\n", "a.yaml", 3, "not YAML"),
        (b'{"scenarios": [\n  {"id": "x",}\n]}', "a.json", 2, "not JSON"),
        (b'{"a": 1}\n{"b": 2}', "a.json", 2, "not JSON"),
        (b"[NaN]", "a.json", 1, "not JSON"),
        (b"a: 1\n---\nb: 2\n", "a.yaml", 3, "second document"),
        (b"a: 1\nb: *x\n", "a.yaml", 2, "no finished anchor"),
        (b"&x [*x]\n", "a.yaml", 1, "no finished anchor"),
        (b"- id: a\n  id: b\n", "a.yaml", 2, "stands on line 1 already"),
        (b'[{"id": "a",\n"id": "b"}]', "a.json", 2, "stands on line 1 already"),
        (b"- !!python/object:os.system x\n", "a.yaml", 1, "not read here"),
        (b"a\x00b", "a.yaml", 1, "U+0000"),
        (b"[" * 100_000, "a.yaml", 1, "nested more than"),
        (b"[" * 100_000 + b"]" * 100_000, "a.json", 1, "nested more than"),
        (b'"\\uFFFFFFFF\\UFFFFFFFF"', "a.yaml", 1, "not YAML"),
        (b"just words", "a.yaml", 1, "a file holds `scenarios:`"),
        (b"id: x\nlesson: y\n", "a.yaml", 1, "a file holds `scenarios:`"),
        (b"scenarios: 5\n", "a.yaml", 1, "must be a list"),
        (b"[]", "a.json", 1, "holds no scenario"),
    ],
)
def test_what_is_no_scenario_file_is_refused_with_its_line(data: bytes, name: str, line: int, says: str) -> None:
    found = refused(data, name)
    assert any(at == line and says in text for at, _, text in found), found


def test_what_other_programs_share_by_anchors_is_read() -> None:
    plain = yaml.safe_load(VALID)["scenarios"][0]
    text = yaml.safe_dump([plain, {**plain, "id": "two"}])
    assert "*id001" in text
    assert [record.symptoms for record in read_scenarios(text.encode(), "a.yaml")] == [tuple(plain["symptoms"])] * 2


def test_a_file_that_unfolds_without_bound_is_refused_at_once() -> None:
    """A few hundred bytes of aliases to aliases would be 10^19 values if anybody copied them."""
    layers = [f"- &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 19)]
    assert refused("\n".join(["- &a0 [x, x, x, x, x, x, x, x, x, x]", *layers]))


def test_a_file_that_cannot_be_opened_is_a_message(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere.yaml", Path("a\0b")):
        with pytest.raises(ScenarioFileInvalid, match="cannot be read"):
            load_scenarios(place)


def loads_or_names_a_line(data: bytes, name: str) -> None:
    """The promise that the two property tests below keep."""
    problems = []
    try:
        assert read_scenarios(data, name)
    except ScenarioFileInvalid as invalid:
        problems = invalid.problems or [pytest.fail("refused without a reason")]
    last = data.count(b"\n") + data.count(b"\r") + data.count(b"\x85") + 2
    assert all(problem.file == name and 1 <= problem.line <= last and problem.text for problem in problems)


@given(
    st.sampled_from(["a.yaml", "a.json"]),
    st.integers(0, 800),
    st.integers(0, 40),
    st.one_of(st.binary(max_size=12), st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass"))),
)
def test_any_damage_to_the_bytes_of_a_file_is_answered(name: str, start: int, cut: int, put: bytes) -> None:
    """Any mutation gives a load or ScenarioFileInvalid with file and line; never another exception."""
    text = VALID if name == "a.yaml" else json.dumps(yaml.safe_load(VALID), indent=1)
    data = text.encode()
    loads_or_names_a_line(data[:start] + put + data[start + cut :], name)


ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, part in parts for path in paths(part, (*at, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@given(st.data())
def test_any_other_value_anywhere_is_answered(data: st.DataObject) -> None:
    """Whatever stands in the place of a value: a load, or a refusal that names file and line."""
    plain = yaml.safe_load(VALID)
    changed = put(plain, data.draw(st.sampled_from(paths(plain))), data.draw(ANY_VALUE))
    loads_or_names_a_line(json.dumps(changed, indent=1).encode(), "a.json")
    loads_or_names_a_line(yaml.safe_dump(changed).encode(), "a.yaml")
