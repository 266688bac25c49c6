"""What a fact is: an immutable, validated payload with a name and a schema number, wherever its class lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from events.errors import UnknownFact

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Fact(BaseModel):
    """Base of all payloads. Frozen; fields that a later release added are kept and written back unchanged.

    Every subclass says its name in the log and its schema number when it is defined::

        class EpisodeStarted(Fact, name="EpisodeStarted", schema=1): ...
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    fact_name: ClassVar[str]
    fact_schema: ClassVar[int]

    def __init_subclass__(cls, *, name: str = "", schema: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name:
            cls.fact_name, cls.fact_schema = name, schema

    @classmethod
    def __pydantic_init_subclass__(cls, *, name: str = "", schema: int = 1, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if name:
            FACTS.register(cls)


class Registry:
    """Facts by name; upcasters by name and the schema number that they lift to the next."""

    def __init__(self) -> None:
        self._facts: dict[str, type[Fact]] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}
        self._current: dict[tuple[str, int], Callable[[dict[str, Any]], Fact]] = {}

    def register(self, fact: type[Fact]) -> None:
        """Make a fact readable from the log.

        Raises:
            ValueError: if another class already has this name.
        """
        known = self._facts.get(fact.fact_name)
        if known is not None and known.__qualname__ != fact.__qualname__:
            raise ValueError(f"two classes want the event name '{fact.fact_name}': {known!r} and {fact!r}")
        self._facts[fact.fact_name] = fact
        self._current = {known: check for known, check in self._current.items() if known[0] != fact.fact_name}
        self._current[fact.fact_name, fact.fact_schema] = fact.model_validate

    def upcaster(self, name: str, schema: int) -> Callable[[Upcaster], Upcaster]:
        """Decorate the function that turns a payload of `schema` into one of `schema + 1`."""

        def keep(function: Upcaster) -> Upcaster:
            self._upcasters[name, schema] = function
            return function

        return keep

    def load(self, name: str, schema: int, payload: dict[str, Any]) -> Fact:
        """Lift a recorded payload to the current schema and validate it.

        Raises:
            UnknownFact: if the name, or a schema number this high, is not known here.
        """
        check = self._current.get((name, schema))
        if check is not None:  # nearly always: written by this release, nothing to lift
            return check(payload)
        fact = self._facts.get(name)
        if fact is None or schema > fact.fact_schema:
            raise UnknownFact(name, schema, fact.fact_schema if fact else None)
        for step in range(schema, fact.fact_schema):
            lift = self._upcasters.get((name, step))
            if lift is None:
                raise UnknownFact(name, step, fact.fact_schema)
            payload = lift(payload)
        return fact.model_validate(payload)

    def known(self, name: str) -> type[Fact]:
        """The class that is registered under a name.

        Raises:
            UnknownFact: if there is none.
        """
        fact = self._facts.get(name)
        if fact is None:
            raise UnknownFact(name, 1, None)
        return fact

    def names(self) -> list[str]:
        """All known names, sorted."""
        return sorted(self._facts)


FACTS = Registry()
