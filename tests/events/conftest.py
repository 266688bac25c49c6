"""A real PostgreSQL for the tests: from the wheel `pgserver`, or the one that JOURNEYMAN_TEST_POSTGRES names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server on which databases may be made."""
    if named := os.environ.get("JOURNEYMAN_TEST_POSTGRES"):
        yield named
        return
    pgserver = pytest.importorskip("pgserver", reason="neither pgserver nor JOURNEYMAN_TEST_POSTGRES is there")
    server = pgserver.get_server(str(tmp_path_factory.mktemp("postgres")), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


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
