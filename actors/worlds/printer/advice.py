"""Advice: what a free text claims to be wrong with a printer, and what it says to do about it.

Read offline, by the names of the catalogue. What is denied, asked, or only repeats the customer is no claim; doubt
takes from a claim's probability. Neither order nor the choice among names of one thing makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from actors.worlds.port import Act
from actors.worlds.printer import repair
from actors.worlds.printer.bench import PROTECTION, TARGET
from actors.worlds.printer.clause import Clause, clauses, plain_words
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.mention import Mention, cause_names, thing_names, type_names
from actors.worlds.printer.problem import causes, possible, type_of
from actors.worlds.printer.reading import reading
from actors.worlds.printer.submission import MOST_CAUSES, MOST_PROBLEMS


@dataclass(frozen=True, slots=True)
class Advice:
    """What a text says.

    Attributes:
        problems: problem types that it claims.
        causes: root causes that it claims, with probabilities.
        acts: what is to be done at once, in the order of their names.
        fallback: what is to be done if that does not help.
    """

    problems: tuple[str, ...]
    causes: tuple[tuple[str, float], ...]
    acts: tuple[Act, ...]
    fallback: tuple[Act, ...]


def read_advice(text: str, machine: Machine, heard: str = "") -> Advice:
    """Read a text.

    Args:
        text: of whoever advises.
        machine: that it is about; what it cannot have is not meant.
        heard: what the customer had written.
    """
    said = [clause for clause in clauses(text, heard) if not clause.asked and not clause.reported]
    claimed = _claims(said, machine)
    named = {one for clause in said for mention in _stated(clause, type_names().find(clause)) for one in mention.ids}
    types = {type_of(cause) for cause, sure in claimed.items() if sure >= 0.5} if claimed else named
    acts, fallback = _acts(said, machine)
    return Advice(
        problems=tuple(sorted(types)) if len(types) <= MOST_PROBLEMS else (),
        causes=_likeliest(claimed),
        acts=_in_order(acts),
        fallback=_in_order(fallback - acts),
    )


def _claims(said: list[Clause], machine: Machine) -> dict[str, float]:
    """Causes and how sure the text is of each; said twice, the surer counts."""
    found: dict[str, float] = {}
    for clause in said:
        for mention in _stated(clause, cause_names().find(clause)):
            meant = [one for one in mention.ids if possible(one, machine)]
            for one in meant:
                found[one] = max(found.get(one, 0.0), round(clause.certainty() / len(meant), 3))
    return found


def _stated(clause: Clause, mentions: list[Mention]) -> Iterator[Mention]:
    """Mentions that the clause itself holds to be so; `set the z offset` accuses nothing."""
    ordered = any(place < min(m.places) for m in mentions for place, _ in _verbs(clause, frozenset()))
    things = {mention.places for mention in thing_names().find(clause)} if ordered else set()
    for mention in mentions:
        if mention.places <= clause.quoted or mention.places in things or clause.denied(mention.places):
            continue
        yield mention


def _likeliest(claimed: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """As many as the form takes; of more that are equally sure none, since who names all has named nothing."""
    ranked = sorted(claimed.items(), key=lambda one: (-one[1], one[0]))
    if len(ranked) <= MOST_CAUSES:
        return tuple(ranked)
    return tuple(one for one in ranked[:MOST_CAUSES] if one[1] > ranked[MOST_CAUSES][1])


def _in_order(acts: set[tuple[str, str]]) -> tuple[Act, ...]:
    """Acts in an order of their own: new parts first, since they upset what is then adjusted."""
    ranked = sorted(acts, key=lambda one: (one[0] != "replace", one[0] == "adjust", one))
    return tuple(
        Act(tool, {TARGET[tool]: target, "value": "off"} if target == PROTECTION else {TARGET[tool]: target})
        for tool, target in ranked
    )


def _acts(said: list[Clause], machine: Machine) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What to do at once, and what to do otherwise, as tool and target."""
    acts: set[tuple[str, str]] = set()
    fallback: set[tuple[str, str]] = set()
    last: tuple[str, ...] = ()
    for clause in said:
        things = [m for m in _things(clause) if not m.places <= clause.quoted]
        for tool, ids in _orders(clause, things, last):
            (fallback if clause.conditional else acts).update(_fitting(tool, ids, machine))
        if _switches_protection_off(clause):
            acts.add(("adjust", PROTECTION))
        last = things[-1].ids if things else last
    return acts, fallback


def _things(clause: Clause) -> list[Mention]:
    """What a clause names that something can be done to: parts and settings, else what a cause has put out of order."""
    found = thing_names().find(clause)
    return found or [
        Mention(tuple(next(iter(causes()[one].effects)) for one in mention.ids), mention.places, mention.weak)
        for mention in cause_names().find(clause)
    ]


def _orders(clause: Clause, things: list[Mention], last: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each verb of a clause with what it is to be done to: what follows it, else `it`, else what stands before."""
    taken = frozenset(place for mention in cause_names().find(clause) for place in mention.places)
    verbs = _verbs(clause, taken | clause.quoted)
    for number, (place, tool) in enumerate(verbs):
        if _refused(clause, place) or _was_yours(clause, place):
            continue
        until = verbs[number + 1][0] if number + 1 < len(verbs) else len(clause.words)
        after = [m for m in things if place <= min(m.places) < until and max(m.places) > place]
        before = [m for m in things if max(m.places) < place]
        if after:
            yield from ((tool, mention.ids) for mention in after)
        elif reading().pronouns & set(clause.words[place + 1 : place + 3]):
            yield tool, before[-1].ids if before else last
        elif before:
            yield tool, before[-1].ids


def _verbs(clause: Clause, taken: frozenset[int]) -> list[tuple[int, str]]:
    """Places of verbs and the tools that they name; `the cleaning` and `tightened` are forms of them."""
    found = ((place, _tool(word)) for place, word in enumerate(clause.words) if place not in taken)
    return [(place, tool) for place, tool in found if tool]


@cache
def _tools() -> dict[str, str]:
    return {stem: tool for tool, said in reading().verbs.items() for verb in said for stem in plain_words(verb)}


def _tool(word: str) -> str | None:
    for form in (word, word.removesuffix("ed"), word.removesuffix("d"), word.removesuffix("ing"), word[:-3] + "e"):
        if form in _tools() and (form == word or word.endswith(("ed", "ing"))):
            return _tools()[form]
    return None


def _refused(clause: Clause, place: int) -> bool:
    """True for `never replace`, `instead of replacing`, `do not`."""
    close = (*clause.words[max(0, place - 4) : place], *clause.words[place + 1 : place + 2])
    return not reading().negators.isdisjoint(close)


def _was_yours(clause: Clause, place: int) -> bool:
    """True for `you have already cleaned`: that is done, and not advised."""
    before = set(clause.words[:place])
    return clause.words[place].endswith("ed") and "you" in before and bool({"have", "had", "already"} & before)


def _switches_protection_off(clause: Clause) -> bool:
    words = set(clause.words)
    return (
        {"thermal", "protection"} <= words
        and bool(reading().disabling & words)
        and reading().negators.isdisjoint(words)
    )


def _fitting(tool: str, ids: tuple[str, ...], machine: Machine) -> Iterator[tuple[str, str]]:
    """The acts on this machine that a verb means for these things: of its own name, else what people mean by it."""
    parts = tuple(one for one in ids if "." not in one)
    if tool == "change":
        tool = "replace" if parts else "adjust"
    if tool == "replace":
        ids = parts or tuple(one.partition(".")[0] for one in ids)
    if tool == "do":
        ids = tuple(one for one in ids if "." in one)
    offered = repair.offers(machine)
    for way in (tool, *reading().instead.get(tool, ())):
        found = [
            (way, target) for one in ids for target in _targets(way, one, machine) if target in offered.get(way, ())
        ]
        if found:
            yield from found
            return


def _targets(tool: str, one: str, machine: Machine) -> list[str]:
    """What a tool would be used on for a part, or for a parameter `part.name`."""
    part, _, name = one.partition(".")
    if part in machine.lacks:
        return []
    settings = {key: parameter.remedy for key, parameter in machine.parts[part].parameters.items()}
    if name:
        return [one if tool == "adjust" else part] if tool == settings[name] else []
    if tool != "adjust":
        return [part]
    adjustable = [f"{part}.{key}" for key, remedy in settings.items() if remedy == "adjust"]
    return adjustable if len(adjustable) == 1 else []
