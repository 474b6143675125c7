"""Line charts: exact size, gaps, spikes, logarithms, and nothing but colours in the escapes."""

import math
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.charts import line_chart
from tutor.charts.axes import linear, logarithmic
from tutor.charts.series import dotted, downsample, labels, points
from tutor.report import Series

SGR = re.compile(r"\x1b\[[0-9;]*m")
values = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 1),
    st.sampled_from([0.0, 1.0, -1.0, math.nan, math.inf, 1e308, -1e308, 5e-324]),
)


@st.composite
def curves(draw):
    def one(name):
        ys = draw(st.lists(values, max_size=40))
        step = draw(st.sampled_from([0.001, 0.5, 1, 1e6]))
        return Series(name, [i * step for i in range(len(ys))], ys)

    names = draw(st.sampled_from([[], ["loss"], ["loss", "val_loss"], ["errors", "updates", "bound"]]))
    return [one(name) for name in names]


def sizes_of(text):
    return [len(line) for line in SGR.sub("", text).split("\n")]


@settings(max_examples=150, deadline=None)
@given(curves(), st.integers(0, 120), st.integers(1, 40), st.booleans(), st.booleans())
def test_every_chart_is_exactly_as_large_as_asked(series, width, height, log, colours):
    text = line_chart(series, width, height, title="loss", log=log, colours=colours)
    assert sizes_of(text) == [width] * height
    assert "\x1b" not in (SGR.sub("", text) if colours else text)


@pytest.mark.parametrize(
    "ys",
    [[], [0.5], [0.5, 0.5, 0.5], [math.nan], [math.inf, math.nan], [0.0, 0.0], [1, math.nan, 2, math.inf, 3]],
    ids=str,
)
@pytest.mark.parametrize("log", [False, True])
def test_odd_curves_are_drawn_or_the_frame_says_why_not(ys, log):
    text = line_chart(
        [Series("loss", list(range(len(ys))), ys)], 40, 11, title="loss", log=log, empty="nothing yet"
    )
    drawable = any(math.isfinite(y) and (y > 0 or not log) for y in ys)
    assert ("nothing yet" in text) != drawable
    has_dots = re.search("[\u2801-\u28ff]", text) is not None
    assert has_dots == drawable


def test_a_spike_of_one_step_is_still_seen():
    ys = [0.1] * 5000
    ys[3333] = 9.0
    low = line_chart([Series("loss", list(range(5000)), [0.1] * 5000)], 40, 11, y_range=(0, 9), colours=False)
    spiked = line_chart([Series("loss", list(range(5000)), ys)], 40, 11, y_range=(0, 9), colours=False)
    top, quiet = spiked.split("\n")[2], low.split("\n")[2]
    assert re.search("[\u2801-\u28ff]", top) and not re.search("[\u2801-\u28ff]", quiet)


@given(
    st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)), min_size=1, max_size=300), st.integers(1, 50)
)
def test_downsampling_keeps_the_extremes_of_every_column_and_stays_small(ys, columns):
    xy = [(float(i), y) for i, y in enumerate(ys)]
    few = downsample(xy, columns, 0.0, float(len(ys) - 1))
    assert len(few) <= 2 * (columns + 1)
    assert few == sorted(few, key=lambda p: p[0])
    finite = [y for y in ys if not math.isnan(y)]
    if finite:
        kept = [y for _, y in few if not math.isnan(y)]
        assert (min(kept), max(kept)) == (min(finite), max(finite))


def test_values_beyond_a_fixed_axis_run_along_its_edge():
    """Drawn where they are, they would take a point for every cell on the way there: gigabytes for 1e9."""

    def drawn(beyond):
        ys = [0.0, beyond, beyond, math.nan, -beyond, 1.0]
        return line_chart([Series("accuracy", list(range(6)), ys)], 60, 18, y_range=(0, 1), colours=False)

    assert drawn(50.0).split("\n")[1:] == drawn(2.0).split("\n")[1:]
    assert drawn(1e9).split("\n")[1:] == drawn(2.0).split("\n")[1:]


def test_zero_and_below_have_no_logarithm_and_leave_a_gap():
    drawn = points(Series("loss", [0, 1, 2, 3], [100.0, 0.0, -1.0, 1e-3]), log=True)
    assert [y for _, y in drawn if not math.isnan(y)] == pytest.approx([2, -3])
    assert len(drawn) == 4


def test_a_logarithmic_chart_names_decades():
    chart = line_chart([Series("loss", [0, 1, 2], [1.0, 0.1, 0.001])], 60, 18, log=True, colours=False)
    for label in ("1┤", "0.1┤", "0.01┤", "0.001┤"):
        assert label in chart


def test_the_same_chart_twice_is_the_same_text():
    series = [Series("loss", [0, 1, 2], [1.0, 0.1, 0.001])]
    assert line_chart(series, 60, 18, log=True) == line_chart(series, 60, 18, log=True)


def test_training_and_held_out_are_told_apart_without_colours():
    series = [Series("loss", [0, 10], [1, 0.2]), Series("val_loss", [0, 10], [1.2, 0.9])]
    chart = line_chart(series, 60, 15, title="loss", colours=False)
    assert "── training 0.2" in chart and "• held-out 0.9" in chart
    assert chart.count("•") > 5
    assert labels([*series, Series("accuracy", [], [])]) == ["loss", "held-out loss", "accuracy"]


def test_titles_and_sentences_cannot_steer_the_terminal():
    chart = line_chart([], 40, 11, title="\x1b]52;c;aGk=\x07loss", empty="\x9b2Jempty\n\x1b[2J")
    assert "\x1b" not in chart and "\x9b" not in chart
    assert sizes_of(chart) == [40] * 11


def test_dots_join_two_measurements_but_do_not_bridge_a_gap():
    assert len(dotted([(0, 0), (10, 5)], 2)) == 6
    assert dotted([(0, 0), (10, 5)], 2)[1] == (2, 1)
    broken = dotted([(0, 0.0), (5, math.nan), (10, 5.0)], 2)
    assert [y for _, y in broken if not math.isnan(y)] == [0.0, 5.0]


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.integers(1, 10))
def test_linear_marks_are_few_and_inside(a, b, count):
    axis = linear(min(a, b), max(a, b), count)
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low < axis.high
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in axis.ticks)
    assert len(axis.ticks) <= count + 1


@given(st.floats(-290, 290), st.floats(-290, 290), st.integers(2, 10))
def test_logarithmic_marks_are_few_and_labelled(a, b, count):
    axis = logarithmic(min(a, b), max(a, b), count)
    assert (2 if abs(a - b) > 1e-6 else 1) <= len(axis.ticks) <= count + 1
    assert len(set(axis.labels)) == len(axis.labels) or axis.high - axis.low < 0.5
    assert max(map(len, axis.labels)) <= 8


def test_a_gap_far_beyond_the_axis_costs_nothing():
    assert len(dotted([(0.0, 1.0), (1e6, math.nan), (2e6, 1.0)], 0.001)) == 3
    assert len(dotted([(0.0, 1.0), (1.0, 3.0)], 0.1)) == 11


def test_a_constant_on_a_logarithmic_axis_is_its_own_mark():
    axis = logarithmic(math.log10(0.25), math.log10(0.25), 4)
    assert axis.labels == ["0.25"] and axis.low < axis.ticks[0] < axis.high


def test_the_package_imports_neither_plotext_nor_numpy():
    """The first paint must not wait for them."""
    code = "import tutor.charts, sys; print({'plotext', 'numpy', 'numba', 'textual'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
