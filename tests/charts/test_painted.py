"""Heat map, images and bars: exact sizes, signs beside the colours, odd numbers."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import Color, ColorSystem

from tutor.charts import boundary, boundary_legend, digits, gradient_bars
from tutor.charts.palette import heat_of_few, hexadecimal
from tutor.report import Layer, Points, Samples, Surface

LEFT_RIGHT = Surface(-1, 1, -1, 1, 16, 16, bytes([0] * 8 + [255] * 8) * 16)
COLOR = re.compile(r"#[0-9a-f]{6}|")
anything = st.floats(allow_nan=True, allow_infinity=True)


def plain(line):
    return "".join(text for text, _, _ in line)


def check_size(lines, columns, rows):
    assert len(lines) == rows
    assert [len(plain(line)) for line in lines] == [columns] * rows
    for line in lines:
        for _, foreground, background in line:
            assert COLOR.fullmatch(foreground) and COLOR.fullmatch(background)


def samples(count, width=8, height=8):
    labels = [index % 10 for index in range(count)]
    return Samples(width, height, bytes(range(256))[: width * height] * count, labels, labels, [0.5] * count)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 20), st.integers(1, 20), st.integers(0, 90), st.integers(0, 30), st.booleans(),
    st.lists(st.tuples(st.floats(-2, 2), anything, st.integers(0, 1), st.integers(0, 1)), max_size=20),
)  # fmt: skip
def test_the_heat_map_is_exactly_as_large_as_asked(width, height, columns, rows, colours, examples):
    surface = Surface(-1, 1, -1, 1, width, height, bytes(i * 7 % 256 for i in range(width * height)))
    points = Points(*([example[i] for example in examples] for i in range(4)))
    check_size(boundary(surface, points, columns, rows, colours=colours), columns, rows)


def test_the_heat_map_is_blue_at_0_and_orange_at_1_with_a_dark_line_between():
    line = boundary(LEFT_RIGHT, None, 16, 4)[0]
    colors = [foreground for text, foreground, _ in line for _ in text]
    assert colors[0] == "#004488" and colors[-1] == "#e68a00"
    assert colors[8] == "#101010" and colors.count("#101010") == 1


def test_the_heat_map_stands_the_right_way_up():
    surface = Surface(-1, 1, -1, 1, 2, 2, bytes([255, 255, 0, 0]))  # top row: output 1
    points = Points([0.0], [0.9], [1], [1])
    lines = boundary(surface, points, 8, 4, colours=False)
    assert "x" in plain(lines[0]) and "#" in plain(lines[0])
    assert set(plain(lines[-1])) <= {" ", "."}


@pytest.mark.parametrize("colours", [True, False])
def test_classes_and_mistakes_have_signs_of_their_own(colours):
    points = Points([-0.9, -0.5, 0.5, 0.9], [0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 1])
    text = "".join(plain(line) for line in boundary(LEFT_RIGHT, points, 32, 8, colours=colours))
    assert re.sub("[^oxOX]", "", text) == "oXOx"
    legend = " ".join(boundary_legend(colours=colours))
    for word in ("o class 0", "x class 1", "O, X: answered wrong"):
        assert word in legend


def test_a_mistake_is_not_hidden_by_its_neighbours():
    points = Points([0.0] * 3, [0.0] * 3, [0, 0, 0], [0, 1, 0])
    text = "".join(plain(line) for line in boundary(LEFT_RIGHT, points, 10, 4))
    assert "O" in text and "o" not in text


def test_marks_contrast_with_what_is_under_them():
    points = Points([-0.9, 0.9], [0, 0], [0, 1], [0, 1])
    spans = [span for line in boundary(LEFT_RIGHT, points, 32, 8) for span in line if span[0] in "ox"]
    assert [(sign, ink) for sign, ink, _ in spans] == [("o", "#ffffff"), ("x", "#000000")]


@given(
    st.integers(0, 12),
    st.integers(0, 90),
    st.integers(0, 40),
    st.booleans(),
    st.sampled_from([(8, 8), (5, 7)]),
)
def test_images_are_exactly_as_large_as_asked(count, columns, rows, colours, shape):
    check_size(digits(samples(count, *shape), columns, rows, colours=colours), columns, rows)


def test_a_wrong_answer_is_marked_by_a_sign():
    wrong = Samples(8, 8, bytes(64) * 2, [7, 7], [7, 1], [0.98, 0.5])
    lines = [plain(line) for line in digits(wrong, 40, 7)]
    assert lines[4].rstrip() == "7->7  98%  7->1! 50%"


def test_ink_is_bright_and_two_rows_share_a_cell():
    pixels = bytes([255] * 8 + [0] * 8) * 4
    cell = digits(Samples(8, 8, pixels, [1], [1], [1.0]), 9, 6)[0][0]
    assert cell == ("▀" * 8, "#ffffff", "#000000")


@settings(deadline=None)
@given(st.lists(anything, max_size=8), st.integers(0, 90), st.integers(0, 12), st.booleans())
def test_bars_are_exactly_as_large_as_asked(norms, width, height, colours):
    layers = [Layer(f"dense_{i}", abs(norm), 1.0) for i, norm in enumerate(norms)]
    check_size(gradient_bars(layers, width, height, colours=colours), width, height)


def test_ten_times_the_gradient_is_one_decade_more_of_bar():
    layers = [Layer(name, norm, 1.0) for name, norm in [("a", 1e-5), ("b", 1e-3), ("c", 1e-1)]]
    lines = [plain(line) for line in gradient_bars(layers, 70, 4)]
    one, two, three = (line.count("█") for line in lines[:3])
    assert 0 < one < two < three and abs((three - two) - (two - one)) <= 1
    assert "1e-05" in lines[0] and "1e-03" not in lines[3] and "0.001" in lines[3]


def test_no_gradient_no_bar_but_a_word():
    layers = [Layer("a", math.nan, 1.0), Layer("b", 0.0, 1.0), Layer("c", math.inf, 1.0)]
    lines = [plain(line) for line in gradient_bars(layers, 50, 4)]
    assert not any("█" in line for line in lines)
    assert lines[0].endswith("-") and lines[1].endswith("0") and lines[2].endswith("infinite")


def test_layers_that_do_not_fit_are_counted():
    layers = [Layer(f"dense_{i}", 0.1, 1.0) for i in range(9)]
    assert plain(gradient_bars(layers, 50, 5)[3]).strip() == "and 6 more"


def test_sixteen_colours_tell_the_two_sides_apart():
    """What a terminal of 16 colours makes of each colour of the map is another one on either side of 0.5."""
    sides = [set(), set()]
    for level in range(256):
        color = Color.parse(hexadecimal(heat_of_few(level))).downgrade(ColorSystem.STANDARD)
        sides[level >= 128].add(color.number)
    assert sides == [{4, 6}, {3, 11}]
    assert "yellow" in " ".join(boundary_legend(few=True))
