"""Numbers as a learner reads them."""

from __future__ import annotations

import math

_SMALL, _LARGE = 1e-3, 1e7


def short(value: float) -> str:
    """``value`` in some three digits: ``0.0213``, ``1.2e-05``, ``12,300``, ``not a number``, ``infinite``.

    Whole numbers given as ``int`` keep all their digits.
    """
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**12 else _scientific(value)
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    size = abs(float(f"{value:.3g}"))
    if size == 0:
        return "0"
    if size < _SMALL or size >= _LARGE:
        return _scientific(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def signed(value: float) -> str:
    """``value`` in three digits with its sign: ``+0.25``; ``?`` where it is no finite number."""
    return f"{value:+.3g}" if math.isfinite(value) else "?"


def _scientific(value: float) -> str:
    """As ``%.2e``, without the zeros that say nothing: 1.20e-05 becomes 1.2e-05."""
    try:
        mantissa, exponent = f"{value:.2e}".split("e")
    except OverflowError:  # an int beyond the floats
        return "minus infinite" if value < 0 else "infinite"
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{exponent}"
