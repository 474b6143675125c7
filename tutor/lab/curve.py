"""A curve that never grows beyond a fixed size, however long the run."""

from __future__ import annotations

import math
from copy import copy

from tutor.report import Series

BUCKETS = 150
"""Each bucket keeps two points, so that at most some 300 leave for the screen."""

Point = tuple[float, float]


class Curve:
    """Points (x, y) with x rising. Once full, neighbours merge; each bucket keeps its two extreme points.

    So spikes survive, the first and the last point are always exact, and what is kept depends only on the
    points given, not on when they were asked for. Points whose y is not finite are left out.
    The number of ``buckets`` is even.
    """

    def __init__(self, name: str, buckets: int = BUCKETS) -> None:
        self.name = name
        self._most = buckets
        self._first: Point | None = None
        self._last: Point | None = None
        self._buckets: list[tuple[Point, Point]] = []
        self._in_last_bucket = 0
        self._bucket_size = 1

    def add(self, x: float, y: float) -> None:
        """Append one point."""
        if not math.isfinite(y):
            return
        point = (x, y)
        self._first = self._first or point
        self._last = point
        if self._buckets and self._in_last_bucket < self._bucket_size:
            self._buckets[-1] = _merge(self._buckets[-1], (point, point))
            self._in_last_bucket += 1
            return
        if len(self._buckets) == self._most:
            pairs = zip(self._buckets[::2], self._buckets[1::2], strict=True)
            self._buckets = [_merge(left, right) for left, right in pairs]
            self._bucket_size *= 2
        self._buckets.append((point, point))
        self._in_last_bucket = 1

    def copy(self) -> Curve:
        """One that can be extended apart from this one."""
        twin = copy(self)
        twin._buckets = list(self._buckets)
        return twin

    def series(self) -> Series:
        """The curve as it goes to the screen: points in the order of x, each once."""
        points = {point for bucket in self._buckets for point in bucket}
        points |= {point for point in (self._first, self._last) if point is not None}
        ordered = sorted(points)
        return Series(self.name, [x for x, _ in ordered], [y for _, y in ordered])


def _merge(left: tuple[Point, Point], right: tuple[Point, Point]) -> tuple[Point, Point]:
    """Lowest and highest point of two buckets; of equals the earlier."""
    (low, high), (other_low, other_high) = left, right
    return other_low if other_low[1] < low[1] else low, other_high if other_high[1] > high[1] else high
