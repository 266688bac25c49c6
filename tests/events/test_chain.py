"""The hash chain notices every change to everything that is recorded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from events.chain import GENESIS, Trace, link
from events.event import Row

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
numbers = st.integers(0, 2**62)
cores = st.tuples(
    st.just(0),
    texts,
    numbers,
    st.none() | texts,
    texts,
    numbers,
    numbers,
    texts,
    st.none() | texts,
    st.binary(max_size=60),
)


def chained(bodies: list[tuple[object, ...]]) -> list[Row]:
    rows, value = [], GENESIS
    for position, body in enumerate(bodies, 1):
        core = (position, *body[1:])
        value = link(value, core)
        rows.append((*core, value))
    return rows  # type: ignore[return-value]


def problem_of(rows: list[Row]) -> tuple[int, str | None]:
    trace = Trace()
    for row in rows:
        if problem := trace.problem_with(row):
            return trace.position, problem
    return trace.position, None


@given(st.lists(cores, max_size=6))
def test_an_untouched_chain_holds_to_its_end(bodies: list[tuple[object, ...]]) -> None:
    assert problem_of(chained(bodies)) == (len(bodies), None)


@given(st.lists(cores, min_size=1, max_size=6), st.data())
def test_a_change_to_any_field_of_any_event_is_found_at_its_place(
    bodies: list[tuple[object, ...]], data: st.DataObject
) -> None:
    rows = chained(bodies)
    index, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(1, 10))
    other = data.draw(cores.map(lambda core: (*core, bytes(32))).filter(lambda row: row[column] != rows[index][column]))
    changed = [*rows[index][:column], other[column], *rows[index][column + 1 :]]
    good, problem = problem_of([*rows[:index], tuple(changed), *rows[index + 1 :]])  # type: ignore[list-item]
    assert good == index
    assert "changed" in str(problem)


@given(st.lists(cores, min_size=2, max_size=6), st.data())
def test_a_missing_event_is_found_at_its_place(bodies: list[tuple[object, ...]], data: st.DataObject) -> None:
    rows = chained(bodies)
    index = data.draw(st.integers(0, len(rows) - 2))
    good, problem = problem_of(rows[:index] + rows[index + 1 :])
    assert good == index
    assert "missing" in str(problem)


@given(st.lists(cores, min_size=2, max_size=6, unique=True), st.data())
def test_two_events_that_changed_places_are_found_at_the_first(
    bodies: list[tuple[object, ...]], data: st.DataObject
) -> None:
    rows = chained(bodies)
    index = data.draw(st.integers(0, len(rows) - 2))
    first, second = rows[index], rows[index + 1]
    rows[index], rows[index + 1] = (first[0], *second[1:]), (second[0], *first[1:])
    assert problem_of(rows)[0] == index


def test_the_rule_of_the_chain_is_what_the_store_says_it_is() -> None:
    """Anybody can recompute it: sha256 over the value before and one msgpack array."""
    core = (1, "run/1", 0, None, "RunPaused", 1, 5, "r1", None, b"\x81\xa6reason\xa1x")
    assert link(GENESIS, core).hex() == "f329de61ebc2ee7354c1bb27146b3b30791547a2e8f8ec47a86f320e8ed8b798"
