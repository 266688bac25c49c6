"""The runtime on Ray keeps every promise of the port, on one Ray that is started once."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.runtime.cluster import RayRuntime
from actors.runtime.port import Staffing
from tests.contracts.runtime import BENCH, RuntimeContract

pytestmark = pytest.mark.ray


@pytest.fixture
async def runtime(cluster: None) -> AsyncIterator[RayRuntime]:  # noqa: ARG001 - must be running
    """A fresh runtime on the running Ray."""
    on_ray = RayRuntime()
    yield on_ray
    await on_ray.drain(grace=0)


@pytest.fixture
def hire(runtime: RayRuntime) -> Any:
    """Spawns pools of benches on it."""

    async def hired(pool: str, *, size: int = 1, stateless: bool = False, exact: bool = False, **config: Any) -> str:
        del exact
        await runtime.spawn(Staffing(pool, BENCH, config, size=size, stateless=stateless))
        return pool

    return hired


class TestRayRuntime(RuntimeContract):
    """The contract, on Ray."""


ABANDONED = """
import asyncio
from pathlib import Path
from actors.runtime.cluster import RayRuntime
from actors.runtime.port import Staffing

async def conduct():
    runtime = RayRuntime()
    await runtime.spawn(Staffing("bench", "tests.contracts.runtime:Bench"))
    waits = asyncio.create_task(runtime.ask("bench", {"do": "wait"}))
    await runtime.ask("bench", {"do": "crowd", "size": 1})
    print(*(ids for task in Path("/proc/self/task").iterdir() for ids in task.joinpath("children").read_text().split()))
    raise OSError("nobody drained")

asyncio.run(conduct())
"""


def test_whoever_fails_without_draining_ends_soon_and_leaves_no_ray_behind() -> None:
    """An error nobody expected must reach the user: it neither hangs on a Ray that is gone, nor leaves one running."""
    ended = subprocess.run([sys.executable, "-c", ABANDONED], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "OSError: nobody drained" in ended.stderr
    processes = [int(number) for number in ended.stdout.split()]
    assert processes, "Ray's own processes are children of whoever started it"
    assert [number for number in processes if not gone(number)] == []


def gone(process: int) -> bool:
    """Whether the process has ended, or does so within moments."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10.0)[0])
    finally:
        os.close(handle)
