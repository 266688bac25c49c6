"""`journeyman doctor`: check everything that a run needs, and say how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import click

from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.doctor import Check, examine
from ops.failures import DONE, SAID_NO


@click.command(epilog="Example: journeyman doctor --deep")
@click.option("--deep", is_flag=True, help="Also start Ray for a moment.")
@store_flag
@json_flag
def command(store: str | None, deep: bool, as_json: bool) -> int:
    """Check Python, packages, names, Ray, disk, store and keys, and say how to mend what is wrong."""
    checks = []
    for check in examine(store_of(store), deep=deep):
        checks.append(check)
        say(_as_line(check), as_json=as_json)
    ok = all(check.ok for check in checks if check.needed)
    if as_json:
        json_line({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        say("Everything that a run needs is there." if ok else "Something that a run needs is missing; see above.")
    return DONE if ok else SAID_NO


def _as_line(check: Check) -> str:
    mark = "ok  " if check.ok else "FAIL" if check.needed else "-   "
    mend = f"\n       mend: {check.mend}" if check.mend and check.needed else ""
    return f"{mark} {check.name:<20} {check.found}{mend}"
