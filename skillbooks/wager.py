"""Wagers: evidence that may be looked at after every observation without the error rate growing.

Somebody who believes that a bounded number is above zero on average bets a share of the capital on each observation. If
the belief is wrong the capital grows, whatever he does, beyond 1 / alpha with a chance of at most alpha, ever (Ville's
inequality). No variance is assumed or estimated, so a few large flips cannot fool it. After Waudby-Smith and Ramdas,
"Estimating means of bounded random variables by betting" (2023), with an even mixture of fixed stakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

STAKES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""Shares of the capital that are bet, side by side."""


def capital(gains: Iterable[float], bound: float) -> list[float]:
    """The capital after each observation, begun with 1: evidence against "the mean is not above zero".

    Args:
        gains: observations, none below -bound.
        bound: largest size that one of them can have.

    Raises:
        ValueError: an observation is below -bound, for which the promise would not hold.
    """
    pots, told = [1.0] * len(STAKES), []
    for gain in gains:
        if gain < -bound:
            raise ValueError(f"a gain of {gain} is below the stated bound of {-bound}")
        pots = [pot * (1 + stake * gain / bound) for pot, stake in zip(pots, STAKES, strict=True)]
        told.append(sum(pots) / len(pots))
    return told


def strongest(course: Sequence[float]) -> float:
    """The most that the capital ever was: 1 divided by it is a p-value that holds whenever one looks."""
    return max(course, default=1.0)
