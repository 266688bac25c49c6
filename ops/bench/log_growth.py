"""A log that grows: the rate of its appends late beside early."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from events.codec import pack
from events.event import PackedEvent
from events.log import NO_STREAM, open_log
from ops.bench.log_append import CAUSE, DATA, RUN, TYPES
from ops.bench.rounds import Row

BATCH = 1000
WINDOW = 50
"""Batches of which a rate is the median."""
AIM = 0.9


def compare_growth(folder: Path, events: int) -> Row:
    """Append up to `events`; the rate there beside the rate at half of it, per second of processor time.

    The two cannot be interleaved, so processor time is compared and not the wall, and a median of many batches.
    """
    batch = [PackedEvent(TYPES[n % 4], 1, pack(DATA), CAUSE) for n in range(BATCH)]
    spent = list[float]()
    with open_log(f"sqlite:///{folder}/growth.db") as log:
        for _ in range(events // BATCH):
            begin = time.process_time()
            log.append(f"episode/{uuid4()}", batch, expected=NO_STREAM, correlation=RUN)
            spent.append(time.process_time() - begin)
    half = len(spent) // 2
    early, late = (
        BATCH / median(part) for part in (spent[max(0, half - WINDOW) : half + WINDOW], spent[-2 * WINDOW :])
    )
    work, peer = f"append, at {events:,} events", f"ours, at {events // 2:,}"
    ratio = late / early
    return Row(work, round(late, 1), round(early, 1), peer, "events/cpu s", round(ratio, 3), AIM, ratio >= AIM, 1)
