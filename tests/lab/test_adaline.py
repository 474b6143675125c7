"""ADALINE in the lab: singly or all at once, below and above the stable rate, and pulled by outliers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.examples import perceptron
from tutor.content.model import DataSpec, Experiment, Knob, ModelSpec, TrainingSpec
from tutor.engine.classic.adaline import least_squares
from tutor.errors import InputError
from tutor.lab import Run
from tutor.lab.adaline import AdalineLearner

KNOBS = [
    Knob("learning_rate", "learning rate", [0.01, 0.1], "How far."),
    Knob("batch_size", "examples a step", [0, 1], "How many."),
    Knob("shuffle", "shuffle", ["on", "off"], "Order."),
]


def adaline(rate: float = 0.1, batch_size: int = 0, epochs: int = 30, **options: float) -> Experiment:
    return perceptron(
        kind="adaline",
        data=DataSpec("blobs", options),
        model=ModelSpec(learning_rate=rate),
        training=TrainingSpec(epochs, batch_size),
        goal=None,
        knobs=KNOBS if rate in (0.01, 0.1) and batch_size < 2 else [],
    )


def best_loss(learner: AdalineLearner) -> float:
    x, y = learner.dataset.x, 2.0 * learner.dataset.y - 1
    weights, bias = least_squares(x, y)
    return float(np.mean((y - x @ weights - bias) ** 2))


@pytest.mark.parametrize(("batch_size", "rate", "steps"), [(1, 0.01, 5000), (0, 0.1, 50)])
def test_it_comes_near_the_least_squares_and_stays(batch_size, rate, steps):
    experiment = adaline(rate, batch_size, epochs=50)
    quantities = Run(experiment, "a", seed=1).run_to_end().quantities
    best = best_loss(AdalineLearner(experiment, 1))
    assert quantities["steps"] == steps and quantities["first_loss"] == 1
    assert best - 1e-9 <= quantities["loss"] < best + 0.02


@pytest.mark.parametrize(("part", "smaller"), [(0.95, True), (1.05, False)])
def test_it_diverges_in_batches_beyond_the_stable_rate_only(part, smaller):
    limit = Run(adaline(), "a").quantities()["stable_rate"]
    last = Run(adaline(part * limit, epochs=100), "a").run_to_end().quantities["loss"]
    assert last < 1 if smaller else last > 1e4


def test_a_run_whose_weights_overflow_has_diverged():
    result = Run(adaline(50.0, epochs=1000), "a").run_to_end()
    assert result.stopped_because == "diverged" and "smaller learning rate" in result.explanation


def test_outliers_on_the_right_side_spoil_it_and_not_the_perceptron():
    far = adaline(0.01, epochs=1500, overlap=0.2, outliers=10)
    assert Run(far, "a").run_to_end().quantities["errors"] > 5
    rule = perceptron(data=far.data, knobs=[])
    assert Run(rule, "a").run_to_end().quantities["errors"] == 0


def test_learning_rate_and_order_turn_while_it_learns_the_batch_begins_again():
    run = Run(adaline(), "a")
    run.step()
    assert run.turn("learning_rate", 0.01) and run.turn("shuffle", "off")
    assert run.quantities()["steps"] == 1
    assert not run.turn("batch_size", 1)
    assert run.quantities()["steps"] == 0


@pytest.mark.parametrize("batch_size", [0, 1])
def test_it_goes_back_and_learns_the_same_again(batch_size):
    run = Run(adaline(batch_size=batch_size), "a", rewindable=True)
    run.run_to_end()
    before = run.report("finished", 1)
    run.rewind(1)
    assert run.report("paused", 1).perceptron != before.perceptron
    run.run_to_end()
    assert run.report("finished", 1).perceptron == before.perceptron
    assert [one.name for one in before.series] == ["loss", "accuracy", "val_accuracy"]


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (adaline(batch_size=10), "batches of 10"),
        (perceptron(kind="adaline", data=DataSpec("digits"), knobs=[]), "two classes"),
    ],
)
def test_what_it_cannot_learn_is_refused(experiment, message):
    with pytest.raises(InputError, match=message):
        Run(experiment, "a")
