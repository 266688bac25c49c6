"""Freezes a golden log: every fact of this release once, with all that a log can hold, and the fold it must give."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from events.archive import export
from events.codec import pack, unpack
from events.event import Event, PackedEvent
from events.fact import FACTS, Fact
from events.facts import RunPaused
from events.log import ANY, NO_STREAM, EventLog, open_log

HERE = Path(__file__).parent


def example(kind: Any) -> Any:
    """A value of a field's type, always the same."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inner[0]
    if origin is UnionType:
        return example(inner[0])
    if origin in (tuple, list):
        return origin((example(inner[0]),))
    if origin is dict:
        return {"key": example(inner[1])} if inner[1] is not Any else {"key": [1, 2.5, "ü", None, True, b"\x00\xff"]}
    if isinstance(kind, type) and issubclass(kind, Fact):
        return facts_example(kind)
    return {str: "text ☃", int: 7, float: 0.1, bool: True, Any: "any"}[kind]


def facts_example(fact: type[Fact]) -> Fact:
    """A fact with every field given."""
    return fact.model_validate({name: example(field.annotation) for name, field in fact.model_fields.items()})


def fill(log: EventLog) -> None:
    """Append what a golden log holds."""
    ours = [FACTS.known(name) for name in FACTS.names()]
    for number, fact in enumerate(fact for fact in ours if fact.__module__.startswith("events.")):
        event = Event(facts_example(fact), causation=f"run/1@{number}")
        log.append("run/1", [event], expected=number - 1, correlation="run-1")
    later = PackedEvent("RunPaused", 1, pack({"reason": "x", "field_of_a_later_release": {"a": [1]}}))
    log.append("run/2", [later], expected=NO_STREAM, correlation="run-2")
    log.append("run/2", [Event(RunPaused(reason="explicit"), id="0198-golden")], expected=ANY, correlation="run-2")
    unknown = PackedEvent("FromAPlugin", 3, pack({"x": 1}))
    log.append("plugin", [unknown], expected=NO_STREAM, correlation="run-2")


def folded(log: EventLog) -> str:
    """A digest over every event as it was recorded, whatever is known of its type."""
    digest = sha256()
    for e in log.read_all():
        where = (e.position, e.stream, e.version, e.id, e.type, e.schema, e.time, e.correlation, e.causation)
        digest.update(pack([list(where), unpack(e.payload)]))
    return digest.hexdigest()


def main(name: str) -> None:
    """Write the log, its archive and its expected fold."""
    path = HERE / f"{name}.db"
    if path.exists():
        raise SystemExit(f"{path} exists: golden logs are never changed")
    with open_log(f"sqlite:///{path}", clock=count(1_700_000_000_000_000_000, 1_000_000).__next__) as log:
        fill(log)
        export(log, HERE / f"{name}.parquet")
        head = log.head()
        expected = {"position": head.position, "head": head.hash.hex(), "fold": folded(log)}
    for suffix in ("-head", "-writer"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    (HERE / f"{name}.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
