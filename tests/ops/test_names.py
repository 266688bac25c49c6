"""Our package names can collide with other distributions; that is seen before anything of ours is imported."""

from importlib.metadata import Distribution, distributions, packages_distributions
from pathlib import Path
from typing import Any

import pytest

from ops import __main__ as door
from ops.names import PACKAGES, collisions, complaint, owners


class Installed(Distribution):
    """A distribution that exists only in this test."""

    def __init__(self, name: str, **files: str) -> None:
        self._texts = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"} | files

    def read_text(self, filename: str) -> str | None:
        return self._texts.get(filename.partition(".")[0] if filename == "top_level.txt" else filename)

    def locate_file(self, path: Any) -> Path:
        return Path(path)


OPS = Installed("ops", RECORD="ops/__init__.py,sha256=x,1\nops/model.py,,\nops-2.0.dist-info/RECORD,,\n")
OURS = Installed("Journeyman", RECORD="ops/cli.py,,\nevents/log.py,,\n")
ODD = Installed("odd", top_level="events\n")
FAR = Installed("far", RECORD="events_of_mine/a.py,,\nother/ops/b.py,,\nops.txt,,\n")


def test_a_foreign_distribution_with_our_names_is_found_and_ours_is_not_blamed() -> None:
    owned = owners([OPS, OURS, ODD, FAR])
    assert owned == {"events": ["Journeyman", "odd"], "ops": ["Journeyman", "ops"]}
    assert collisions(owned) == {"odd": ["events"], "ops": ["ops"]}


def test_the_complaint_says_what_to_uninstall() -> None:
    text = complaint({"ops": ["ops"], "odd": ["events"]})
    assert "ops brings ops" in text
    assert "pip uninstall odd ops" in text


def test_this_environment_is_seen_as_the_standard_library_sees_it() -> None:
    everything = packages_distributions()
    assert owners() == {name: sorted(set(everything[name])) for name in PACKAGES if name in everything}
    assert len(list(distributions())) > 5


def test_the_door_stays_shut_on_a_collision(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "owners", lambda: {"ops": ["ops"]})
    assert door.main(["--version"]) == 2
    seen = capsys.readouterr()
    assert "pip uninstall ops" in seen.err
    assert seen.out == ""
