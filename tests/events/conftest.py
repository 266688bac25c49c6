"""A real PostgreSQL for the tests: from the wheel `pgserver`, or the one that JOURNEYMAN_TEST_POSTGRES names."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server on which databases may be made."""
    if named := os.environ.get("JOURNEYMAN_TEST_POSTGRES"):
        yield named
        return
    pgserver = pytest.importorskip("pgserver", reason="neither pgserver nor JOURNEYMAN_TEST_POSTGRES is there")
    # Not in pytest's own folder: every other session shuts that to the user that the server runs as.
    folder = tempfile.mkdtemp(prefix="journeyman-postgres-")
    server = pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    # The wheel's own cleanup waits for clients to leave and gives up; a fast stop sends them away.
    pgserver.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=server.pgdata, user=server.system_user)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """URL of a database of the tests' own."""
    psycopg = pytest.importorskip("psycopg")
    name = f"journeyman_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres(postgres_database: str) -> Iterator[str]:
    """URL of a database without a log."""
    psycopg = pytest.importorskip("psycopg")
    yield postgres_database
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS journeyman CASCADE")
