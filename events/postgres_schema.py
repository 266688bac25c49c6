"""The tables of a log in PostgreSQL: numbered migrations, applied once each, by one process at a time.

Least privileges. The role that first opens the log needs CREATE on the database. After that a writer needs USAGE on
schema `journeyman`, SELECT and INSERT on its tables, and UPDATE on `head` and `snapshots`; a reader needs USAGE and
SELECT. Nobody needs UPDATE or DELETE on `events`, and a trigger refuses both even to the owner.
"""

from __future__ import annotations

from typing import Any, Final, LiteralString

from events.chain import ALGORITHM
from events.errors import CorruptLog, ForeignFile, StoreUnavailable

SCHEMA: Final = "journeyman"
_KEY: Final = 0x4A524E59
"""Advisory lock under which migrations run: `JRNY`."""

MIGRATIONS: Final[tuple[tuple[str, LiteralString], ...]] = (
    (
        "the log",
        """
        CREATE TABLE properties(name text PRIMARY KEY, value text NOT NULL);
        CREATE TABLE streams(
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE,
          category text COLLATE "C" NOT NULL);
        CREATE TABLE event_types(
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
        CREATE TABLE correlations(
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE,
          since bigint NOT NULL);
        CREATE TABLE events(
          position bigint PRIMARY KEY CHECK (position > 0),
          stream bigint NOT NULL,
          version bigint NOT NULL CHECK (version >= 0),
          type bigint NOT NULL,
          schema bigint NOT NULL,
          time bigint NOT NULL,
          correlation bigint NOT NULL,
          causation text,
          id text COLLATE "C",
          payload bytea NOT NULL,
          hash bytea NOT NULL);
        ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTERNAL;
        CREATE UNIQUE INDEX events_place ON events(stream, version);
        CREATE INDEX events_type ON events(type, position);
        CREATE UNIQUE INDEX events_id ON events(id) WHERE id IS NOT NULL;
        CREATE TABLE head(one integer PRIMARY KEY CHECK (one = 1), position bigint NOT NULL, hash bytea NOT NULL);
        ALTER TABLE head SET (fillfactor = 10);
        CREATE TABLE snapshots(
          name text PRIMARY KEY, position bigint NOT NULL, hash bytea NOT NULL, state bytea NOT NULL,
          digest bytea NOT NULL);
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION '% are for ever: what happened cannot be changed', TG_TABLE_NAME; END $$;
        CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER streams_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON streams
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER event_types_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event_types
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER correlations_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON correlations
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
    ),
)


def migrate(connection: Any, place: str) -> None:
    """Bring the tables to the layout that this version knows, in one transaction, under an advisory lock.

    Raises:
        CorruptLog: the layout is newer than this version of Journeyman.
        ForeignFile: a schema of our name belongs to somebody else.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_KEY,))
        if (done := applied(connection, place)) is None:
            connection.execute("CREATE SCHEMA journeyman")
            connection.execute(
                "CREATE TABLE journeyman.migrations(number integer PRIMARY KEY, name text NOT NULL, "
                "applied timestamptz NOT NULL DEFAULT now())"
            )
            done = 0
        connection.execute("SET LOCAL search_path = journeyman")
        for number, (name, statements) in enumerate(MIGRATIONS[done:], done + 1):
            connection.execute(statements)
            connection.execute("INSERT INTO migrations(number, name) VALUES (%s, %s)", (number, name))
        if done == 0:
            connection.execute("INSERT INTO properties VALUES ('chain', %s)", (ALGORITHM,))
            connection.execute("INSERT INTO head VALUES (1, 0, %s)", (bytes(32),))


def refuse_if_absent(connection: Any, place: str) -> None:
    """See that a reader finds a log of a layout that it knows.

    Raises:
        StoreUnavailable: there is no log, or it has not been migrated yet.
        CorruptLog, ForeignFile: as `migrate`.
    """
    done = applied(connection, place)
    if done is None:
        raise StoreUnavailable(f"{place}: there is no log in this database; only a writer makes a new one")
    if done < len(MIGRATIONS):
        raise StoreUnavailable(f"{place}: its tables are of an older layout; open it once for writing to migrate them")


def applied(connection: Any, place: str) -> int | None:
    """How many migrations have been applied; None where there is no log.

    Raises:
        CorruptLog, ForeignFile: as `migrate`.
    """
    if connection.execute("SELECT to_regnamespace('journeyman') IS NULL").fetchone()[0]:
        return None
    if connection.execute("SELECT to_regclass('journeyman.migrations') IS NULL").fetchone()[0]:
        raise ForeignFile(f"{place}: its schema 'journeyman' is not ours; it was left as it is: name another database")
    done = int(connection.execute("SELECT coalesce(max(number), 0) FROM journeyman.migrations").fetchone()[0])
    if done > len(MIGRATIONS):
        raise CorruptLog(
            f"{place} has layout {done}, this version of Journeyman knows layout {len(MIGRATIONS)}: use a newer one"
        )
    return done
