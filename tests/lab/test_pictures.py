"""Surfaces, points and sample images agree with what the learner answers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.examples import network, perceptron
from tutor.content.model import DataSpec
from tutor.engine import datasets
from tutor.lab import Run
from tutor.lab.pictures import MISSED

DIGITS = network(
    data=DataSpec("digits"),
    model={"layers": "dense 10 softmax", "loss": "categorical_crossentropy"},
    training={"epochs": 10, "batch_size": 32},
    goal=None,
    knobs=[],
)


def finished(experiment, seed=0):
    run = Run(experiment, "a", seed=seed)
    run.run_to_end()
    return run.report("finished", 0)


def shade_at(surface, x, y):
    column = round((x - surface.x_min) / (surface.x_max - surface.x_min) * (surface.columns - 1))
    row = round((surface.y_max - y) / (surface.y_max - surface.y_min) * (surface.rows - 1))
    return surface.values[row * surface.columns + column]


def cells(surface):
    """Column, row and centre of each cell."""
    across = np.linspace(surface.x_min, surface.x_max, surface.columns)
    down = np.linspace(surface.y_max, surface.y_min, surface.rows)
    return [(c, r, x, y) for r, y in enumerate(down) for c, x in enumerate(across)]


def on_the_right_side(report, sum_at):
    """Share of the cells whose shade is the side of zero on which ``sum_at(x, y)`` lies."""
    surface = report.surface
    shades = np.frombuffer(surface.values, np.uint8).reshape(surface.rows, surface.columns)
    sides = [(shades[r, c] == 255) == (sum_at(x, y) >= 0) for c, r, x, y in cells(surface)]
    return np.mean(sides)


@pytest.mark.parametrize("gate", ["and", "or", "nand"])
def test_the_surface_of_a_perceptron_is_divided_by_its_line(gate):
    report = finished(perceptron(gate))
    (w1, w2), b = report.perceptron.weights, report.perceptron.bias
    surface = report.surface
    assert len(surface.values) == surface.columns * surface.rows
    assert surface.x_min < 0 < 1 < surface.x_max and surface.y_min < 0 < 1 < surface.y_max
    assert set(surface.values) == {0, 255}
    assert on_the_right_side(report, lambda x, y: w1 * x + w2 * y + b) > 0.998
    assert report.points.x == [0, 0, 1, 1] and report.points.y == [0, 1, 0, 1]
    assert report.points.answer == report.points.label


def test_the_product_feature_is_drawn_in_the_plane_of_the_two_inputs():
    report = finished(perceptron("xor", data=DataSpec("gate", {"gate": "xor", "features": "product"})))
    (w1, w2, w3), b = report.perceptron.weights, report.perceptron.bias
    assert report.points.x == [0, 0, 1, 1] and report.points.y == [0, 1, 0, 1]
    assert on_the_right_side(report, lambda x, y: w1 * x + w2 * y + w3 * x * y + b) > 0.998


def test_the_surface_of_a_network_is_graded_and_agrees_with_its_answers():
    report = finished(network())
    shades = set(report.surface.values)
    assert len(shades) > 50
    right = [
        (shade_at(report.surface, x, y) > 127) == answer
        for x, y, answer in zip(report.points.x, report.points.y, report.points.answer, strict=True)
    ]
    assert np.mean(right) > 0.95  # a point may lie across the boundary within one cell
    wrong = sum(a != b for a, b in zip(report.points.answer, report.points.label, strict=True))
    assert wrong == report.quantities["errors"]


def test_sample_images_are_the_first_held_out_ones_with_answers_and_confidence():
    run, data = Run(DIGITS, "a"), datasets.load("digits", 0)
    for _ in range(4):
        run.finish_epoch()
    report = run.report("paused", 0)
    samples = report.samples
    assert not run.finished and report.surface is None and report.points is None
    assert (samples.width, samples.height, len(samples.pixels)) == (8, 8, 12 * 64)
    assert samples.label == data.y_val[:12].tolist()
    assert np.frombuffer(samples.pixels, np.uint8).tolist() == np.rint(255 * data.x_val[:12]).ravel().tolist()
    assert np.mean([a == b for a, b in zip(samples.answer, samples.label, strict=True)]) > 0.7
    assert all(0.1 <= share <= 1 for share in samples.confidence)


def test_the_same_images_stay_while_the_answers_change():
    run = Run(DIGITS, "a")
    before = run.report("ready", 0).samples
    run.finish_epoch()
    after = run.report("paused", 0).samples
    assert (before.pixels, before.label) == (after.pixels, after.label)
    assert before.answer != after.answer


def test_a_run_that_is_over_shows_first_some_images_that_it_still_gets_wrong():
    run = Run(DIGITS, "a")
    before = run.report("ready", 0).samples
    run.run_to_end()
    after = run.report("finished", 0).samples
    wrong = [a != b for a, b in zip(after.label, after.answer, strict=True)]
    assert wrong[:MISSED] == [True] * MISSED and not all(wrong[MISSED:])
    assert len(after.label) == len(before.label) and len(after.pixels) == len(before.pixels)


def test_a_pair_of_digits_is_told_by_the_digits_names():
    report = finished(perceptron(data=DataSpec("digits", {"pair": "5 6"}), knobs=[]))
    assert set(report.samples.label) == {5, 6} and set(report.samples.answer) <= {5, 6}


def test_images_reach_a_network_that_flattens_them_itself():
    flat = finished(DIGITS)
    shaped = finished(
        network(
            data=DataSpec("digits"),
            model={"layers": "flatten, dense 10 softmax", "loss": "categorical_crossentropy"},
            training={"epochs": 10, "batch_size": 32},
            goal=None,
            knobs=[],
        )
    )
    assert shaped.result.loss == flat.result.loss


def test_what_has_diverged_can_still_be_drawn():
    exploding = network(
        model={"layers": "dense 4 relu, dense 1 linear", "loss": "mean_squared_error", "learning_rate": 1e6},
        goal=None,
        knobs=[],
    )
    report = finished(exploding)
    assert report.result.stopped_because == "diverged"
    assert len(report.surface.values) == report.surface.columns * report.surface.rows


def test_a_curve_to_fit_has_a_loss_and_no_picture():
    report = finished(
        network(
            data=DataSpec("sine"),
            model={"layers": "dense 16 tanh, dense 1", "loss": "mean_squared_error", "learning_rate": 0.1},
            training={"epochs": 300, "batch_size": 0},
            goal=None,
            knobs=[],
        )
    )
    assert report.surface is None and report.samples is None
    assert "accuracy" not in report.quantities and "errors" not in report.quantities
    assert report.result.loss["last"] < report.result.loss["first"]
