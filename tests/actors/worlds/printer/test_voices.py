"""Owners tell what can be noticed in many ways, and never name the cause by construction.

The rule that is tested: take away what is visible anyway (`VISIBLE`: the parts on which a print lies, which melt it or
are named by the printer's own error text). Then no phrasing, and no sentence around it, contains

* the alias of a root cause, or part and title of one, as words next to each other or as a set of words, nor
* the name or an alias of a part.

Suspects are exempt: they are drawn without a look at the truth, which a test below shows.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.worlds.printer import observe, voices
from actors.worlds.printer.component import components
from actors.worlds.printer.machine import machines
from actors.worlds.printer.problem import causes
from actors.worlds.printer.vocabulary import words

VISIBLE = frozenset({"nozzle", "filament", "bed_plate", "bed_surface", "probe", "probe_pin"})
IDS = tuple(voices.observations())
FORMS = [(key, phrasing) for key, one in voices.observations().items() for phrasing in one.all()]
AROUND = [
    (name, text)
    for name, voice in voices.voices().items()
    for part in (
        voice.opening,
        voice.first,
        voice.more,
        voice.work,
        voice.aside,
        voice.blame,
        voice.closing,
        voice.reply,
    )
    for text in part
]


def plainly(text: str) -> str:
    """A text as bare words with blanks around, to look for words next to each other."""
    return " " + " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split()) + " "


def accusations(text: str) -> list[str]:
    """What a text gives away under the rule above."""
    own, plain = words(text), plainly(text)
    found = []
    for key, cause in causes().items():
        part = components()[key.partition(".")[0]]
        named = [*cause.aliases, *(f"{name} {cause.title}" for name in (part.name, *part.aliases))]
        found += [f"{key}: {name}" for name in named if words(name) <= own or plainly(name) in plain]
    for key, part in components().items():
        if key not in VISIBLE:
            found += [f"{key}: {name}" for name in (part.name, *part.aliases) if plainly(name) in plain]
    return found


@pytest.mark.parametrize(("key", "phrasing"), FORMS)
def test_no_phrasing_names_a_cause_or_the_part_at_fault(key: str, phrasing: str) -> None:
    assert accusations(phrasing) == [], key


@pytest.mark.parametrize(("voice", "text"), AROUND)
def test_no_sentence_around_the_phrasings_names_a_cause_or_part(voice: str, text: str) -> None:
    assert accusations(text) == [], voice


def test_the_rule_catches_what_it_is_for() -> None:
    """Without this the two tests above might hold for want of looking."""
    assert accusations("the print is thin because of a clogged nozzle")
    assert accusations("layers shift, the grub screw of the x pulley")
    assert accusations("hairs everywhere, damp filament")


def test_there_are_enough_voices_and_ways_to_say_each_thing() -> None:
    assert len(voices.voices()) >= 8
    for key, one in voices.observations().items():
        assert 3 <= len(set(one.all())) <= 6, key
        assert any(" I " not in f" {phrase} " for phrase in one.novice), key


@given(
    st.sampled_from(sorted(voices.voices())),
    st.lists(st.sampled_from(IDS), min_size=1, max_size=8, unique=True),
    st.sampled_from([None, *voices.work_groups()]),
    st.integers(),
)
def test_a_voice_tells_something_true_and_nothing_else(
    voice: str, noticed: list[str], history: str | None, seed: int
) -> None:
    """At least one symptom, each a phrasing of something noticed and part of the text; same seed, same words."""
    text, told = voices.tell(voice, "Ender 3", noticed, history, Random(seed))
    phrasings = {phrase for one in noticed for phrase in voices.observations()[one].all()}
    assert told
    assert set(told) <= phrasings
    assert all(one.lower() in text.lower() for one in told)
    assert "{" not in text
    assert voices.tell(voice, "Ender 3", noticed, history, Random(seed)) == (text, told)


def test_voices_differ_in_how_much_they_tell() -> None:
    noticed = list(IDS[:5])
    told = {
        voice: sum(len(voices.tell(voice, "Ender 3", noticed, None, Random(seed))[1]) for seed in range(100)) / 100
        for voice in voices.voices()
    }
    assert told["terse"] == 1
    assert told["forgetful"] < 2 < told["beginner"] < told["methodical"]


def test_the_most_striking_thing_is_always_told() -> None:
    for voice in voices.voices():
        for seed in range(20):
            _, told = voices.tell(voice, "Ender 3", ["dead", "blobs", "skewed"], None, Random(seed))
            assert set(told) & set(voices.observations()["dead"].all())


def test_who_speaks_for_somebody_else_did_not_see_it_himself() -> None:
    for seed in range(200):
        _, told = voices.tell("second_hand", "Ender 3", list(IDS), None, Random(seed))
        assert not any(" I " in f" {one} " for one in told)


def test_the_mistaken_blame_whatever_the_truth_is() -> None:
    """The same seeds blame the same suspects whatever was noticed, and all suspects get their turn."""
    blamed: Counter[str] = Counter()
    for seed in range(400):
        one, _ = voices.tell("mistaken", "Ender 3", ["dead"], None, Random(seed))
        other, _ = voices.tell("mistaken", "Ender 3", ["strings_everywhere"], None, Random(seed))
        found = [suspect for suspect in voices.suspects() if suspect in one]
        assert found
        assert all(suspect in other for suspect in found)
        blamed.update(found)
    assert set(blamed) == set(voices.suspects())


def test_the_article_fits_the_name() -> None:
    said = " ".join(voices.tell("expert", "IDEX 300", ["dead"], None, Random(seed))[0] for seed in range(20))
    assert "an IDEX 300" in said
    assert "a IDEX" not in said


@given(st.sampled_from(sorted(voices.voices())), st.sampled_from(sorted(voices.topics())), st.data(), st.integers())
def test_answers_are_true_or_unknown(voice: str, topic: str, data: st.DataObject, seed: int) -> None:
    word = data.draw(st.sampled_from(voices.topics()[topic]))
    said = voices.answer(voice, topic, {topic: word}, Random(seed))
    truths = voices._spoken()["answers"][topic]
    assert any(phrase in said for phrase in (*truths[word], *truths["unknown"]))
    assert said == voices.answer(voice, topic, {topic: word}, Random(seed))
    assert any(phrase in voices.answer(voice, topic, {}, Random(seed)) for phrase in truths["unknown"])


def test_what_is_not_known_is_refused_with_what_is() -> None:
    rng = Random(0)
    with pytest.raises(LookupError, match="known: expert"):
        voices.tell("pirate", "Ender 3", ["dead"], None, rng)
    with pytest.raises(LookupError, match="unknown observation `ded`"):
        voices.tell("expert", "Ender 3", ["ded"], None, rng)
    with pytest.raises(LookupError, match="nothing was noticed"):
        voices.tell("expert", "Ender 3", [], None, rng)
    with pytest.raises(LookupError, match="after_a_while"):
        voices.answer("expert", "when", {"when": "yesterday"}, rng)


def test_every_model_can_be_talked_about() -> None:
    for machine in machines().values():
        text, _ = voices.tell("terse", machine.name, ["dead"], "none", Random(1))
        assert text


def test_everything_that_the_simulator_lets_an_owner_notice_can_be_told() -> None:
    assert set(observe.WORDS) <= set(voices.observations())
