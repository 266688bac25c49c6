"""How owners talk: what they noticed, in their own words; some forget half of it, some blame the wrong thing.

Nothing here looks at the truth. A voice gets what can be noticed and says some of it; the words come from
`data/observations.yaml` and `data/voices.yaml`. The same random stream gives the same words.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict

from actors.worlds.printer.datafile import DATA
from actors.worlds.printer.marked import load_plain

_FIRST_PERSON = re.compile(r"\bI\b")
_UNKNOWN = "unknown"


class Phrasings(BaseModel):
    """The clauses in which one observation is told, in everyday words and in words of the trade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    novice: tuple[str, ...]
    expert: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """Every phrasing."""
        return self.novice + self.expert


class Voice(BaseModel):
    """A kind of owner; the data file says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str
    keep: tuple[float, float]
    most: int
    sure: float
    shuffle: bool = False
    outside: bool = False
    opening: tuple[str, ...]
    first: tuple[str, ...]
    more: tuple[str, ...]
    work: tuple[str, ...]
    aside: tuple[str, ...] = ("",)
    blame: tuple[str, ...] = ("",)
    closing: tuple[str, ...]
    reply: tuple[str, ...]


@cache
def observations() -> dict[str, Phrasings]:
    """What an owner can notice, by id."""
    return {key: Phrasings.model_validate(value) for key, value in _read("observations.yaml").items()}


@cache
def voices() -> dict[str, Voice]:
    """The kinds of owners, by name."""
    return {key: Voice.model_validate(value) for key, value in _spoken()["voices"].items()}


def topics() -> dict[str, tuple[str, ...]]:
    """What an owner can be asked, and for each topic the words for what may be true of it."""
    return {topic: tuple(words) for topic, words in _spoken()["answers"].items()}


def work_groups() -> tuple[str, ...]:
    """Groups of parts that work may have been done on before, and `none`."""
    return tuple(_spoken()["work"])


def suspects() -> tuple[str, ...]:
    """What people who are wrong about the cause like to blame."""
    return tuple(_spoken()["suspects"])


def tell(
    voice: str, printer_name: str, observations: list[str], history: str | None, rng: Random
) -> tuple[str, list[str]]:
    """What an owner says about the machine, and what of it counts as a reported symptom.

    Parameters:
        voice: one of `voices()`.
        printer_name: the model as people call it.
        observations: ids of what can be noticed, most striking first; at least one.
        history: the group of parts that was worked on before (`work_groups()`), or None to say nothing of it.
        rng: decides everything that is open.

    Returns:
        the description, and one line for each observation that the owner chose to tell.

    Raises:
        LookupError: unknown voice, observation or history.
    """
    own = _known(voices(), voice, "voice")
    if not observations:
        raise LookupError("nothing was noticed, so there is nothing to tell")
    told = [_clause(own, one, rng) for one in _chosen(own, observations, rng)]
    sentences = [_named(rng.choice(own.opening), printer_name)]
    for number, seen in enumerate(told, start=1):
        form = rng.choice(own.first if number == 1 else own.more)
        sentences.append(form.format(seen=seen, n=number))
    if history is not None:
        done = rng.choice(_known(_spoken()["work"], history, "history"))
        sentences.append(rng.choice(own.work).format(work=_sentence(done + ".")))
    sentences.append(rng.choice(own.aside))
    sentences.append(rng.choice(own.blame).format(suspect=rng.choice(suspects())))
    sentences.append(rng.choice(own.closing))
    return " ".join(_sentence(one) for one in sentences if one), told


def answer(voice: str, topic: str, facts: dict[str, str], rng: Random) -> str:
    """What an owner replies to a question.

    Parameters:
        voice: one of `voices()`.
        topic: one of `topics()`.
        facts: topic -> the word for what is true of it (blanks for underscores will do); a missing topic is unknown.
        rng: decides everything that is open.

    Raises:
        LookupError: unknown voice or topic, or a word that the topic does not have.
    """
    return reply(voice, topic, facts, rng)[0]


def reply(voice: str, topic: str, facts: dict[str, str], rng: Random) -> tuple[str, str]:
    """What an owner replies (see `answer`), and the word for what that tells: `unknown` if he does not remember."""
    own = _known(voices(), voice, "voice")
    words = _known(_spoken()["answers"], topic, "topic")
    truth = facts.get(topic, _UNKNOWN).replace(",", "").replace(" ", "_")
    _known(words, truth, f"word for `{topic}`")
    remembered = rng.random() < own.sure
    known = truth != _UNKNOWN and remembered
    told = rng.choice(_impersonal(own, words[truth if known else _UNKNOWN]))
    if not known:
        return str(told), _UNKNOWN
    return str(rng.choice(own.reply)).format(told=told, suspect=rng.choice(suspects())), truth


def _chosen(own: Voice, noticed: list[str], rng: Random) -> list[str]:
    """What of it is told: some of the less striking may be left out, never all."""
    share = rng.uniform(*own.keep)
    count = max(1, min(own.most, round(share * len(noticed))))
    kept = list(noticed[:1])
    if count > 1:
        picked = set(rng.sample(noticed[1:], count - 1))
        kept += [one for one in noticed[1:] if one in picked]
    if own.shuffle:
        rng.shuffle(kept)
    return kept


def _clause(own: Voice, observation: str, rng: Random) -> str:
    phrasings = _known(observations(), observation, "observation")
    return str(rng.choice(_impersonal(own, phrasings.expert if own.words == "expert" else phrasings.novice)))


def _impersonal(own: Voice, phrases: Any) -> list[str]:
    """Phrases that fit the voice: who speaks for somebody else says no I."""
    fitting = [phrase for phrase in phrases if not (own.outside and _FIRST_PERSON.search(phrase))]
    return fitting or list(phrases)


def _named(opening: str, printer: str) -> str:
    """An opening with the name of the printer, after the right article."""
    article = "an" if printer[:1].lower() in set("aeiou") else "a"
    return re.sub(r"\ba \{printer\}", f"{article} {{printer}}", opening).format(printer=printer)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _known(table: dict[str, Any], name: str, what: str) -> Any:
    if name in table:
        return table[name]
    raise LookupError(f"unknown {what} `{name}`; known: {', '.join(table)}")


@cache
def _spoken() -> dict[str, Any]:
    return _read("voices.yaml")


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open(encoding="utf-8") as file:
        found: dict[str, Any] = load_plain(file.read())
    return found
