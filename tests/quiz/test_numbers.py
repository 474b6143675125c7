"""Numbers as people type them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.errors import InputError
from tutor.quiz.numbers import number_text, parse_number, within


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12", "", 12),
        ("+0.5", "", 0.5),
        (".5", "", 0.5),
        ("5.", "", 5),
        ("1e-3", "", 0.001),
        ("1E3", "", 1000),
        ("1/3", "", 1 / 3),
        ("-1 / 4", "", -0.25),
        ("0.3/0.1", "", 0.3 / 0.1),
        ("−2", "", -2),  # U+2212, as copied from the lesson
        ("–2", "", -2),  # the dash a telephone makes of it
        ("  7\t\n", "", 7),
        ("\u00a07\u202f", "", 7),
        ("50 %", "", 0.5),
        ("7%", "", 0.07),
        ("50 %", "%", 50),
        ("50", "%", 50),
        ("1/2 %", "%", 0.5),
        ("12 steps", "steps", 12),
        ("12 Steps", "steps", 12),
        ("12steps", "steps", 12),
    ],
)
def test_is_read(text: str, unit: str, value: float) -> None:
    assert parse_number(text, unit) == value


@pytest.mark.parametrize(
    "text",
    ["", "  ", "abc", "1,5", "1,000", "1 000", "1_000", "0x10", "nan", "inf", "-inf", "1e999", "1e308/1e-308",
     "1/0", "1/0.0", "1/2/3", "--1", "1e", "1e2.5", "٣", "½", "2*3", "12 steps", "1;2", "12 %%"],
)  # fmt: skip
def test_is_refused_in_one_line_with_a_hint(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_number(text)
    assert caught.value.hint
    assert "\n" not in caught.value.message + caught.value.hint


def test_a_decimal_comma_is_named_as_what_is_wrong() -> None:
    with pytest.raises(InputError, match="comma"):
        parse_number("0,5")


def test_percent_is_refused_where_steps_are_asked_for() -> None:
    with pytest.raises(InputError, match="not a number"):
        parse_number("50 %", "steps")


@given(st.text())
def test_any_text_is_a_finite_number_or_one_clean_line(text: str) -> None:
    try:
        assert math.isfinite(parse_number(text))
    except InputError as error:
        assert error.message.isprintable()
        assert len(error.message) < 90


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_prints_is_read_back(value: float) -> None:
    assert parse_number(repr(value)) == value
    assert parse_number(repr(value).replace("-", "−")) == value


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_whole_numbers_are_compared_exactly(value: int, answer: int, tolerance: int) -> None:
    assert within(float(value), float(answer), float(tolerance)) == (abs(value - answer) <= tolerance)


def test_large_whole_numbers_that_differ_by_one_differ() -> None:
    assert not within(7_000_000_001.0, 7_000_000_000.0, 0.0)


@given(st.integers(-1000, 1000), st.integers(1, 1000))
def test_the_edge_of_a_decimal_tolerance_is_inside(hundredths: int, width: int) -> None:
    answer, tolerance = hundredths / 100, width / 100
    edge = parse_number(f"{(hundredths + width) / 100:.2f}")
    assert within(edge, answer, tolerance)
    beyond = parse_number(f"{(hundredths + width) / 100 + 0.001:.3f}")
    assert not within(beyond, answer, tolerance)


def test_rounding_of_binary_fractions_does_not_make_a_right_answer_wrong() -> None:
    assert 0.1 + 0.2 != 0.3
    assert within(0.1 + 0.2, 0.3, 0.0)
    assert not within(0.3001, 0.3, 0.0)


def test_numbers_are_shown_short() -> None:
    assert number_text(12.0) == "12"
    assert number_text(0.1 + 0.2, "%") == "0.3 %"
