"""Curves before they are drawn: names for people, logarithms, gaps, and few enough points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tutor.report import Series

# Beyond this, differences of two values could overflow; no curve that a learner reads goes there.
_LIMIT = 1e300

XY = list[tuple[float, float]]

_NAMES = {"scratch_accuracy": "scratch", "source_accuracy": "source"}
"""Curves that stand beside training and held-out ones and have a name of their own."""


def held_out(series: Series) -> bool:
    """Whether the curve was measured on examples that training never saw."""
    return series.name.startswith("val_")


def labels(series: Sequence[Series]) -> list[str]:
    """A name for each curve: ``training`` and ``held-out`` where both show the same quantity."""
    quantities = {one.name.removeprefix("val_") for one in series if one.name not in _NAMES}
    paired = len(quantities) == 1 and len(series) > 1
    return [_label(one.name, paired) for one in series]


def _label(name: str, paired: bool) -> str:
    if name in _NAMES:
        return _NAMES[name]
    quantity = name.removeprefix("val_").replace("_", " ")
    if paired:
        return "held-out" if name.startswith("val_") else "training"
    return f"held-out {quantity}" if name.startswith("val_") else quantity


def last_value(series: Series) -> float:
    """The newest value that is a number, NaN if there is none."""
    return next((y for y in reversed(series.y) if math.isfinite(y)), math.nan)


def points(series: Series, log: bool) -> XY:
    """The curve's points; ``y`` is the logarithm to base 10 if ``log``.

    A value that cannot be drawn (NaN, infinite, not positive under the logarithm) is NaN: a gap.
    A point without a finite ``x`` is left out.
    """
    return [
        (float(x), _logarithm(y) if log else _finite(y))
        for x, y in zip(series.x, series.y, strict=False)
        if abs(x) <= _LIMIT
    ]


def _finite(y: float) -> float:
    return float(y) if abs(y) <= _LIMIT else math.nan


def _logarithm(y: float) -> float:
    return math.log10(y) if 0 < y < math.inf else math.nan


def downsample(points: XY, columns: int, low: float, high: float) -> XY:
    """At most two points for each of ``columns`` slices of [low, high]: its lowest and its highest.

    They stay in their order, so that a spike of one step is still seen. A slice that holds nothing
    but gaps stays a gap.
    """
    kept: XY = []
    group: XY = []
    place = None
    for point in points:
        here = int((point[0] - low) / (high - low) * columns) if high > low else 0
        if here != place and group:
            kept += _extremes(group)
            group = []
        place = here
        group.append(point)
    return kept + _extremes(group)


def clipped(points: XY, low: float, high: float) -> XY:
    """The points with every ``y`` within [low, high]; gaps stay gaps."""
    return [(x, y if math.isnan(y) else min(max(y, low), high)) for x, y in points]


def dotted(points: XY, distance: float) -> XY:
    """The points, and where two neighbours are further apart than ``distance`` more on the line between.

    There is no line to or from a gap, which may lie far beyond the axis.
    """
    dots: XY = points[:1]
    for (x0, y0), (x1, y1) in pairwise(points):
        line = distance > 0 and not (math.isnan(y0) or math.isnan(y1))
        count = max(round((x1 - x0) / distance), 1) if line else 1
        dots += [(x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(1, count)]
        dots.append((x1, y1))
    return dots


def _extremes(group: XY) -> XY:
    numbers = [index for index, (_, y) in enumerate(group) if not math.isnan(y)]
    if not numbers:
        return group[:1]
    lowest = min(numbers, key=lambda index: group[index][1])
    highest = max(numbers, key=lambda index: group[index][1])
    return [group[index] for index in sorted({lowest, highest})]
