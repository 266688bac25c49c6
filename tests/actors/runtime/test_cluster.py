"""The runtime on Ray keeps every promise of the port, on one Ray that is started once."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.cluster import RayRuntime
from actors.runtime.port import RuntimeUnavailable, Staffing
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


INTERRUPTED = """
import asyncio, os, signal, sys, time
sys.path.insert(0, sys.argv[1])
from actors.runtime.cluster import RayRuntime
from actors.runtime.port import Staffing, WorkerLost

async def conduct():
    runtime = RayRuntime()
    await runtime.spawn(Staffing("victim", "tests.contracts.runtime:Bench"))
    last = asyncio.create_task(runtime.ask("victim", {"do": "wait"}))
    await runtime.ask("victim", {"do": "crowd", "size": 1})
    runtime.kill("victim", 0)
    await asyncio.wait([last])
    assert isinstance(last.exception(), WorkerLost)
    await runtime.spawn(Staffing("bench", "tests.contracts.runtime:Bench", {"ledger": sys.argv[2], "name": "bench"}))
    heard = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, heard.set)
    work = asyncio.create_task(runtime.ask("bench", {"do": "wait"}))
    await runtime.ask("bench", {"do": "crowd", "size": 1})
    print("working", flush=True)
    await heard.wait()
    begun = time.monotonic()
    await runtime.ask("bench", {"do": "open"})
    assert (await work)["waited"]
    await runtime.drain()
    print(f"{time.monotonic() - begun:.1f}")

asyncio.run(conduct())
"""


def test_ctrl_c_leaves_the_workers_to_the_drain_and_nothing_is_said_that_nobody_asked_for(tmp_path: Path) -> None:
    """SIGINT to everybody at the terminal; from a checkout, in a folder with spaces that hides our names in its own."""
    place = tmp_path / "a place with spaces"
    (place / "actors").mkdir(parents=True)
    (place / "actors" / "__init__.py").write_text("raise ImportError('not the actors you look for')", encoding="utf-8")
    ledger = tmp_path / "ledger"
    conducted = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(Path.cwd()), str(ledger)],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert conducted.stdout is not None
    assert conducted.stdout.readline() == "working\n"
    os.killpg(conducted.pid, signal.SIGINT)
    said, complained = conducted.communicate(timeout=60)
    assert (conducted.returncode, complained) == (0, "")
    assert ledger.read_text(encoding="utf-8") == "bench closed\n"
    assert float(said) < 3.0


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "ray://127.0.0.1:10001"])
async def test_an_address_where_no_ray_answers_is_said_at_once(address: str) -> None:
    """Ray itself would try for minutes; the user is told what to do instead."""
    runtime = RayRuntime(address)
    with pytest.raises(RuntimeUnavailable, match=f"no Ray cluster answers at '{address}'.*ray start --head"):
        await runtime.spawn(Staffing("bench", BENCH))
    await runtime.drain()
