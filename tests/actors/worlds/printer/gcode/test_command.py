"""A line of G-code becomes a command, a refusal with its reason, or nothing; no bytes can make the reader raise."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.worlds.printer.gcode.command import LONGEST, Command, Refused, parse


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("G1 X10 Y-2.5 E.04 F1800", "G1", {"X": 10.0, "Y": -2.5, "E": 0.04, "F": 1800.0}),
        ("g1x10y-2.5", "G1", {"X": 10.0, "Y": -2.5}),
        ("G01 X 5. ; to the left", "G1", {"X": 5.0}),
        ("G28 X Y", "G28", {"X": 0.0, "Y": 0.0}),
        ("G92 E", "G92", {"E": 0.0}),
        ("G92.1", "G92.1", {}),
        ("N-1 M110 N-1*125", "M110", {"N": -1.0}),
        ("N12 G1 X1*97", "G1", {"X": 1.0}),
        ("G1 (not X9) X1 (nor Y9", "G1", {"X": 1.0}),
        ("(before) G1 X1", "G1", {"X": 1.0}),
        ("M106 S244.8\r\n", "M106", {"S": 244.8}),
        ("T1", "T1", {}),
        ("M73 P0 R20", "M73", {"P": 0.0, "R": 20.0}),
    ],
)
def test_words_are_read_as_firmware_reads_them(line: str, code: str, words: dict[str, float]) -> None:
    assert parse(line) == Command(code, words)


@pytest.mark.parametrize("line", ["", "  ", "\n", "; all comment", "(all comment)", "(", " ;G1 X1"])
def test_there_is_nothing_to_do_in_a_blank_line(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("M117 Layer 3 (of 9)", "Layer 3 (of 9)"),
        ("M118 A1 P0 done", "A1 P0 done"),
        ("M23 cube~1.gco", "cube~1.gco"),
        ('M862.3 P "MK3S"', 'P "MK3S"'),
        ("M486 ACube_id", "ACube_id"),
    ],
)
def test_text_is_kept_as_it_was_written(line: str, text: str) -> None:
    found = parse(line)
    assert isinstance(found, Command)
    assert found.text == text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("hello", "begins with G, M or T"),
        ("START_PRINT BED=60", "begins with G, M or T"),
        ("%", "begins with G, M or T"),
        ("G", "begins with G, M or T"),
        ("G12345 X1", "begins with G, M or T"),
        ("G1 X1,5", "',5' is no word"),
        ("G1 X1.2.3", "'.3' is no word"),
        ("G1 X--1", "'--1' is no word"),
        ("M104 S2,0; a slip", "',0' is no word"),
        ("G1 X" + "9" * 40, "beyond"),
        ("G1 X" + "9" * 400, "beyond"),
        ("G1 " + "X1 " * LONGEST, "at most"),
        ("G1 X\u0661", "is no word"),
    ],
)
def test_a_slip_is_refused_with_its_reason_and_never_guessed(line: str, says: str) -> None:
    found = parse(line)
    assert isinstance(found, Refused)
    assert says in found.reason
    assert len(found.line) <= 80


@given(st.text(max_size=200))
@example("\x00G1")
@example("G1" + " A" * 2000 + "!")
def test_no_text_makes_it_raise(line: str) -> None:
    found = parse(line)
    assert found is None or isinstance(found, Command | Refused)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    found = parse(raw.decode("latin-1"))
    assert found is None or isinstance(found, Command | Refused)


@given(
    st.sampled_from(["G0", "G1", "G92", "M104", "M205"]),
    st.dictionaries(st.sampled_from("XYZEFSP"), st.floats(-1e6, 1e6), max_size=5),
    st.sampled_from(["", " ", "  "]),
    st.booleans(),
)
def test_what_is_written_is_what_is_read(code: str, words: dict[str, float], gap: str, small: bool) -> None:
    line = gap.join([code, *(f"{letter}{value:.5f}" for letter, value in words.items())])
    found = parse(line.lower() if small else line)
    assert found == Command(code, {letter: float(f"{value:.5f}") for letter, value in words.items()})
