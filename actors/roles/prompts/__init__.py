"""The prompts of the roles: data files with a version, known in every manifest by name and hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CURRENT = {"agent": 1, "reflector": 1, "curator": 1}
"""The version that is used; an old file stays, because logs name it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: `role-version`, its text, and the hash of its bytes."""

    name: str
    text: str
    sha256: str


@cache
def prompt(role: str, version: int | None = None) -> Prompt:
    """The prompt of a role, by default the version in use."""
    name = f"{role}-{CURRENT[role] if version is None else version}"
    content = files(__package__).joinpath(f"{name}.md").read_bytes()
    return Prompt(name, content.decode("utf-8").strip(), hashlib.sha256(content).hexdigest())
