"""The serial line: what is cut, counted, checked and asked for again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.printer.wire.framing import LONGEST, Accepted, LineReader, Numbering, Refused, emergency, numbered


def admitted(*lines: str) -> tuple[Numbering, list[Accepted | Refused]]:
    numbering = Numbering()
    return numbering, [numbering.admit(line) for line in lines]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8))
def test_the_pieces_in_which_bytes_arrive_make_no_difference(data: bytes, cuts: list[int]) -> None:
    pieces, reader = [], LineReader()
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(data)], strict=True):
        pieces += reader.feed(data[begin:end])
    assert pieces == list(LineReader().feed(data))


def test_an_endless_line_takes_no_memory() -> None:
    reader = LineReader()
    for _ in range(1000):
        assert list(reader.feed(b"G1X1" * 1000)) == []
    assert len(reader._line) == LONGEST
    assert [len(line) for line in reader.feed(b"\nM105\n")] == [LONGEST, 4]


def test_comments_and_blank_lines_are_left_out() -> None:
    assert list(LineReader().feed(b"\r\n  \nG28 ; all of it\r\n; nothing\nM105\n")) == ["G28", "M105"]


def test_printcores_negative_numbers_are_numbers() -> None:
    numbering, found = admitted("N-1 M110 N-1*125", "N0 M105*39")
    assert found == [Accepted("M110 N-1"), Accepted("M105")]
    assert numbering.last == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("N1 M105*40", "Error:checksum mismatch, Last Line: 0"),
        ("N1 M105*", "Error:checksum mismatch, Last Line: 0"),
        ("N1 M105", "Error:No Checksum with line number, Last Line: 0"),
        (numbered(2, "M105"), "Error:Line Number is not Last Line Number+1, Last Line: 0"),
        (numbered(0, "M105"), "Error:Line Number is not Last Line Number+1, Last Line: 0"),
    ],
)
def test_a_damaged_line_is_asked_for_again_by_its_number(line: str, says: str) -> None:
    numbering, (refused,) = admitted(line)
    assert refused == Refused((says, "Resend: 1", "ok"))
    assert numbering.admit(numbered(1, "M105")) == Accepted("M105")


def test_m110_sets_the_count_wherever_its_number_stands() -> None:
    for line in ("M110 N41", numbered(41, "M110"), numbered(7, "M110 N41")):
        numbering, _ = admitted(line)
        assert numbering.admit(numbered(42, "G28")) == Accepted("G28")


@given(st.integers(-5, 10**6), st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="*;N")))
def test_what_a_host_numbers_is_understood(number: int, command: str) -> None:
    numbering = Numbering()
    numbering.last = number - 1
    assert numbering.admit(numbered(number, "G" + command)) == Accepted(("G" + command).strip())


@pytest.mark.parametrize("line", ["M112", "N7 M112*4", "  M112", "N-1 M112", "M108", "N3 M410*1"])
def test_an_emergency_is_seen_in_any_dress(line: str) -> None:
    assert emergency(line.strip())


@pytest.mark.parametrize("line", ["M1120", "M117 M112", "G28", "N5 M117 M112*3", "m112"])
def test_and_only_an_emergency_is_one(line: str) -> None:
    assert emergency(line) == ""
