"""The log in PostgreSQL beside the `eventsourcing` library there, and beside a table numbered by a sequence."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from events.codec import pack
from events.event import PackedEvent
from events.log import open_log
from events.subscription import Subscription
from ops.bench.log_append import CAUSE, DATA, RUN, appending, appends
from ops.bench.rounds import Row, Work, compare

LIBRARY = "eventsourcing, PostgreSQL recorder"
NAIVE = "a table numbered by a sequence"
NEEDED = ("psycopg", "psycopg_pool", "eventsourcing")
AIM = 2.0
WRITERS = 16


def compare_postgres(rounds: int, events: int, appends: int) -> list[Row]:
    """Batches of 100 and 1,000, then what a live reader misses while sixteen write; nothing where a part is absent.

    Args:
        rounds: of each comparison of speed.
        events: appended in a round.
        appends: of each writer in the race.
    """
    if not all(map(find_spec, NEEDED)):
        return []
    with server() as url:
        if url is None:
            return []
        return [*_appends(url, rounds, events), _race(url, appends)]


@contextmanager
def server() -> Iterator[str | None]:
    """URL of a PostgreSQL: the one that JOURNEYMAN_TEST_POSTGRES names, or one from the wheel `pgserver`, or None."""
    if named := os.environ.get("JOURNEYMAN_TEST_POSTGRES"):
        yield named
        return
    if find_spec("pgserver") is None:
        yield None
        return
    pgserver = import_module("pgserver")
    logging.getLogger("pgserver").setLevel(logging.CRITICAL)  # it reports that a server that was stopped is stopped
    folder = tempfile.mkdtemp(prefix="journeyman-bench-postgres-")
    started = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield started.get_uri()
    finally:
        pgserver.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=started.pgdata, user=started.system_user)
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _appends(url: str, rounds: int, events: int) -> list[Row]:
    with (
        _database(url) as ours_url,
        _database(url) as library_url,
        open_log(ours_url) as log,
        _library(library_url) as library,
    ):
        return [
            compare(
                f"PostgreSQL, append, {size} a commit",
                appending(log, max(1, events // size), size),
                library(max(1, events // size), size),
                peer_name=LIBRARY,
                unit="events/s",
                aim=AIM,
                rounds=rounds,
            )
            for size in (100, 1000)
        ]


@contextmanager
def _library(url: str) -> Iterator[Callable[[int, int], Work]]:
    """The library's recorder in its default mode, which locks the table and so loses nothing."""
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore  # noqa: PLC0415 - need not be there

    parts = urlsplit(url)
    store = PostgresDatastore(
        dbname=parts.path.lstrip("/"),
        host=parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        port=str(parts.port or 5432),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    recorder = PostgresApplicationRecorder(store)
    recorder.create_table()
    try:
        yield appends(recorder)
    finally:
        store.close()


def _race(url: str, appends: int) -> Row:
    """Events that a live reader never saw, of ours and of a table numbered by a sequence, which must miss some."""
    with _database(url) as ours_url, _database(url) as naive_url:
        missed, naive = _missed_by_subscription(ours_url, appends), _missed_behind_sequence(naive_url, appends)
    work = f"PostgreSQL, {WRITERS} writers of {appends}: events that a live reader missed"
    return Row(work, missed, naive, NAIVE, "events", 0.0, 0.0, missed == 0 and naive > 0, 1)


def _missed_by_subscription(url: str, appends: int) -> int:
    open_log(url).close()

    def write(name: int) -> None:
        with open_log(url) as log:
            for number in range(appends):
                event = PackedEvent("ToolReturned", 1, pack(DATA), CAUSE)
                log.append(f"episode/{name}", [event], expected=number - 1, correlation=RUN)

    with open_log(url, read_only=True) as log:
        subscription = Subscription(log)
        seen = _while_writing(write, lambda: [event.position for event in subscription.page()])
    return WRITERS * appends - len(set(seen))


def _missed_behind_sequence(url: str, appends: int) -> int:
    import psycopg  # noqa: PLC0415 - a peer that need not be installed

    insert = "INSERT INTO events(stream, payload) VALUES (%s, %s)"
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute("CREATE TABLE events(position bigserial PRIMARY KEY, stream text, payload bytea)")

        def write(name: int) -> None:
            with psycopg.connect(url) as connection:
                for _ in range(appends):
                    connection.execute(insert, (f"episode/{name}", pack(DATA)))
                    connection.commit()

        last = [0]

        def look() -> list[int]:
            found = reader.execute(
                "SELECT position FROM events WHERE position > %s ORDER BY position LIMIT 1000", (last[0],)
            ).fetchall()
            last[0] = found[-1][0] if found else last[0]
            return [position for (position,) in found]

        return WRITERS * appends - len(set(_while_writing(write, look)))


def _while_writing(write: Callable[[int], None], look: Callable[[], list[int]]) -> list[int]:
    """What a reader sees that goes on from the last position, until after the last writer is done."""
    writers = [threading.Thread(target=write, args=(name,)) for name in range(WRITERS)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers):
        seen += look()
    while found := look():
        seen += found
    return seen


@contextmanager
def _database(url: str) -> Iterator[str]:
    import psycopg  # noqa: PLC0415 - a peer that need not be installed

    name = f"journeyman_bench_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
