"""A curve that never grows beyond a fixed size, however long the run."""

from __future__ import annotations

import math

from msgspec import Struct, field
from msgspec.structs import replace

from tutor.report import Series

BUCKETS = 150
"""Each bucket keeps two points, so that at most some 300 leave for the screen."""

Point = tuple[float, float]


class Curve(Struct):
    """Points (x, y) with x rising. Once full, neighbours merge; each bucket keeps its two extreme points.

    So spikes survive, the first and the last point are always exact, and what is kept depends only on the
    points given, not on when they were asked for. Points whose y is not finite are left out.
    The number of buckets, ``most``, is even.
    """

    name: str
    most: int = BUCKETS
    first: Point | None = None
    last: Point | None = None
    buckets: list[tuple[Point, Point]] = field(default_factory=list)
    in_last_bucket: int = 0
    """How many points the last one holds; every other holds ``bucket_size``."""
    bucket_size: int = 1

    def add(self, x: float, y: float) -> None:
        """Append one point."""
        if not math.isfinite(y):
            return
        point = (x, y)
        self.first = self.first or point
        self.last = point
        if self.buckets and self.in_last_bucket < self.bucket_size:
            self.buckets[-1] = _merge(self.buckets[-1], (point, point))
            self.in_last_bucket += 1
            return
        if len(self.buckets) == self.most:
            pairs = zip(self.buckets[::2], self.buckets[1::2], strict=True)
            self.buckets = [_merge(left, right) for left, right in pairs]
            self.bucket_size *= 2
        self.buckets.append((point, point))
        self.in_last_bucket = 1

    def copy(self) -> Curve:
        """One that can be extended apart from this one."""
        return replace(self, buckets=list(self.buckets))

    def series(self) -> Series:
        """The curve as it goes to the screen: points in the order of x, each once."""
        points = {point for bucket in self.buckets for point in bucket}
        points |= {point for point in (self.first, self.last) if point is not None}
        ordered = sorted(points)
        return Series(self.name, [x for x, _ in ordered], [y for _, y in ordered])


def _merge(left: tuple[Point, Point], right: tuple[Point, Point]) -> tuple[Point, Point]:
    """Lowest and highest point of two buckets; of equals the earlier."""
    (low, high), (other_low, other_high) = left, right
    return other_low if other_low[1] < low[1] else low, other_high if other_high[1] > high[1] else high
