"""What tests of several parts share: one Ray for all that want one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """One Ray for all tests; runtimes that find it running leave it running."""
    from actors.runtime.cluster import RayRuntime  # noqa: PLC0415 - only where Ray is wanted

    asyncio.run(RayRuntime().start())
    yield
    import ray  # noqa: PLC0415 - started above

    ray.shutdown()
