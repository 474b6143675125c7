"""Ranges and tick marks of an axis: few, round, and never clipped."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1, 2, 5)
# Below this a range could not be divided into steps any more.
_TINY = 1e-300


@dataclass(frozen=True)
class Axis:
    """The range that is shown, and the marks on it; on a logarithmic axis all are powers of 10."""

    low: float
    high: float
    ticks: list[float]
    labels: list[str]


def spread(low: float, high: float) -> tuple[float, float]:
    """A range that has some width: a constant (or nearly so) gets room on both sides."""
    size = max(abs(low), abs(high))
    if high - low > max(1e-9 * size, _TINY):
        return low, high
    room = 0.5 * size if size > _TINY else 0.5
    return low - room, high + room


def linear(low: float, high: float, count: int) -> Axis:
    """An axis over [low, high] with at most some ``count`` marks at 1, 2 or 5 times a power of 10."""
    low, high = spread(low, high)
    step = _round_step((high - low) / max(count, 1))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    ticks = [index * step for index in range(first, last + 1)]
    return Axis(low, high, ticks, [_label(tick, step) for tick in ticks])


def logarithmic(low: float, high: float, count: int) -> Axis:
    """An axis over 10**low to 10**high: marks at decades, or at 1, 2, 5 where there are few decades."""
    if high - low <= 1e-6:  # a constant: its own value is the mark
        return Axis(low - 0.5, high + 0.5, [low], [power(low)])
    decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    every = max(1, math.ceil(len(decades) / max(count, 1)))
    ticks = [float(decade) for decade in decades if decade % every == 0]
    finer = _between_decades(low, high)
    if 2 <= len(finer) <= max(count, 2):
        ticks = finer
    if len(ticks) < 2:
        # Little more than a factor of 2: the ends themselves are marked.
        ticks = [low, high]
    return Axis(low, high, ticks, [power(tick) for tick in ticks])


def power(exponent: float) -> str:
    """10 to the ``exponent`` as a label: 0.001, 0.02, 1, 100, 1e-05."""
    if not -300 < exponent < 300:  # near the ends of the floats
        return f"1e{exponent:+.0f}"
    value = 10.0**exponent
    if value >= 1e5:
        return f"{value:.0e}"
    return f"{value:.2g}" if value < 99.5 else f"{value:.0f}"


def _between_decades(low: float, high: float) -> list[float]:
    candidates = (
        decade + math.log10(step) for decade in range(math.floor(low), math.ceil(high) + 1) for step in _STEPS
    )
    return [tick for tick in candidates if low <= tick <= high]


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of 10 that is no smaller than ``rough``."""
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next((step * magnitude for step in _STEPS if step * magnitude >= rough), 10 * magnitude)


def _label(tick: float, step: float) -> str:
    """``tick`` with as many decimals as ``step`` needs; powers of ten where that would be long."""
    if abs(tick) < step / 2:
        return "0"
    if step < 1e-4 or abs(tick) >= 1e5:
        return f"{tick:.2g}" if step >= abs(tick) / 10 else f"{tick:.4g}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{tick:.{decimals}f}"
