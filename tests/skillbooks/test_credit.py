"""Credit comes from outcomes: planted skills that harm, that are useless and that help are told apart, power stated."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest

from skillbooks.credit import FEWEST, Credit, Pair, estimated, verdict
from skillbooks.delta import DeltaRejected
from skillbooks.skill import Skill
from skillbooks.skillbook import Skillbook
from skillbooks.thinning import thinned
from skillbooks.verdicts import retirements, words_of

CAUSES, GAIN, NOISE, SHARE = 20, 45.0, 15.0, 0.25
GOOD = [Skill(id=f"s{n}", suspect=f"c{n}", topic="t") for n in range(CAUSES)]
HARMFUL = Skill(id="harmful", strategy="replace every part first", topic="t")
HARMFUL_WHERE = Skill(id="misleads", suspect="c3", topic="t")
USELESS = Skill(id="useless", strategy="wish the customer a nice day", topic="t")
PLANTED = [HARMFUL, USELESS, HARMFUL_WHERE]
BOOK = Skillbook("b", 1, (*GOOD, *PLANTED))


@cache
def played(seed: int, count: int) -> list[Pair]:
    """Cases of one cause each; the skill about it is worth 45 points there, one costs 10 anywhere, one 40 at c3."""
    rng, manifest, pairs = random.Random(seed), [(skill.id, 1) for skill in BOOK.skills], []
    text = "\n\n".join(["heading", *(["block"] * len(manifest))])
    for number in range(count):
        cause, out = rng.randrange(CAUSES), thinned(text, manifest, SHARE, f"{seed}/{number}")[2]
        missing = {id_ for id_, _ in out}
        gain = rng.gauss(0, NOISE) if rng.random() < 0.5 else 0.0
        gain += rng.uniform(0, 2 * GAIN) if f"s{cause}" in missing else 0.0
        gain -= rng.uniform(0, 20) if "harmful" in missing else 0.0
        gain -= rng.uniform(20, 60) if "misleads" in missing and cause == 3 else 0.0
        pairs.append(Pair(gain, out, frozenset({f"c{cause}", "some_machine"})))
    return pairs


def verdicts(count: int, seeds: int) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {name: Counter() for name in ("harmful", "useless", "misleads", "good")}
    about = {skill.id: words_of(skill) for skill in BOOK.skills}
    for seed in range(seeds):
        for (id_, _), credit in estimated(played(seed, count), about).items():
            found[id_ if id_ in found else "good"][verdict(credit)] += 1
    return found


def test_with_400_pairs_a_skill_that_costs_10_points_is_found_and_a_good_one_stays() -> None:
    """Power over 12 seeds: harm found in at least 11; of 240 good ones at most 2 called harmful, most called useful."""
    found = verdicts(400, 12)
    assert found["harmful"]["harmful"] >= 11
    assert found["good"]["harmful"] + found["good"]["useless"] <= 2
    assert found["good"]["useful"] >= 120
    assert found["useless"]["harmful"] <= 1
    assert found["useless"]["useful"] <= 1


def test_with_60_pairs_little_is_concluded_and_nothing_good_is_lost() -> None:
    found = verdicts(60, 12)
    assert found["good"]["harmful"] + found["good"]["useless"] <= 1


def test_intervals_hold_what_they_promise() -> None:
    """The 98 % interval of the harmful one's effect, 10 points, over 40 seeds of 150 pairs: missed in at most 4."""
    about = {skill.id: words_of(skill) for skill in BOOK.skills}
    found = [estimated(played(seed, 150), about)["useless", 1] for seed in range(40)]
    assert sum(not credit.low <= 0 <= credit.high for credit in found) <= 4


def test_a_harmful_skill_is_retired_and_a_useless_one_only_where_there_is_no_room() -> None:
    pairs = played(1, 2000)
    calm, pressed = (retirements(BOOK, pairs, pressure=pressure) for pressure in (False, True))
    assert "harmful" in {one["id"] for one in calm}
    assert "useless" not in {one["id"] for one in calm}
    assert {one["id"] for one in pressed} >= {"harmful", "useless"}
    assert {one["id"] for one in pressed} <= {skill.id for skill in PLANTED}
    after = BOOK.after(pressed)
    assert all(skill.id in {s.id for s in after.skills} for skill in GOOD)
    assert "points, bound" in pressed[0]["reason"]


def test_a_pinned_skill_stays_whatever_it_does() -> None:
    pinned = BOOK.after([{"op": "pin", "id": "harmful"}])
    operations = retirements(pinned, played(1, 400), pressure=False)
    assert "harmful" not in {one["id"] for one in operations}
    with pytest.raises(DeltaRejected, match="pinned"):
        pinned.after([{"op": "retire", "id": "harmful", "reason": "x"}])


def test_credit_belongs_to_a_version() -> None:
    """A text that was changed has no credit yet, whatever the one before did."""
    changed = HARMFUL.model_copy(update={"version": 2, "strategy": "look first"})
    book = BOOK.after([{"op": "revise", "skill": changed.model_dump(mode="json")}])
    assert "harmful" not in {one["id"] for one in retirements(book, played(1, 400), pressure=True)}


def test_few_pairs_are_drawn_towards_nothing() -> None:
    """Three misses in a row, 60 points each, are no 60 points; and nothing is concluded from fewer than eight."""
    pairs = [Pair(60.0, (("a", 1),), frozenset({"x"})), Pair(0.0, (("b", 1),), frozenset({"x"}))] * 3
    found = estimated(pairs, {})
    assert 0 < found["a", 1].effect < 40
    assert verdict(found["a", 1]) == "open"
    assert FEWEST > 3


def test_nothing_tried_is_nothing_known() -> None:
    assert estimated([], {}) == {}
    assert estimated([Pair(5.0, (), frozenset())], {}) == {}


def test_a_verdict_goes_by_bounds() -> None:
    def credit(low: float, high: float, n: int = 50) -> Credit:
        return Credit((low + high) / 2, low, high, (low + high) / 2, low, high, n, 0)

    assert verdict(credit(-9, -1)) == "harmful"
    assert verdict(credit(-9, 1)) == "useless"
    assert verdict(credit(1, 9)) == "useful"
    assert verdict(credit(-9, 9)) == "open"
    assert verdict(credit(-9, -1, n=FEWEST - 1)) == "open"


def test_a_thinned_block_is_the_block_without_some_paragraphs() -> None:
    text, manifest = "head\n\na\n\nb\n\nc\n\nd", [("a", 1), ("b", 2), ("c", 1), ("d", 3)]
    told, kept, out = thinned(text, manifest, 0.5, "lot")
    assert told == "\n\n".join(["head", *(id_ for id_, _ in kept)])
    assert sorted([*kept, *out]) == sorted(manifest)
    assert len(out) == 2
    assert thinned(text, manifest, 0.5, "lot") == (told, kept, out)
    assert thinned(text, manifest, 0.01, "lot")[2] != ()
    assert thinned(text, manifest, 0.99, "lot")[0] == ""
    lots = Counter(thinned(text, manifest, 0.25, str(n))[2][0] for n in range(400))
    assert min(lots.values()) > 60
