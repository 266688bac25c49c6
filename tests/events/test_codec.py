"""Payloads come back as they were, texts that cannot be stored are mended, unknown fields survive."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import pack, pack_fact, unpack
from events.event import Event, PackedEvent
from events.fact import FACTS
from events.facts import RunPaused

sound = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | sound | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(sound, inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_a_plain_value_comes_back_as_it_was(value: object) -> None:
    assert unpack(pack(value)) == value


@given(plain)
def test_the_same_value_gives_the_same_bytes(value: object) -> None:
    assert pack(unpack(pack(value))) == pack(value)


@given(st.text(st.characters()) | st.text(st.characters(categories=["Cs"])))
def test_any_text_at_all_can_be_stored_and_sound_text_is_not_touched(text: str) -> None:
    back = unpack(pack({"text": [text], text: 1}))
    back["text"][0].encode()
    if text.isprintable():
        assert back["text"] == [text]


def test_a_surrogate_pair_becomes_its_character_and_a_lone_half_the_mark_of_the_unreadable() -> None:
    assert unpack(pack("\ud83d\ude00 \ud83d")) == "\U0001f600 \ufffd"


def test_not_a_number_is_kept() -> None:
    assert math.isnan(unpack(pack(math.nan)))


@pytest.mark.parametrize("foreign", [object(), {1, 2}, 2**64])
def test_what_is_not_plain_is_refused(foreign: object) -> None:
    with pytest.raises((TypeError, OverflowError)):
        pack(foreign)


def test_fields_of_a_later_release_survive_read_and_write() -> None:
    later = pack({"reason": "x", "mood": {"joy": [1, 2.5]}})
    fact = FACTS.load("RunPaused", 1, unpack(later))
    assert pack_fact(fact) == later


def test_an_event_packs_itself() -> None:
    event = Event(RunPaused(reason="x"), causation="c", id="i")
    assert event.packed() == PackedEvent("RunPaused", 1, pack({"reason": "x"}), "c", "i")
    assert event.packed().packed() == event.packed()
