"""A scenario file that grows by one record: what stands in it stays to the letter; written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml

from ops.failures import WrongUse
from ops.reports import write_whole
from ops.scenarios import module_of

Plain = dict[str, Any]
WIDTH = 110


class ScenarioFile:
    """One file, there already or not.

    Args:
        world: whose records it holds.
        name: its path.

    Raises:
        WrongUse: it can neither be written nor appended to.
        Exception: the world's own error, with `problems`, if what stands in it is not in order.
    """

    def __init__(self, world: str, name: str) -> None:
        self.name, self._reader = name, module_of(world, "scenario_file")
        self._path = Path(name).resolve()
        if self._path.is_dir() or not self._path.parent.is_dir():
            raise WrongUse(f"{name}: {'is a folder' if self._path.is_dir() else 'its folder is not there'}")
        if not os.access(self._path if self._path.exists() else self._path.parent, os.W_OK):
            raise WrongUse(f"{name}: may not be written")
        self.ids = [record.id for record in self._records(self._text())]

    def add(self, record: Plain) -> int:
        """Write the record behind those that are there now; how many it holds then.

        Raises:
            WrongUse: it cannot be appended without touching what is there.
            Exception: the world's own error, with `problems`, if the record or the file is not in order.
            OSError: the disk; the file is as it was.
        """
        before = self._text()
        text = self._grown(before, record)
        mode = self._path.stat().st_mode & 0o777 if self._path.exists() else 0o644
        write_whole(self._path, text)
        self._path.chmod(mode)
        return len(self._records(text))

    def check(self, record: Plain) -> None:
        """Raise as `add` would, and write nothing."""
        self._grown(self._text(), record)

    def _text(self) -> str:
        if not self._path.exists():
            return ""
        return self._decoded(self._path.read_bytes())

    def _decoded(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self._reader.read_scenarios(data, self.name)
            raise

    def _records(self, text: str) -> list[Any]:
        if _is_empty(text, self.name):
            return []
        found: list[Any] = self._reader.read_scenarios(text.encode(), self.name)
        return found

    def _grown(self, before: str, record: Plain) -> str:
        text = _as_json(before, record) if self.name.lower().endswith(".json") else self._as_yaml(before, record)
        old, new = self._records(before), self._records(text)
        if new[:-1] != old or new[-1].model_dump(mode="json") != record:
            raise WrongUse(f"{self.name}: cannot be appended to without touching what stands in it; name another --out")
        return text

    def _as_yaml(self, before: str, record: Plain) -> str:
        entry = yaml.safe_dump([record], sort_keys=False, allow_unicode=True, width=WIDTH)
        indent, head = 2, ""
        if _is_empty(before, self.name):
            head = "scenarios:\n"
        else:
            indent = self._column(before)
        rows = head + "".join(f"{' ' * indent}{row}" if row.strip() else row for row in entry.splitlines(keepends=True))
        end = "" if not before or before.endswith("\n") else "\n"
        added = end + rows
        return before + (added.replace("\n", "\r\n") if "\r\n" in before else added)

    def _column(self, text: str) -> int:
        """The column of the dashes.

        Raises:
            WrongUse: the records do not stand below each other.
        """
        root: Any = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader)
        listed = root if isinstance(root, yaml.SequenceNode) else root.value[0][1]
        if listed.flow_style:
            raise WrongUse(
                f"{self.name}: the records stand in brackets; put each on lines of its own, or name another --out"
            )
        column: int = listed.start_mark.column
        return column


def _is_empty(text: str, name: str) -> bool:
    """Whether a file holds nothing, or nothing but comments."""
    rows = (row.strip() for row in text.removeprefix("\ufeff").splitlines())
    return not any(row and (name.lower().endswith(".json") or not row.startswith("#")) for row in rows)


def _as_json(before: str, record: Plain) -> str:
    told: Any = json.loads(before.removeprefix("\ufeff")) if before.strip() else {"scenarios": []}
    (told if isinstance(told, list) else told["scenarios"]).append(record)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
