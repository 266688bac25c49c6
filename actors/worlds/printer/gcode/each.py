"""An equation of physics along the rows of a file: those that take one number are asked for row after row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from actors.worlds.printer.gcode.planner import Array


def each(equation: Callable[..., float], *columns: Array) -> Array:
    """The equation's value for each row of the columns; rows that are the same are worked out once."""
    if not len(columns[0]):
        return np.zeros(0)
    rows, which = np.unique(np.stack(columns), axis=1, return_inverse=True)
    return np.array([equation(*row) for row in rows.T.tolist()])[which.ravel()]
