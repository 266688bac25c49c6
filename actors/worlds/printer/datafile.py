"""The data files of the printer world: those that ship with it, and a user's own of the same names laid over them.

`JOURNEYMAN_PRINTER_DATA` names a directory that may hold `components.yaml`, `problems.yaml`, `pairs.yaml`,
`machines.yaml` and `materials.yaml`. What stands there is added, entry by entry and field by field; what is not
understood is refused with file and line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from actors.worlds.printer.marked import Marked, NotReadable, load_plain, read_marked

DATA = Path(__file__).parent / "data"
OWN = "JOURNEYMAN_PRINTER_DATA"
"""Environment variable: the directory with a user's own data files."""

Model = TypeVar("Model", bound=BaseModel)
Steps = Sequence[str | int]


class DataInvalid(ValueError):  # noqa: N818 - errors read as facts
    """Raised when a data file cannot be used as it stands; the text says file, line, field, and what is allowed."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file with what a user laid over it.

    Attributes:
        plain: its values.
        files: where they are from; a user's own file first.
    """

    plain: dict[str, Any]
    files: tuple[Path, ...]

    def build(self, model: type[Model], key: str, values: Any) -> Model:
        """One entry as its model.

        Raises:
            DataInvalid: a field is missing, unknown, or of the wrong kind.
        """
        try:
            return model.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            known = f"; fields here are {', '.join(model.model_fields)}" if first["type"] == "extra_forbidden" else ""
            self.refuse((key, *first["loc"]), f"{first['msg']}{known}")

    def refuse(self, path: Steps, text: str) -> NoReturn:
        """Say what is wrong at this path, with the file and line of it.

        Raises:
            DataInvalid: always.
        """
        places = [(*_line(file, path), file) for file in self.files]
        _, line, file = max(places, key=lambda place: place[0])
        raise DataInvalid(f"{file}:{line}: {'.'.join(map(str, path))}: {text}")


def read_data(name: str) -> DataFile:
    """Read a data file, and a user's own of that name over it.

    Raises:
        DataInvalid: the user's directory or file cannot be read.
    """
    shipped = DATA / name
    plain: dict[str, Any] = load_plain(shipped.read_text(encoding="utf-8"))
    own = _own(name)
    if own is None:
        return DataFile(plain, (shipped,))
    try:
        text = own.read_text(encoding="utf-8")
        root = read_marked(text, "yaml")
    except NotReadable as error:
        raise DataInvalid(f"{own}:{error.line}: {error.text}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataInvalid(f"{own}: cannot be read: {error}") from error
    if root is None or root.kind != "mapping":
        raise DataInvalid(f"{own}:1: holds no entries; write `id:` and below it the fields, as {shipped} does")
    return DataFile(_over(plain, load_plain(text)), (own, shipped))


def _own(name: str) -> Path | None:
    directory = os.environ.get(OWN)
    if not directory:
        return None
    if not Path(directory).is_dir():
        raise DataInvalid(f"{OWN} names '{directory}', which is no directory")
    file = Path(directory) / name
    return file if file.exists() else None


def _over(below: Any, above: Any) -> Any:
    """Mappings are laid over each other, everything else takes the place of what was there."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}


def _line(file: Path, path: Steps) -> tuple[int, int]:
    """How much of a path a file holds, and the line where that ends."""
    node: Marked | None = read_marked(file.read_text(encoding="utf-8"), "yaml")
    depth, line = 0, 1
    for step in path:
        node = _inside(node, step)
        if node is None:
            break
        depth, line = depth + 1, node.line
    return depth, line


def _inside(node: Marked | None, step: str | int) -> Marked | None:
    if node is None:
        return None
    if isinstance(step, int):
        return node.items[step] if step < len(node.items) else None
    return next((value for name, value in node.fields if name.text == step), None)
