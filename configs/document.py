"""A YAML file of settings as plain values, each with the line where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from configs.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says.

    Attributes:
        name: the file as the user named it.
        values: its top-level fields.
        lines: the line (from 1) of each top-level field.
    """

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def read_document(path: Path) -> Document:
    """Read a YAML (or JSON) file of settings.

    Raises:
        SettingsError: the file cannot be read, is not YAML, is no mapping, or says a field twice.
    """
    loader = _loader(path)
    try:
        node = loader.get_single_node()
        if node is None:
            return Document(str(path))
        if not isinstance(node, yaml.MappingNode):
            raise SettingsError([f"{path}:{_line(node)}: settings must be 'field: value' lines, one setting each"])
        lines = _lines(path, node)
        values: dict[str, Any] = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise SettingsError([_broken(path, error)]) from error
    finally:
        loader.dispose()
    return Document(str(path), {str(key): value for key, value in values.items()}, lines)


def _loader(path: Path) -> yaml.SafeLoader:
    try:
        return yaml.SafeLoader(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([f"{path}: is not UTF-8 text (byte {error.start})"]) from error
    except yaml.reader.ReaderError as error:
        raise SettingsError([f"{path}: holds a character that YAML forbids (place {error.position})"]) from error


def _lines(path: Path, node: yaml.MappingNode) -> dict[str, int]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        name = str(key.value)
        if name in lines:
            raise SettingsError([f"{path}:{_line(key)}: {name}: already said on line {lines[name]}; keep one of them"])
        lines[name] = _line(key)
    return lines


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _broken(path: Path, error: yaml.MarkedYAMLError) -> str:
    where = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
    said = " ".join(part for part in (error.context, error.problem) if part)
    return f"{path}{where}: is not valid YAML: {said}"
