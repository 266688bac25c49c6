"""`journeyman log export | import | backup`: the log as a Parquet file, back from one, and as a verified copy."""

from __future__ import annotations

from pathlib import Path

import click

from ops.cli_options import json_flag, store_flag, store_of
from ops.console.screen import json_line, say
from ops.logs import open_for_reading

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("export", epilog="Example: journeyman log export --to runs.parquet")
@click.option("--to", required=True, type=FILE, metavar="FILE.parquet", help="The file to be made.")
@store_flag
@json_flag
def export(to: Path, store: str | None, as_json: bool) -> None:
    """Write the log to a Parquet file that DuckDB and Polars open; the payload also as JSON."""
    from events.archive import export as write  # noqa: PLC0415 - only who archives pays for it

    with open_for_reading(store_of(store)) as log:
        count = write(log, to)
    _tell({"file": str(to), "events": count}, f"{count:,} events written to {to}", as_json=as_json)


@click.command("import", epilog="Example: journeyman log import runs.parquet --store sqlite:///again.db")
@click.argument("archive", type=FILE)
@store_flag
@json_flag
def restore(archive: Path, store: str | None, as_json: bool) -> None:
    """Bring the events of an archive into an empty log, or one that is its beginning; hashes and all."""
    from events.archive import restore as bring  # noqa: PLC0415 - as above
    from events.log import open_log  # noqa: PLC0415

    with open_log(store_of(store)) as log:
        count = bring(archive, log)
    _tell({"file": str(archive), "events": count}, f"{count:,} events taken over from {archive}", as_json=as_json)


@click.command("backup", epilog="Example: journeyman log backup --to journeyman-backup.db")
@click.option("--to", required=True, type=FILE, metavar="FILE.db", help="The file to be made.")
@store_flag
@json_flag
def backup(to: Path, store: str | None, as_json: bool) -> None:
    """Copy the log, also while a run is writing it; the copy is verified before it bears its name."""
    from events.backup import backup as copy  # noqa: PLC0415 - as above

    with open_for_reading(store_of(store)) as log:
        head = copy(log, to)
    found = {"file": str(to), "events": head.position, "head": head.hash.hex()}
    _tell(found, f"{head.position:,} events in {to}, verified; head {head.hash.hex()}", as_json=as_json)


def _tell(found: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        json_line(found)
    else:
        say(text)
