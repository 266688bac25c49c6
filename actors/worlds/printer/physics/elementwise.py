"""Arithmetic for one number and for an array of them alike, so that one equation serves a printer and a fleet.

A quantity is a plain float or a float64 array with one element a printer. Plain floats go through `math`, which is
many times faster for a single number; arrays through numpy. The two agree to the last few bits.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Quantity = TypeVar("Quantity", float, Array)
"""One number, or one number a printer."""
Truth = bool | NDArray[np.bool_]
"""One answer, or one answer a printer."""


def exp(x: Quantity) -> Quantity:
    """Exponential function of x."""
    return np.exp(x) if isinstance(x, np.ndarray) else math.exp(x)


def log(x: Quantity) -> Quantity:
    """Natural logarithm of x."""
    return np.log(x) if isinstance(x, np.ndarray) else math.log(x)


def sqrt(x: Quantity) -> Quantity:
    """Square root of x."""
    return np.sqrt(x) if isinstance(x, np.ndarray) else math.sqrt(x)


def most(x: Quantity, least_allowed: float) -> Quantity:
    """The greater of a quantity and a number."""
    if isinstance(x, np.ndarray):
        return np.maximum(x, least_allowed)
    return max(x, least_allowed)


def least(x: Quantity, most_allowed: float) -> Quantity:
    """The smaller of a quantity and a number."""
    if isinstance(x, np.ndarray):
        return np.minimum(x, most_allowed)
    return min(x, most_allowed)


def clip(x: Quantity, low: float, high: float) -> Quantity:
    """A quantity kept between two numbers."""
    return least(most(x, low), high)


def smaller(x: Quantity, y: Quantity) -> Quantity:
    """The smaller of two quantities."""
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        return np.minimum(x, y)
    return min(x, y)


def where(condition: Truth, yes: Quantity, no: float) -> Quantity:
    """`yes` where the condition holds, else the number `no`; both are worked out, so neither may fail."""
    if isinstance(yes, np.ndarray):
        return np.where(condition, yes, no)
    return yes if condition else no


def power(x: Quantity, exponent: float) -> Quantity:
    """A quantity that is not negative, to the power of a number."""
    return np.power(x, exponent) if isinstance(x, np.ndarray) else math.pow(x, exponent)


def smoothstep(x: Quantity) -> Quantity:
    """0 below 0, 1 above 1, and a smooth rise between."""
    inside = clip(x, 0.0, 1.0)
    return inside * inside * (3.0 - 2.0 * inside)


def logistic(x: Quantity) -> Quantity:
    """1 / (1 + e^-x), safe for any x."""
    if isinstance(x, np.ndarray):
        return 1.0 / (1.0 + np.exp(np.clip(-x, -700.0, 60.0)))
    return 1.0 / (1.0 + math.exp(min(max(-x, -700.0), 60.0)))
