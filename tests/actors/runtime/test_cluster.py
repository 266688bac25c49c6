"""The runtime on Ray keeps every promise of the port, on one Ray that is started once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from actors.runtime.cluster import RayRuntime
from actors.runtime.port import Staffing
from tests.contracts.runtime import BENCH, RuntimeContract

pytestmark = pytest.mark.ray


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """One Ray for all tests; runtimes that find it running leave it running."""
    owner = RayRuntime()
    asyncio.run(owner.start())
    yield
    import ray  # noqa: PLC0415 - started above

    ray.shutdown()


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
