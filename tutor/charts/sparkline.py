"""A curve in one line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*%#"


def sparkline(values: Sequence[float], width: int, *, ascii: bool = False) -> str:
    """``values`` as ``width`` characters, the highest of each group kept; gaps (NaN, infinite) are blank.

    Fewer values than ``width`` leave blanks at the right; a constant row is drawn half-way up.
    """
    signs = _ASCII if ascii else _BLOCKS
    groups = _groups(values, width)
    finite = [value for value in groups if not math.isnan(value)]
    if not finite:
        return " " * width
    low, high = min(finite), max(finite)
    # Halved before subtracting: the range of two large floats may be infinite.
    reach = high / 2 - low / 2

    def sign(value: float) -> str:
        if math.isnan(value):
            return " "
        share = (value / 2 - low / 2) / reach if reach > 0 else 0.5
        return signs[min(int(share * len(signs)), len(signs) - 1)]

    return "".join(map(sign, groups)).ljust(width)


def _groups(values: Sequence[float], width: int) -> list[float]:
    """At most ``width`` values: the highest finite one of each run of neighbours, NaN where there is none."""
    count = min(len(values), width)
    bounds = [len(values) * i // count for i in range(count + 1)] if count else []
    groups = []
    for first, last in pairwise(bounds):
        finite = [value for value in values[first:last] if math.isfinite(value)]
        groups.append(max(finite) if finite else math.nan)
    return groups
