"""The log in memory keeps the promises of the port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from events.errors import StoreUnavailable
from events.log import EventLog, open_log
from tests.contracts.eventlog import EventLogContract, append, paused, ticking


class TestMemoryLog(EventLogContract):
    @pytest.fixture
    def log(self) -> Iterator[EventLog]:
        with open_log("memory://", clock=ticking().__next__) as log:
            yield log


def test_a_log_in_memory_that_is_opened_read_only_refuses_to_append() -> None:
    with open_log("memory://", read_only=True) as log, pytest.raises(StoreUnavailable, match="read-only"):
        append(log, "run/1", paused())
