"""Curves stay small and keep their extremes."""

from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from tutor.lab.curve import BUCKETS, Curve


def curve_of(values):
    curve = Curve("loss")
    for x, y in enumerate(values):
        curve.add(float(x), y)
    return curve.series()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=2000))
def test_points_are_true_in_order_and_hold_ends_and_extremes(values):
    series = curve_of(values)
    assert all(values[int(x)] == y for x, y in zip(series.x, series.y, strict=True))
    assert series.x == sorted(set(series.x))
    assert (series.x[0], series.x[-1]) == (0, len(values) - 1)
    assert (min(series.y), max(series.y)) == (min(values), max(values))


def test_short_curves_keep_every_point():
    values = [math.sin(i) for i in range(BUCKETS)]
    assert curve_of(values).y == values


def test_a_long_curve_is_bounded_and_keeps_a_single_spike():
    rng = random.Random(0)
    values = [rng.random() for _ in range(100_000)]
    values[54_321] = 99.0
    series = curve_of(values)
    assert len(series.x) <= 2 * BUCKETS + 2
    assert (series.x[0], series.x[-1]) == (0, 99_999)
    assert series.y[series.x.index(54_321)] == 99.0


def test_what_is_not_finite_is_left_out():
    assert curve_of([1.0, math.nan, math.inf, 2.0]).x == [0.0, 3.0]
    assert curve_of([math.nan]).x == []
