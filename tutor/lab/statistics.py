"""How sure one can be of a share that was counted on a few runs."""

from __future__ import annotations

import math

_Z_95 = 1.959963984540054
"""The normal distribution keeps 95 % within so many standard deviations."""


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval for a share of which ``successes`` in ``trials`` were seen; (0, 1) without trials.

    Unlike the usual p +- 2 sigma it stays within 0 and 1 and does not shrink to nothing at 0 of n.
    Source: E. B. Wilson, "Probable inference" (1927).
    """
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    spread = _Z_95**2 / trials
    middle = share + spread / 2
    half = _Z_95 * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return max(0.0, low), min(1.0, high)
