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


def test_a_log_in_memory_that_has_a_name_is_one_log_for_all_who_open_it() -> None:
    with open_log("memory://one-for-all") as log:
        append(log, "run/1", paused())
    with open_log("memory://one-for-all", read_only=True) as reader, open_log("memory://another") as other:
        assert [event.stream for event in reader.read_all()] == ["run/1"]
        assert reader.head().position == 1
        assert other.head().position == 0
        with pytest.raises(StoreUnavailable, match="read-only"):
            append(reader, "run/1", paused())
