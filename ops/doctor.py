"""What a run needs, checked one by one; each check says what was found and how to mend it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from ops.names import OURS, PACKAGES, collisions, owners

LEAST_PYTHON = (3, 11)
LEAST_DISK = 200_000_000
"""Bytes below which a run is likely to fill the disk."""

KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY")
IMPORTED_AS = {"pyyaml": "yaml"}
RAY_START = "import ray; ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, address='local')"
RAY_PATIENCE = 120
"""Seconds that a trial start of Ray may take."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what was looked at.
        ok: whether it is as it should be.
        needed: whether a run fails without it.
        found: what was found.
        mend: what to do about it; empty when it is well.
    """

    name: str
    ok: bool
    needed: bool
    found: str
    mend: str = ""


def examine(store: str, *, deep: bool = False) -> Iterator[Check]:
    """Look at everything, in the order in which things need each other.

    Args:
        store: URL of the store.
        deep: also start a Ray of our own for a moment, which takes several seconds.
    """
    yield check_python(sys.version_info[:2])
    yield check_names()
    for name, least in requirements():
        yield check_package(name, least)
    if deep:
        yield check_ray_start()
    yield from check_disk(store)
    yield check_store(store)
    for key in KEYS:
        yield check_key(key)


def check_python(found: tuple[int, int]) -> Check:
    """Is this Python new enough?"""
    least = ".".join(map(str, LEAST_PYTHON))
    mend = f"install Python {least} or newer and make the environment anew with it"
    return _check("Python", found >= LEAST_PYTHON, platform.python_version(), mend)


def check_names() -> Check:
    """Do our five package names lead to us?"""
    foreign = collisions(owners())
    if foreign:
        found = "; ".join(f"{name} brings {', '.join(packages)}" for name, packages in sorted(foreign.items()))
        return _check("package names", False, found, f"pip uninstall {' '.join(sorted(foreign))}")
    home = Path(__file__).parents[1]
    strangers = [name for name in PACKAGES if not _lies_in(home, name)]
    mend = f"something before {home} on the search path has these names; unset PYTHONPATH or leave that folder"
    return _check("package names", not strangers, ", ".join(strangers) or "ours alone", mend)


def requirements() -> list[tuple[str, tuple[int, ...]]]:
    """What our distribution needs, as (name, least version); empty when it runs from a bare source tree."""
    try:
        lines = requires(OURS) or []
    except PackageNotFoundError:
        return []
    found = (re.match(r"([A-Za-z0-9_.-]+)\s*(?:>=\s*([0-9.]+))?", line) for line in lines if "extra ==" not in line)
    return [(match[1].lower(), _number(match[2] or "0")) for match in found if match]


def check_package(name: str, least: tuple[int, ...]) -> Check:
    """Is a distribution installed, new enough, and can it be imported?"""
    mend = f"pip install '{name}>={'.'.join(map(str, least))}'"
    try:
        found = version(name)
        import_module(IMPORTED_AS.get(name, name))
    except PackageNotFoundError:
        return _check(name, False, "not installed", mend)
    except Exception as error:  # noqa: BLE001 - a broken package may raise anything while it is imported
        return _check(name, False, f"cannot be imported: {error}", f"pip install --force-reinstall {name}")
    return _check(name, _number(found) >= least, found, mend)


def check_ray_start() -> Check:
    """Does a Ray of one core start here? In a process of its own, so that nothing is left behind."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and a constant text
            [sys.executable, "-c", RAY_START], capture_output=True, text=True, timeout=RAY_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return _check("Ray starts", False, f"no answer in {RAY_PATIENCE} s", "use --runtime local, or look at /tmp/ray")
    said = done.stderr.strip().splitlines()[-1:] or [""]
    found = "yes" if done.returncode == 0 else said[0]
    return _check("Ray starts", done.returncode == 0, found, "use --runtime local, or free memory and /dev/shm")


def check_disk(store: str) -> Iterator[Check]:
    """Is the folder of a store on disk there, writable, and has it room?"""
    path = store_path(store)
    if path is None:
        return
    folder = path.absolute().parent
    if not folder.is_dir():
        yield _check("store's folder", False, f"{folder} is not there", f"mkdir -p '{folder}'")
        return
    yield _check(
        "store's folder", _is_writable(folder), str(folder), "choose another with --store, or change its owner"
    )
    free = shutil.disk_usage(folder).free
    yield _check("disk space", free >= LEAST_DISK, f"{free / 1e9:.1f} GB free", "free some, or choose another --store")


def check_store(store: str) -> Check:
    """Can the log be opened, is it ours, and does its chain hold?"""
    from events.errors import LogError  # noqa: PLC0415 - doctor must be able to speak when packages are missing
    from ops.logs import verify_store  # noqa: PLC0415

    path = store_path(store)
    if path is not None and not path.exists():
        return Check("log", True, needed=True, found="not there yet; the first run makes it")
    mend = "choose another --store, or restore this one from a backup"
    try:
        verified = verify_store(store)
    except (LogError, OSError) as error:
        return _check("log", False, str(error), mend)
    if not verified["ok"]:
        return _check("log", False, f"{verified['problem']}", mend)
    return _check("log", True, f"{verified['events']} events, the chain holds", "")


def check_key(name: str) -> Check:
    """Is a provider's key set? Its value is never looked at; without any, the offline agent still works."""
    there = bool(os.environ.get(name))
    return Check(
        name, there, needed=False, found="set" if there else "not set", mend="" if there else f"export {name}=…"
    )


def store_path(store: str) -> Path | None:
    """The file of a SQLite store, None for stores that are elsewhere."""
    return Path(store.removeprefix("sqlite:///")) if store.startswith("sqlite:///") else None


def _check(name: str, ok: bool, found: str, mend: str) -> Check:
    return Check(name, ok, needed=True, found=found, mend="" if ok else mend)


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _lies_in(home: Path, name: str) -> bool:
    spec = find_spec(name)
    return spec is not None and spec.origin is not None and Path(spec.origin).parents[1] == home


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
