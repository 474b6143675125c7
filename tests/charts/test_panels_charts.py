"""The charts of the lab's panels: functions, health rows, histograms, networks, confusion, images."""

from __future__ import annotations

import math

import pytest

from tests.ui.lab_details import CONFUSION, bins, drawing, image_drawing, layer_health, maps
from tutor.charts import confusion_matrix, confusion_words, health_rows, images, wiring
from tutor.charts.density import columns, cropped, histogram_table, over_time, rows
from tutor.charts.functions import FUNCTIONS, sampled
from tutor.charts.spans import Line
from tutor.report import Bins, DrawnLayer


def plain(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _, _ in line) for line in lines]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_slope_is_its_functions_derivative(name: str) -> None:
    inputs, values, slopes = sampled(name, -4.05, 4.05, 82)  # no input at the kinks
    function, step = FUNCTIONS[name].value, 1e-6
    for z, value, slope in zip(inputs, values, slopes, strict=True):
        assert value == function(z)
        assert slope == pytest.approx((function(z + step) - function(z - step)) / (2 * step), abs=1e-6)


def test_far_out_no_function_overflows() -> None:
    for name in FUNCTIONS:
        _, values, slopes = sampled(name, -1000.0, 1000.0, 3)
        assert all(map(math.isfinite, values + slopes)), name


def test_rows_of_health_keep_the_chosen_layer_in_sight() -> None:
    layers = [layer_health(f"dense_{number}", "tanh", 10) for number in range(1, 31)]
    shown = plain(health_rows(layers, 80, 8, chosen="dense_25"))
    assert len(shown) == 8 and any(line.startswith("> dense_25") for line in shown)
    assert shown[-1].startswith("and 24 more")
    for width in range(12, 140):
        assert max(map(len, plain(health_rows(layers, width, 8)))) <= max(width, 36)


def test_a_layer_without_a_gradient_has_no_bar() -> None:
    (_, row) = plain(health_rows([layer_health("flatten", "linear", 0)], 44, 3))
    assert "█" in row
    nothing = plain(health_rows([_without_gradient()], 44, 3))[1]
    assert "█" not in nothing and " - " in nothing + " "


def _without_gradient() -> object:
    from msgspec.structs import replace

    return replace(layer_health("flatten", "linear", 0), gradient_norm=math.nan)


def test_histograms_stand_on_their_axis() -> None:
    one = Bins([0.0, 1.0, 2.0, 3.0, 4.0], [0, 4, 8, 0])
    assert plain(columns(one, 4, 2, colours=False)) == ["  █ ", " ██ "]
    lying = plain(rows(one, 40, 4, colours=False))
    assert [line.split()[0] for line in lying] == ["3", "2", "1", "0"], "the greatest numbers on top"
    assert lying[1].endswith("8") and lying[1].count("█") > lying[2].count("█") > 0 == lying[0].count("█")
    assert histogram_table(one, 4) == ["        1 to 2                 4", "        2 to 3                 8"]


def test_a_histogram_over_time_has_a_column_per_moment() -> None:
    past = [Bins([0.0, 1.0, 2.0], [5, 0]), Bins([0.0, 1.0, 2.0], [0, 5])]
    assert [line[9:] for line in plain(over_time(past, 11, 2, colours=False))] == [" █", "█ "]
    assert cropped([bins(-2, 2, 0.0, 0.1)])[0].edges[0] > -1, "empty ends are left out"


def test_what_is_not_finite_is_counted() -> None:
    assert histogram_table(Bins([0.0, 1.0], [0], 3), 4)[-1].split() == ["not", "finite", "3"]


def test_a_network_is_drawn_with_dashes_for_negative_weights() -> None:
    def layer(weight: float) -> list[DrawnLayer]:
        return [
            DrawnLayer("input", "input", [1], "", 0, 0, 1, [], [], [1.0]),
            DrawnLayer("dense_1", "dense", [1], "tanh", 2, 1, 1, [weight], [0.0], [0.5]),
        ]

    positive = plain(wiring(layer(0.7), 40, 6, colours=False))
    negative = plain(wiring(layer(-0.7), 40, 6, colours=False))
    (solid,) = [line for line in positive if "(+1.00)" in line]
    (dashed,) = [line for line in negative if "(+1.00)" in line]
    assert " " not in solid[7:33] and " " in dashed[7:33] and "(+0.50)" in dashed
    assert wiring(layer(0.7), 40, 6) != wiring(layer(-0.7), 40, 6)
    for width in range(20, 100, 7):
        for height in range(2, 20, 3):
            lines = plain(wiring(drawing(0).layers, width, height, colours=False))
            assert len(lines) <= height and max(map(len, lines)) <= width


def test_a_convolutional_network_is_a_line_per_layer() -> None:
    lines = plain(wiring(image_drawing(0).layers, 76, 6, chosen="conv2d_1"))
    assert lines[1].startswith("> conv2d_1  conv2d relu") and "6x6x4" in lines[1]
    assert lines[2].count("█") == 1, "one of ten answers stands out"


def test_the_confusion_matrix_in_cells_and_in_words() -> None:
    lines = plain(confusion_matrix(CONFUSION, 60, 14, colours=False))
    assert len(lines) == 12 and lines[2].startswith("truth 0[28]")
    words = confusion_words(CONFUSION, 3)
    assert words[0].startswith("280 of ") and "->" in words[1] and len(words) == 3
    assert plain(confusion_matrix(CONFUSION, 30, 4))[0].startswith("280 of")


def test_images_are_thinned_until_one_fits() -> None:
    large = maps("conv2d_1", 3, 28)
    for width, height in ((5, 3), (28, 14), (90, 14), (100, 40)):
        lines = plain(images(large, width, height, colours=False))
        assert 0 < len(lines) <= height and max(map(len, lines)) <= width
    assert max(map(len, plain(images(large, 90, 14)))) == 3 * 28 + 2, "all three beside one another"


def test_the_images_of_a_group_stay_together() -> None:
    pairs = maps("visible", 6, 8)
    assert (
        plain(images(pairs, 40, 9, group=2))[0] == "▀" * 8 + " " + "▀" * 8 + "   " + "▀" * 8 + " " + "▀" * 8
    )
    assert [len(line) for line in plain(images(pairs, 30, 14, group=2))[::5]] == [17, 17, 17]
    assert len(plain(images(pairs, 10, 4, group=2))[0]) == 8, "no room for two: one after the other"
