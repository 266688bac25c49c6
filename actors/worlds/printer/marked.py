"""A YAML or JSON text as values that know their line, so that whoever reads them can say where something is wrong.

Only what a file of records needs is read: texts, numbers, yes and no, lists and mappings. Tags of one's own and the
same field twice are refused, and so is nesting deeper than a record can be. An alias stands for the very value that
its anchor names, never for a copy: no text can make the reader grow without bound.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import yaml

Kind = Literal["text", "number", "yes or no", "date", "nothing", "list", "mapping"]

DEPTH = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as fast, and optional
_KINDS: dict[str, Kind] = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:int": "number",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:bool": "yes or no",
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:timestamp": "date",
}
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_JSON_WORD = re.compile(r"[^\s,:\]}]+")
_JSON_GAP = re.compile(r"[ \t\r\n,:]*")
_JSON_KINDS: dict[str, Kind] = {"true": "yes or no", "false": "yes or no", "null": "nothing"}


class NotReadable(Exception):  # noqa: N818 - errors read as facts
    """Raised when a text is no YAML or JSON, or holds what is not read here.

    Attributes:
        line: where, counted from 1; column likewise.
        text: what is wrong.
    """

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(f"line {line}, column {column}: {text}")
        self.line, self.column, self.text = line, column, text


@dataclass(frozen=True, slots=True)
class Marked:
    """A value and the line that it begins on.

    Attributes:
        text: of a single value, as written.
        items: of a list.
        fields: of a mapping, name and value, in the order of the file; no name occurs twice.
    """

    kind: Kind
    line: int
    text: str = ""
    items: tuple[Marked, ...] = ()
    fields: tuple[tuple[Marked, Marked], ...] = ()


def unwanted(text: str) -> str | None:
    """The first control or direction-changing character of a text, as `U+0007`; None if there is none."""
    found = _UNWANTED.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def read_marked(text: str, form: Literal["yaml", "json"]) -> Marked | None:
    """Read one document; None if there is nothing in it.

    Raises:
        NotReadable: at the first place where the text cannot be understood.
    """
    found = _UNWANTED.search(text)
    if found:
        line, column = _place(text, found.start())
        raise NotReadable(line, column, f"the control character U+{ord(found.group()):04X} is not allowed")
    return _read_json(text) if form == "json" else _read_yaml(text)


def load_plain(text: str) -> Any:
    """Plain values of a YAML text that is in order; as `yaml.safe_load`, with the parser that is at hand."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe loader, in C where there is one


def _place(text: str, position: int) -> tuple[int, int]:
    line = text.count("\n", 0, position) + 1
    return line, position - text.rfind("\n", 0, position)


# YAML -----------------------------------------------------------------------------------------------------------------


def _read_yaml(text: str) -> Marked | None:
    loader = _LOADER(text)
    try:
        return _document(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise NotReadable(line, column, f"not YAML: {_said(error)}") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise NotReadable(1, 1, f"not YAML: {error}") from error
    finally:
        loader.dispose()


def _said(error: yaml.MarkedYAMLError) -> str:
    return " ".join(part for part in (error.context, error.problem) if part) or "it cannot be understood"


def _document(loader: Any) -> Marked | None:
    compose = _Composer(loader)
    found = None
    for event in compose.events:
        if isinstance(event, yaml.DocumentStartEvent | yaml.StreamStartEvent | yaml.DocumentEndEvent):
            continue
        if isinstance(event, yaml.StreamEndEvent):
            break
        if found is not None:
            _refuse(event, "a second document begins here; one file holds one document")
        found = compose.value(event, 0)
    return None if found is not None and found.kind == "nothing" else found


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()


def _refuse(event: Any, text: str) -> NoReturn:
    raise NotReadable(event.start_mark.line + 1, event.start_mark.column + 1, text)


class _Composer:
    """Puts the values of one document together from the parser's events."""

    def __init__(self, loader: Any) -> None:
        self.events = _events(loader)
        self._resolve = loader.resolve
        self._anchors: dict[str, Marked] = {}

    def value(self, event: Any, depth: int) -> Marked:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                _refuse(event, f"the alias *{event.anchor} has no finished anchor above it")
            return self._anchors[event.anchor]
        if depth > DEPTH:
            _refuse(event, f"nested more than {DEPTH} deep")
        found = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else self._collection(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = found
        return found

    def _collection(self, event: Any, depth: int) -> Marked:
        if event.tag not in {None, "!"}:
            _refuse(event, f"the tag {event.tag} is not read here")
        line = event.start_mark.line + 1
        if isinstance(event, yaml.SequenceStartEvent):
            parts = (self.value(one, depth + 1) for one in _until(self.events, yaml.SequenceEndEvent))
            return Marked("list", line, items=tuple(parts))
        fields = [
            (self.value(key, depth + 1), self.value(next(self.events), depth + 1))
            for key in _until(self.events, yaml.MappingEndEvent)
        ]
        return _mapping(line, fields)

    def _scalar(self, event: Any) -> Marked:
        tag = event.tag
        if tag in {None, "!"}:
            tag = self._resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag not in _KINDS:
            _refuse(event, f"`{event.value[:40]}` is not read here; put quotes round it")
        return Marked(_KINDS[tag], event.start_mark.line + 1, event.value)


def _until(events: Iterator[Any], end: type) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _mapping(line: int, fields: list[tuple[Marked, Marked]]) -> Marked:
    seen: dict[str, int] = {}
    for name, _ in fields:
        if name.kind in {"list", "mapping"}:
            raise NotReadable(name.line, 1, "the name of a field must be a word")
        if name.text in seen:
            raise NotReadable(name.line, 1, f"the field `{name.text[:80]}` stands on line {seen[name.text]} already")
        seen[name.text] = name.line
    return Marked("mapping", line, fields=tuple(fields))


# JSON -----------------------------------------------------------------------------------------------------------------


def _read_json(text: str) -> Marked | None:
    if not text.strip():
        return None
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotReadable(error.lineno, error.colno, f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise NotReadable(1, 1, f"nested more than {DEPTH} deep") from error
    return _JsonText(text).value(0)


def _no_constant(word: str) -> NoReturn:
    raise json.JSONDecodeError(f"{word} is no value", word, 0)


class _JsonText:
    """Goes once more through a text that is known to be JSON, this time keeping lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def value(self, depth: int) -> Marked:
        self._skip()
        line, first = self._line(), self._text[self._at]
        if depth > DEPTH:
            raise NotReadable(line, 1, f"nested more than {DEPTH} deep")
        if first == '"':
            word, self._at = json.decoder.scanstring(self._text, self._at + 1)  # type: ignore[attr-defined] # untyped, long stable
            return Marked("text", line, word)
        if first == "[":
            return Marked("list", line, items=tuple(self._parts("]", depth)))
        if first == "{":
            parts = list(self._parts("}", depth))
            return _mapping(line, list(zip(parts[::2], parts[1::2], strict=True)))
        found = _JSON_WORD.match(self._text, self._at)
        word = found.group() if found else ""
        self._at += len(word)
        return Marked(_JSON_KINDS.get(word, "number"), line, word)

    def _parts(self, close: str, depth: int) -> Iterator[Marked]:
        self._at += 1
        self._skip()
        while self._text[self._at] != close:
            yield self.value(depth + 1)
            self._skip()
        self._at += 1

    def _skip(self) -> None:
        found = _JSON_GAP.match(self._text, self._at)
        if found:
            self._at = found.end()

    def _line(self) -> int:
        return bisect_right(self._ends, self._at) + 1
