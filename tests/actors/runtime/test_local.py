"""The local runtime keeps every promise of the port, and keeps Ray out of the process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.runtime.local import LocalRuntime
from actors.runtime.port import Staffing
from tests.contracts.runtime import BENCH, RuntimeContract


@pytest.fixture
async def runtime() -> AsyncIterator[LocalRuntime]:
    """A fresh runtime that checks all that crosses."""
    local = LocalRuntime(check=True)
    yield local
    await local.drain(grace=0)


@pytest.fixture
def hire(runtime: LocalRuntime) -> Any:
    """Spawns pools of benches on it."""

    async def hired(pool: str, *, size: int = 1, stateless: bool = False, exact: bool = False, **config: Any) -> str:
        del exact
        await runtime.spawn(Staffing(pool, BENCH, config, size=size, stateless=stateless))
        return pool

    return hired


class TestLocalRuntime(RuntimeContract):
    """The contract, in one process."""


async def test_unchecked_values_are_handed_over_as_they_are() -> None:
    """Without `check` nothing is copied: the cheap way for runs whose values are known to be plain."""
    local = LocalRuntime()
    await local.spawn(Staffing("echo", BENCH))
    value: list[int] = []
    assert (await local.ask("echo", {"do": "echo", "value": value}))["echo"] is value
    await local.drain()


def test_importing_the_local_runtime_imports_no_ray() -> None:
    """A laptop run starts at once: Ray costs half a second to import and seconds to start."""
    code = "import sys, actors.runtime.local; print('ray' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
