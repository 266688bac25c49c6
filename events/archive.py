"""The archive: a log as Parquet, for DuckDB, Polars and years; and a log again from it, hash for hash.

Columns: `position` int64, `stream` and `category` text, `version` int64, `id` text, `type` text, `schema` int64,
`time` timestamp (ns, UTC), `correlation` text, `causation` text or null, `payload` binary (msgpack, as recorded),
`payload_json` text (the same for people and SQL; bytes as hexadecimal), `hash` binary.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from events.backup import Adopting, refuse_if_there
from events.chain import ALGORITHM, GENESIS, Trace
from events.codec import unpack
from events.errors import CorruptLog, ForeignFile, LogError, StoreUnavailable
from events.event import Row, identity
from events.log import EventLog, Head
from events.projection import hash_at
from events.sqlite_file import sync_directory
from events.verification import Verifiable

_FORMAT: Final = b"journeyman-archive-1"
_PAGE: Final = 20_000


def export(log: EventLog, to: Path, *, after: int = 0, upto: int | None = None) -> int:
    """Write events to a Parquet file (zstd), which appears whole or not at all; how many.

    Args:
        log: what to read; it may be written to meanwhile.
        to: the file to be made.
        after: last position that is left out.
        upto: last position that is taken; None: the head.

    Raises:
        FileExists: there is such a file.
        CorruptLog: an event does not follow from the one before; no file was made.
        StoreUnavailable: pyarrow is missing, or the disk said no.
    """
    arrow, parquet = _pyarrow()
    refuse_if_there(to)
    if not isinstance(log, Verifiable):
        raise LogError(f"{type(log).__name__} does not show its rows and cannot be exported")
    end = min(log.head().position, log.head().position if upto is None else upto)
    trace = Trace(after, hash_at(log, after)) if after else Trace()
    last = Head(end, hash_at(log, end) if end else GENESIS)
    schema, draft = _schema(arrow, last), to.with_name(f"{to.name}-draft")
    try:
        with parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
            rows = log.rows(after, end)
            while page := list(islice(rows, _PAGE)):
                _follow(trace, page, "the log")
                writer.write_table(arrow.Table.from_arrays(_columns(arrow, schema, page), schema=schema))
        draft.replace(to)
        sync_directory(to.parent)
    except OSError as error:
        raise StoreUnavailable(f"'{to}' could not be written: {error}; no file was made") from error
    finally:
        draft.unlink(missing_ok=True)
    return trace.position - after


def restore(archive: Path, log: EventLog) -> int:
    """Bring the events of an archive into a log with the same positions, times and hashes; how many were new.

    The log must be empty, or the beginning of the very same history: then only what it lacks is added. So a second
    restore adds nothing, and one that was broken off can be repeated.

    Raises:
        ForeignFile: the file is not an archive of ours.
        CorruptLog: the archive is damaged, begins too late, or belongs to another history; the message says where.
        StoreUnavailable: pyarrow or the file is missing, or the store said no.
    """
    if not isinstance(log, Adopting):
        raise LogError(f"{type(log).__name__} cannot take events over from an archive")
    begin = next(_pages(archive), None)
    first = begin[0][0] if begin else 1
    # All of it is looked at before any of it is taken.
    _check(archive, Head(first - 1, hash_at(log, first - 1)) if first > 1 else Head(0, GENESIS))
    head, new = log.head(), 0
    for page in _pages(archive):
        for row in page:
            if row[0] == head.position and row[-1] != head.hash:
                raise CorruptLog(f"'{archive}' is of another history than this log: they differ at or before {row[0]}")
        missing = [row for row in page if row[0] > head.position]
        if missing:
            log.adopt(missing)
            new += len(missing)
    return new


def _check(archive: Path, start: Head) -> None:
    trace = Trace(start.position, start.hash)
    for page in _pages(archive):
        _follow(trace, page, f"'{archive}'")
    if (f"{trace.position} {trace.hash.hex()}").encode() != _metadata(archive).get(b"last"):
        raise CorruptLog(f"'{archive}' is damaged: it ends at position {trace.position}, not where it was closed")


def _follow(trace: Trace, rows: list[Row], what: str) -> None:
    for row in rows:
        if problem := trace.problem_with(row):
            raise CorruptLog(f"{what} is damaged, or does not continue what is there: {problem}")


def _metadata(archive: Path) -> dict[bytes, bytes]:
    _, parquet = _pyarrow()
    with parquet.ParquetFile(archive) as file:
        return dict(file.schema_arrow.metadata or {})


def _pages(archive: Path) -> Iterator[list[Row]]:
    arrow, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(archive) as file:
            if (file.schema_arrow.metadata or {}).get(b"journeyman") != _FORMAT:
                raise ForeignFile(f"'{archive}' is a Parquet file, but not an archive of Journeyman")
            for batch in file.iter_batches(batch_size=_PAGE):
                rows = [_row(*values) for values in zip(*_values(arrow, batch), strict=True)]
                if any(type(row[0]) is not int or row[0] < 1 for row in rows):
                    raise CorruptLog(f"'{archive}' is damaged: it holds rows without a position")
                yield rows
    except FileNotFoundError as error:
        raise StoreUnavailable(f"there is no archive '{archive}': check the path") from error
    except arrow.ArrowInvalid as error:
        raise ForeignFile(f"'{archive}' is not a Parquet file, or is damaged: {error}") from error
    except (OSError, LookupError, ValueError, TypeError, arrow.ArrowException) as error:
        raise CorruptLog(f"'{archive}' is damaged and cannot be read: {' '.join(str(error).split())}") from error


def _values(arrow: Any, batch: Any) -> list[list[Any]]:
    names = ["position", "stream", "version", "id", "type", "schema", "time", "correlation", "causation", "payload"]
    columns = [batch.column(name) for name in [*names, "hash"]]
    columns[6] = columns[6].cast(arrow.int64())
    return [column.to_pylist() for column in columns]


def _row(*values: Any) -> Row:
    position, stream, version, own, *rest = values
    row: Row = (position, stream, version, None if own == identity(stream, version) else own, *rest)
    return row


def _columns(arrow: Any, schema: Any, rows: list[Row]) -> list[Any]:
    position, stream, version, own, kind, number, moment, run, cause, payload, value = zip(*rows, strict=True)
    ids = [i or identity(s, v) for s, v, i in zip(stream, version, own, strict=True)]
    categories = [name.partition("/")[0] for name in stream]
    readable = [_json(data) for data in payload]
    times = arrow.array(moment, arrow.int64()).cast(schema.field("time").type)
    plain = [position, stream, categories, version, ids, kind, number, times, run, cause, payload, readable, value]
    return [
        column if field.name == "time" else arrow.array(column, field.type)
        for column, field in zip(plain, schema, strict=True)
    ]


def _schema(arrow: Any, last: Head) -> Any:
    fields = [
        ("position", arrow.int64()), ("stream", arrow.string()), ("category", arrow.string()),
        ("version", arrow.int64()), ("id", arrow.string()), ("type", arrow.string()), ("schema", arrow.int64()),
        ("time", arrow.timestamp("ns", tz="UTC")), ("correlation", arrow.string()), ("causation", arrow.string()),
        ("payload", arrow.binary()), ("payload_json", arrow.string()), ("hash", arrow.binary()),
    ]  # fmt: skip
    known = {
        b"journeyman": _FORMAT,
        b"chain": ALGORITHM.encode(),
        b"last": b"%d %s" % (last.position, last.hash.hex().encode()),
    }
    return arrow.schema(fields, metadata=known)


def _json(payload: bytes) -> str | None:
    """The payload for people; None where it is no msgpack. Nothing is read back from it."""
    try:
        return json.dumps(unpack(payload), ensure_ascii=False, default=lambda data: bytes(data).hex())
    except (ValueError, TypeError):
        return None


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - heavy and optional: only who archives needs it
        from pyarrow import parquet  # noqa: PLC0415 - the same
    except ImportError as error:
        raise StoreUnavailable("archives need pyarrow: pip install 'journeyman[archive]'") from error
    return pyarrow, parquet
