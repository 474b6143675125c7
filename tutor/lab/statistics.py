"""How sure one can be of a share that was counted on a few runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

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
    # At the ends it touches 0 or 1 exactly, which rounding may miss.
    return (max(0.0, low) if successes else 0.0), (min(1.0, high) if successes < trials else 1.0)


@dataclass(frozen=True)
class Count:
    """How many runs reached their goal, with the 95 % interval for the share among all seeds."""

    reached: int
    low: float
    high: float
    median_step: float
    """At which those reached it that did (of an even number the lower one); NaN if none did."""


def count_reached(goal_steps: Sequence[int | None]) -> Count:
    """Count runs by the step at which each reached its goal, None for those that did not."""
    reached = [step for step in goal_steps if step is not None]
    low, high = wilson_interval(len(reached), len(goal_steps))
    return Count(len(reached), low, high, float(median_low(reached)) if reached else math.nan)
