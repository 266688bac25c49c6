"""The result of a printed file, as a person or a program reads it: measured, layer by layer, place by place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.gcode.deposit import Deposit
from actors.worlds.printer.gcode.planner import Array
from actors.worlds.printer.gcode.plate import ASIDE, Plate, corner
from actors.worlds.printer.gcode.remarks import REGIONS
from actors.worlds.printer.gcode.strand import Strand
from actors.worlds.printer.physics import surface

Plain = dict[str, Any]

FLOW_EDGES = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 1e9)
"""mm3/s between which over- and under-extrusion is told apart."""
CELL = 20.0
"""mm of one cell of the first layer's map."""
SKIPPED = 2
"""Layers at the bottom that are not measured: skirts, brims and squish widen them."""


def measure(done: Deposit) -> Plain:
    """Measure what a file left on the plate.

    Returns:
        plain values. `stopped` and all parts are there in any case; a part is None where the print did not get so far.
    """
    program, strand = done.program, done.strand
    total = program.profile.total
    result: Plain = {
        "file": program.name,
        "slicer": program.remarks.slicer,
        "machine": done.machine.id,
        "material": done.machine.material.id,
        "stopped": done.stopped,
        "ended": {"minute": done.ended / 60.0, "layer": done.layer + 1, "of": program.layers},
        "firmware": list(done.firmware),
        "minutes": {
            "moving": total / 60.0,
            "heating": done.warmth.waited / 60.0 if done.warmth else 0.0,
            "slicer": None if program.remarks.seconds is None else program.remarks.seconds / 60.0,
        },
        "lines_refused": program.refusals,
        **dict.fromkeys(("dimensions", "flow", "first_layer", "adhesion", "jam", "strings", "walls", "by_layer")),
        "shifts": [],
        "squashed": [],
        "bands": [],
    }
    if strand is None or done.drift is None or done.hairs is None or not len(strand.rows):
        return result
    seen = program.profile.end[strand.rows] <= done.ended
    result["dimensions"] = dimensions(done, seen)
    result["flow"] = _flow(done, strand, seen)
    result["by_layer"] = _by_layer(done, strand, seen)
    if done.plate is not None:
        result["first_layer"] = _first_layer(done.plate)
        result["adhesion"] = _adhesion(done, done.plate)
    result["jam"] = _jam(done, strand)
    result["walls"] = None if done.finish is None else asdict(done.finish)
    hairs = done.hairs
    result["strings"] = {"hair": hairs.mean, "travels": len(hairs.rows), "seen": hairs.seen}
    result["shifts"] = [
        {"minute": s.seconds / 60.0, "layer": s.layer + 1, "x": s.x, "y": s.y, "motor": s.motor, "how": s.how}
        for s in done.drift.shifts
    ]
    result["squashed"] = [layer + 1 for layer in done.drift.squashed if layer <= done.layer]
    result["bands"] = [vars(band) for band in done.bands]
    return result


def places(done: Deposit, seen: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Ends of all lines that came out where they really lie, mm: arrays of lines x (start, end) for X and for Y."""
    program, strand, drift = done.program, done.strand, done.drift
    if strand is None or drift is None:
        return np.zeros((0, 2)), np.zeros((0, 2))
    rows = strand.rows[seen]
    start, end = program.start[rows], (program.start + program.delta)[rows]
    dx, dy = drift.aside(program.profile.begin[rows])
    lean = np.tan(np.radians(drift.skew))
    wave = drift.ribs * np.sin(2.0 * np.pi * end[:, 2] / 8.0)
    y = np.stack((start[:, 1], end[:, 1]), axis=1)
    x = np.stack((start[:, 0], end[:, 0]), axis=1) + lean * (y - y.mean() if len(y) else 0.0)
    return x + (dx + wave)[:, None], y + dy[:, None]


def dimensions(done: Deposit, seen: NDArray[np.bool_]) -> Plain | None:
    """Outer X, Y and Z in mm: asked for, and as they came out; None where too little did."""
    program, strand, drift = done.program, done.strand, done.drift
    if strand is None or drift is None:
        return None
    rows = strand.rows
    aside = np.isin(program.region[rows], list(ASIDE)) | (program.layer[rows] < min(SKIPPED, program.layers - 1))
    meant = ~aside
    kept = seen & meant & (strand.ratio > 0.05)
    if not kept.any():
        return None
    asked = np.stack((program.start[rows], (program.start + program.delta)[rows]), axis=1)
    x, y = places(done, kept)
    shrinks = done.machine.material.shrinks
    found: Plain = {}
    for name, axis, here in (("x", 0, x), ("y", 1, y)):
        whole = _extent(asked[meant, :, axis], strand.width[meant])
        real = _extent(here, strand.width[kept] * strand.ratio[kept]) * (1.0 - shrinks) - drift.play[axis] + 0.01
        found[name] = {"asked": whole, "got": real, "error": real - whole}
    reached = np.unique(program.layer[rows[kept]])
    top = int(reached[np.argmax((program.heights - drift.sunk)[reached])])
    gap = 0.0 if done.plate is None else float(np.average(done.plate.gap, weights=done.plate.weights))
    height = float(program.heights[top]) - float(drift.sunk[top]) + max(gap, -float(program.heights[0]))
    whole = float(program.heights.max())
    found["z"] = {"asked": whole, "got": height, "error": height - whole}
    return found


def _extent(ends: Array, width: Array) -> float:
    """Mm from the outer edge of the first line to that of the last."""
    return float((ends.max(axis=1) + width / 2.0).max() - (ends.min(axis=1) - width / 2.0).min())


def _flow(done: Deposit, strand: Strand, seen: NDArray[np.bool_]) -> Plain:
    asked, given = strand.asked[seen], strand.given[seen]
    region = done.program.region[strand.rows[seen]]
    kinds = {name: _share(asked, given, region == i) for i, name in enumerate(REGIONS) if (region == i).any()}
    slot = np.digitize(strand.rate[seen], FLOW_EDGES) - 1
    speeds = [
        {"from": FLOW_EDGES[i], "to": FLOW_EDGES[i + 1] if FLOW_EDGES[i + 1] < 1e9 else None}
        | {"mm3": float(asked[slot == i].sum()), "share": _share(asked, given, slot == i)}
        for i in range(len(FLOW_EDGES) - 1)
        if (slot == i).any()
    ]
    return {
        "asked_mm3": float(asked.sum()),
        "given_mm3": float(given.sum()),
        "share": _share(asked, given, np.ones(len(asked), dtype=np.bool_)),
        "hardest_mm3_s": float(strand.rate[seen].max()) if len(asked) else 0.0,
        "by_region": kinds,
        "by_speed": speeds,
        "gives_way": "motor" if strand.skips else "gear",
        "hardest_grip": float(strand.share[seen].max()) if len(asked) else 0.0,
    }


def _share(asked: Array, given: Array, own: NDArray[np.bool_]) -> float:
    whole = float(asked[own].sum())
    return float(given[own].sum()) / whole if whole > 0.0 else 0.0


def _by_layer(done: Deposit, strand: Strand, seen: NDArray[np.bool_]) -> list[Plain]:
    """One entry a layer: height, temperatures, flow, bond, and how far the head was off."""
    program, drift = done.program, done.drift
    if drift is None:
        return []
    rows = strand.rows[seen]
    layer = program.layer[rows]
    own = layer >= 0
    count = int(layer.max()) + 1 if len(layer) else 0
    weight = np.bincount(layer[own], strand.asked[seen][own], minlength=count)

    def mean(column: Array) -> Array:
        summed = np.bincount(layer[own], (column * strand.asked[seen])[own], minlength=count)
        return np.asarray(summed / np.maximum(weight, 1e-12))

    x, y = drift.aside(program.profile.end[rows])
    columns = {
        "set": mean(program.hotend[rows]),
        "block": mean(strand.block[seen]),
        "melt": mean(strand.melt[seen]),
        "flow": mean(strand.ratio[seen]),
        "bond": mean(surface.bond(done.machine.material, strand.melt[seen])),
        "x": mean(x),
        "y": mean(y),
    }
    real = program.heights - drift.sunk
    return [
        {"layer": i + 1, "z": float(real[i])} | {name: float(column[i]) for name, column in columns.items()}
        for i in range(count)
        if weight[i] > 0.0
    ]


def _first_layer(plate: Plate) -> Plain:
    weights = plate.weights
    cells: dict[tuple[int, int], list[int]] = {}
    for k, (x, y) in enumerate(zip(plate.x, plate.y, strict=True)):
        cells.setdefault((int(x // CELL), int(y // CELL)), []).append(k)
    own = weights > 0
    return {
        "gap_mm": float(np.average(plate.gap, weights=weights)),
        "spread_mm": float(np.ptp(plate.gap[own])),
        "squish": float(np.average(plate.squish, weights=weights)),
        "grip": float(np.average(plate.grip, weights=weights)),
        "weakest_grip": float(plate.grip[own].min()),
        "weakest_at": corner(plate, np.where(own, plate.grip, np.inf)),
        "cells": [
            {"x": (i + 0.5) * CELL, "y": (j + 0.5) * CELL}
            | {name: float(np.mean(getattr(plate, name)[rows])) for name in ("gap", "squish", "grip")}
            for (i, j), rows in sorted(cells.items())
        ],
    }


def _adhesion(done: Deposit, plate: Plate) -> Plain:
    lost = done.stopped == "detached"
    return {
        "lost": lost,
        "minute": plate.lost / 60.0 if lost else None,
        "layer": done.layer + 1 if lost else None,
        "where": plate.where if lost else "",
        "corner_lift_mm": plate.lift,
    }


def _jam(done: Deposit, strand: Strand) -> Plain | None:
    if strand.jammed >= done.ended:
        return None
    profile, layer = done.program.profile, done.program.layer
    at = min(int(np.searchsorted(profile.end, strand.jammed)), len(layer) - 1)
    return {"minute": strand.jammed / 60.0, "layer": int(layer[at]) + 1}
