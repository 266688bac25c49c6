"""What people call things is understood: every alias of the catalogue means one thing, or says which it may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.printer import vocabulary
from actors.worlds.printer.component import components
from actors.worlds.printer.machine import machines
from actors.worlds.printer.problem import causes, problems, type_of


@pytest.mark.parametrize("key", machines())
def test_each_name_of_a_model_means_that_model(key: str) -> None:
    for name in (key, machines()[key].name, *machines()[key].aliases):
        assert vocabulary.named_machine(name.upper()) == [key]


@pytest.mark.parametrize("key", problems())
def test_each_name_of_a_problem_type_means_that_type(key: str) -> None:
    for name in (key, problems()[key].title, *problems()[key].aliases):
        assert vocabulary.named_type(name.replace(" ", "-")) == [key]


@pytest.mark.parametrize("key", causes())
def test_each_name_of_a_cause_means_that_cause_once_its_type_is_known(key: str) -> None:
    part = components()[key.partition(".")[0]].name
    for name in (key, *causes()[key].aliases, f"{part}: {causes()[key].title}"):
        assert vocabulary.named_cause(name, type_=type_of(key)) == [key], name


def test_a_bare_title_that_two_causes_share_means_both() -> None:
    assert vocabulary.named_cause("grub screw loose") == ["pulley_x.loose", "pulley_y.loose"]


@pytest.mark.parametrize(
    ("text", "near"), [("damp fillament", "filament.wet"), ("thermister loose", "thermistor.loose")]
)
def test_a_slip_of_the_pen_is_unknown_and_near(text: str, near: str) -> None:
    assert vocabulary.named_cause(text) == []
    assert vocabulary.near_causes(text)[0] == near


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_be_looked_up(text: str) -> None:
    for named in (vocabulary.named_machine, vocabulary.named_type, vocabulary.named_cause):
        assert isinstance(named(text), list)
    for near in (vocabulary.near_machines, vocabulary.near_types, vocabulary.near_causes):
        assert len(near(text)) <= 3
