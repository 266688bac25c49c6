"""Sixteen producers, one durable event each at a time: through one group commit, beside each writing for itself."""

from __future__ import annotations

import multiprocessing as mp
import sqlite3
import threading
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection, wait
from pathlib import Path
from statistics import quantiles
from typing import Any

from events.codec import pack
from events.event import PackedEvent
from events.log import NO_STREAM, Batch
from events.sqlite import SqliteLog
from ops.bench.log_append import CAUSE, DATA, RUN
from ops.bench.rounds import Row

PEER = "16 processes writing to SQLite themselves"
PRODUCERS = 16
AIMS = {"throughput": 2.5, "tail": 1 / 20, "fairness": 0.4}

Latencies = list[list[float]]
"""Seconds of each append, by producer."""


def compare_producers(folder: Path, rounds: int, seconds: float) -> list[Row]:
    """Both sides in turn; throughput, 99.9th percentile, and the slowest producer beside the fastest.

    Args:
        folder: where the databases are made.
        rounds: of the comparison.
        seconds: that each side runs in a round.
    """
    numbers = count()
    pairs = []
    for _ in range(rounds):
        ours = _together(folder / f"ours{next(numbers)}.db", seconds)
        pairs.append((ours, _apart(folder / f"peer{next(numbers)}.db", seconds)))
    middle = sorted(pairs, key=lambda pair: _rate(pair[0]) / max(1, _rate(pair[1])))[len(pairs) // 2]
    return [
        _row("16 producers, appends", "events/s", _rate, middle, seconds, AIMS["throughput"], rounds),
        _row("16 producers, 99.9th percentile (at most the aim)", "ms", _tail, middle, 1, AIMS["tail"], rounds),
        _fairness(middle, rounds),
    ]


def _row(
    work: str, unit: str, measure: Callable[[Latencies], float], pair: tuple[Latencies, Latencies],
    per: float, aim: float, rounds: int,
) -> Row:  # fmt: skip
    ours, peer = measure(pair[0]) / per, measure(pair[1]) / per
    ratio = ours / max(peer, 1e-9)
    kept = ratio >= aim if aim >= 1 else ratio <= aim
    return Row(work, round(ours, 2), round(peer, 2), PEER, unit, round(ratio, 4), round(aim, 3), kept, rounds)


def _fairness(pair: tuple[Latencies, Latencies], rounds: int) -> Row:
    ours, peer = (min(map(len, side)) / max(1, *map(len, side)) for side in pair)
    aim = AIMS["fairness"]
    return Row(
        "16 producers, slowest to fastest", round(ours, 3), round(peer, 3), PEER, "ratio", round(ours, 3), aim,
        ours >= aim, rounds,
    )  # fmt: skip


def _rate(side: Latencies) -> float:
    return float(sum(map(len, side)))


def _tail(side: Latencies) -> float:
    return quantiles([latency for producer in side for latency in producer], n=1000)[-1] * 1000


def _together(path: Path, seconds: float) -> Latencies:
    """One process writes what has arrived in one commit, and answers all who wait for it."""

    def serve(ends: list[Connection]) -> Latencies:
        with SqliteLog(path, time.time_ns) as log:  # opened after the producers were forked: they must not inherit it
            return _serve(log, ends)

    return _run(_produce, seconds, serve)


def _apart(path: Path, seconds: float) -> Latencies:
    connection = sqlite3.connect(path)
    connection.executescript(
        "pragma journal_mode=wal; create table events(position integer primary key, stream text, version integer, "
        "type text, run text, cause text, payload blob, unique(stream, version))"
    )
    connection.close()
    return _run(_write_alone, seconds, lambda ends: [end.recv() for end in ends], str(path))


def _run(
    producer: Callable[..., None], seconds: float, serve: Callable[[list[Connection]], Latencies], *arguments: Any
) -> Latencies:
    context = mp.get_context("fork")
    pipes = [context.Pipe() for _ in range(PRODUCERS)]
    gate = context.Barrier(PRODUCERS)
    workers = [
        context.Process(target=producer, args=(name, theirs, gate, seconds, *arguments), daemon=True)
        for name, (_, theirs) in enumerate(pipes)
    ]
    for worker in workers:
        worker.start()
    try:
        return serve([ours for ours, _ in pipes])
    finally:
        for worker in workers:
            worker.join()


def _serve(log: SqliteLog, ends: list[Connection]) -> Latencies:
    open_ends, done = list(ends), dict[int, list[float]]()
    while open_ends:
        asking, group = [], []
        for ready in wait(open_ends):
            if not isinstance(ready, Connection):
                continue
            said = ready.recv()
            if isinstance(said, list):
                done[ends.index(ready)] = said
                open_ends.remove(ready)
                continue
            asking.append(ready)
            name, version = said
            event = PackedEvent("ToolReturned", 1, pack(DATA), CAUSE)
            group.append([Batch(f"episode/{name}", (event,), version - 1, RUN)])
        if group:
            log.append_group(group)
        for end in asking:
            end.send(True)
    return [done[name] for name in sorted(done)]


def _produce(name: int, end: Connection, gate: threading.Barrier, seconds: float) -> None:
    def append(version: int) -> None:
        end.send((name, version))
        end.recv()

    end.send(_timed(append, gate, seconds))


def _write_alone(name: int, end: Connection, gate: threading.Barrier, seconds: float, path: str) -> None:
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("pragma synchronous=full")
    values = (f"episode/{name}", "ToolReturned", RUN, CAUSE, pack(DATA))

    def append(version: int) -> None:
        connection.execute("begin immediate")
        connection.execute(
            "insert into events(stream, version, type, run, cause, payload) values (?,?,?,?,?,?)",
            (values[0], version, *values[1:]),
        )
        connection.execute("commit")

    end.send(_timed(append, gate, seconds))


def _timed(append: Callable[[int], None], gate: threading.Barrier, seconds: float) -> list[float]:
    gate.wait()
    stop, latencies = time.perf_counter() + seconds, list[float]()
    version = NO_STREAM + 1
    while (begin := time.perf_counter()) < stop:
        append(version)
        latencies.append(time.perf_counter() - begin)
        version += 1
    return latencies
