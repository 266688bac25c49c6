"""All three stores agree with one model under any sequence of appends, deliveries, readings and reopenings."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from events.log import EventLog, open_log
from tests.contracts.eventlog_model import LogMachine

quick = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


class MemoryMachine(LogMachine):
    reopens = False

    def opened(self) -> EventLog:
        return open_log("memory://")


class SqliteMachine(LogMachine):
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="journeyman-model-"))
        super().__init__()

    def opened(self) -> EventLog:
        return open_log(f"sqlite:///{self.folder / 'x.db'}")

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.folder)


class PostgresMachine(LogMachine):
    url: ClassVar[str]

    def __init__(self) -> None:
        psycopg = pytest.importorskip("psycopg")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute("DROP SCHEMA IF EXISTS journeyman CASCADE")
        super().__init__()

    def opened(self) -> EventLog:
        return open_log(self.url)


@pytest.mark.parametrize("machine", [MemoryMachine, SqliteMachine])
def test_the_store_agrees_with_the_model(machine: type[LogMachine]) -> None:
    run_state_machine_as_test(machine, settings=quick)  # type: ignore[no-untyped-call]


def test_postgres_agrees_with_the_model(postgres: str) -> None:
    PostgresMachine.url = postgres
    run_state_machine_as_test(PostgresMachine, settings=settings(quick, max_examples=8))  # type: ignore[no-untyped-call]
