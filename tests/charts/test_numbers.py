"""Numbers and tables as a learner reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.charts import layers_table, line_table, short
from tutor.charts.spans import fit
from tutor.report import Layer, Series
from tutor.text import cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0213, "0.0213"), (1.2e-05, "1.2e-05"), (12300.0, "12,300"), (12345, "12,345"),
        (math.nan, "not a number"), (math.inf, "infinite"), (-math.inf, "minus infinite"),
        (0.0, "0"), (1.0, "1"), (999.6, "1,000"),
        (0.9999, "1"), (0.98765, "0.988"), (-3.14159, "-3.14"), (5e7, "5e+07"), (0.00099999, "0.001"),
        (10**400, "infinite"),
    ],
)  # fmt: skip
def test_short_numbers(value, text):
    assert short(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_short_number_is_short_and_near_its_value(value):
    text = short(value)
    assert len(text) <= 10
    assert float(text.replace(",", "")) == pytest.approx(value, rel=6e-3, abs=1e-300)


def test_the_line_table_holds_first_and_last_and_aligns():
    train = Series("loss", [float(i) for i in range(101)], [100.0 - i for i in range(101)])
    held_out = Series("val_loss", [50.0, 100.0], [7.0, math.nan])
    table = line_table([train, held_out], rows=5)
    assert table[0].split() == ["epoch", "training", "held-out"]
    assert [row.split()[:2] for row in table[1:]] == [
        ["0", "100"],
        ["25", "75"],
        ["50", "50"],
        ["75", "25"],
        ["100", "0"],
    ]
    assert table[1].endswith("-") and table[3].split()[2] == "7" and table[5].endswith("not a number")
    assert line_table([]) == ["no data yet"]


def test_the_layers_table_says_what_was_not_measured():
    table = layers_table([Layer("dense_1", math.nan, 2.0), Layer("dense_2", 1e-6, 3.0)])
    assert table[0].split() == ["layer", "gradient", "norm", "weight", "norm"]
    assert table[1].split() == ["dense_1", "-", "2"] and table[2].split() == ["dense_2", "1e-06", "3"]


@given(st.text(max_size=30), st.integers(0, 20), st.sampled_from(["left", "right", "center"]))
def test_fitted_text_is_exactly_as_wide_as_asked(text, width, align):
    fitted = fit(text, width, align)
    assert cells(fitted) == width
    assert "\x1b" not in fitted and "\n" not in fitted
