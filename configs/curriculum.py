"""A curriculum: levels of practice one after the other, as a YAML file; every mistake is named with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from configs.errors import SettingsError

SHIPPED: Final = Path(__file__).parent / "curricula"
HUNDRED: Final = 100
NEAR: Final = 70

Name = Annotated[str, Field(min_length=1, max_length=100)]
Difficulty = Literal["easy", "medium", "hard", "mixed"]


class Scenarios(BaseModel):
    """Where scenarios come from: generated ones of a difficulty and of kinds of problems, or a named set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    difficulty: Difficulty = "mixed"
    kinds: tuple[Name, ...] = ()
    set: Name | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.set and (self.kinds or "difficulty" in self.model_fields_set):
            raise ValueError("'set' names its scenarios; leave 'difficulty' and 'kinds' out")
        return self


class Share(Scenarios):
    """A part of a mixture."""

    percent: int = Field(ge=1, le=HUNDRED)


class Level(Scenarios):
    """A stretch of practice; with a goal (mean points of an attempt), the next level begins when it is reached."""

    name: Name
    episodes: int = Field(ge=1, le=100_000_000)
    goal: float | None = Field(default=None, ge=0, le=100)
    attempts: int = Field(default=1, ge=1, le=1000)
    mix: tuple[Share, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.mix:
            return self
        total = sum(share.percent for share in self.mix)
        if total != HUNDRED:
            raise ValueError(f"the percentages of 'mix' add up to {total}, not 100")
        if self.set or self.kinds or "difficulty" in self.model_fields_set:
            raise ValueError("'mix' says where scenarios come from; leave 'difficulty', 'kinds' and 'set' to its parts")
        return self


class Curriculum(BaseModel):
    """Levels in order; `world` only where they name problems or sets of one world."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Name
    world: Name | None = None
    levels: tuple[Level, ...] = Field(min_length=1)

    @property
    def episodes(self) -> int:
        """Episodes if every level reaches its goal at once."""
        return sum(level.episodes for level in self.levels)


def shipped() -> dict[str, Curriculum]:
    """The curricula that come with this installation, by name."""
    return {path.stem: parse(path.read_text(encoding="utf-8"), str(path)) for path in sorted(SHIPPED.glob("*.yaml"))}


def source(reference: str) -> tuple[str, str]:
    """The text of a curriculum and where it stands, from a name, the path of a file, or the text itself.

    Raises:
        SettingsError: there is no such curriculum, or the file cannot be read.
    """
    if "\n" in reference:
        return reference, "curriculum"
    path = SHIPPED / f"{reference}.yaml"
    path = path if path.is_file() else Path(reference)
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except FileNotFoundError:
        known = ", ".join(sorted(found.stem for found in SHIPPED.glob("*.yaml")))
        raise SettingsError([f"there is no curriculum '{reference}': give a YAML file, or one of {known}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{reference}: cannot be read: {error}"]) from None


def parse(text: str, where: str) -> Curriculum:
    """A curriculum from its text.

    Raises:
        SettingsError: one line for each mistake, with file, line and field.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        plain = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([f"{where}:{line}: is not valid YAML: {error.problem}"]) from None
    except yaml.YAMLError as error:
        raise SettingsError([f"{where}: is not valid YAML: {error}"]) from None
    if not isinstance(plain, dict):
        raise SettingsError([f"{where}:1: a curriculum has 'title' and 'levels', one field a line"])
    try:
        return Curriculum.model_validate(plain)
    except ValidationError as error:
        found = [one for one in error.errors() if one["type"] != "too_short"] or error.errors()
        raise SettingsError([_problem(one, node, where) for one in found]) from None


def _problem(error: Any, node: yaml.Node | None, where: str) -> str:
    place: Sequence[str | int] = error["loc"]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        said = f"there is no such field{_meant(str(place[-1]), place)}"
    return f"{where}:{_line(node, place)}: {field or 'curriculum'}: {said}"


def _meant(name: str, place: Sequence[str | int]) -> str:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a slip pays for the search

    model = Share if "mix" in place else Level if "levels" in place else Curriculum
    found = process.extractOne(name, list(model.model_fields), scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"; did you mean '{found[0]}'?" if found else f"; there are {', '.join(model.model_fields)}"


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line of the innermost part of the place that the file has."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
