"""The inspector's numbers against the same computed here, and against the step that then really comes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.lab.looks import experiment, learner
from tutor.lab.details.inspection import inspection
from tutor.report import Inspection

EXACT = {"rel": 1e-12, "abs": 1e-15}


def inspect(network, layer=0, unit=0, example=0) -> Inspection:
    found = inspection(network.trainer, layer, unit, example)
    assert found is not None
    return found


def small(loss="mean_squared_error", **changes):
    """2-2-1 on moons, four examples a step, in the order given, with numbers of double precision."""
    model = {"dtype": "float64", "learning_rate": 0.5} | changes.pop("model", {})
    training = {"epochs": 20, "batch_size": 4, "shuffle": False}
    return experiment("dense 2 tanh, dense 1 sigmoid", loss, model=model, training=training, **changes)


@pytest.mark.parametrize("loss", ["mean_squared_error", "binary_crossentropy"])
@pytest.mark.parametrize("steps", [0, 3])
def test_a_net_of_two_two_one_by_hand(loss, steps):
    network = learner(small(loss), steps, seed=4)
    data = network.dataset
    batch = slice(4 * steps, 4 * steps + 4)
    x, t = data.x[batch].astype(float), data.y[batch].astype(float)
    w1, b1, w2, b2 = network.model.get_weights()
    z1 = x @ w1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ w2 + b2
    p = 1 / (1 + np.exp(-z2))
    if loss == "mean_squared_error":
        value = np.mean((p[:, 0] - t) ** 2)
        dp = 2 * (p - t[:, None]) / 4
        dz2 = dp * p * (1 - p)
    else:
        value = np.mean(-t * np.log(p[:, 0]) - (1 - t) * np.log(1 - p[:, 0]))
        dz2 = (p - t[:, None]) / 4
    da1 = dz2 @ w2.T
    dz1 = da1 * (1 - a1**2)
    gradients = x.T @ dz1, dz1.sum(0), a1.T @ dz2, dz2.sum(0)
    for example in range(4):
        for unit in range(2):
            hidden = inspect(network, 0, unit, example)
            assert (hidden.layer, hidden.function, hidden.layers) == (
                "dense_1",
                "tanh",
                ["dense_1", "dense_2"],
            )
            assert (hidden.units, hidden.unit, hidden.examples, hidden.example) == (2, unit, 4, example)
            assert hidden.input_names == ["x1", "x2"] and hidden.inputs == x[example].tolist()
            assert hidden.weights == w1[:, unit].tolist() and hidden.bias == b1[unit]
            assert hidden.z == pytest.approx(z1[example, unit], **EXACT)
            assert hidden.a == pytest.approx(a1[example, unit], **EXACT)
            assert hidden.target == [t[example]] and hidden.loss == pytest.approx(value, **EXACT)
            assert hidden.slope == pytest.approx(1 - a1[example, unit] ** 2, **EXACT)
            assert hidden.outgoing == w2[unit].tolist()
            assert hidden.next_deltas == pytest.approx(dz2[example], **EXACT)
            assert hidden.output_gradient == pytest.approx(da1[example, unit], **EXACT)
            assert hidden.delta == pytest.approx(dz1[example, unit], **EXACT)
            assert hidden.weight_gradients == pytest.approx(gradients[0][:, unit], **EXACT)
            assert hidden.bias_gradient == pytest.approx(gradients[1][unit], **EXACT)
            assert (hidden.learning_rate, hidden.optimizer) == (0.5, "sgd")
            assert hidden.new_weights == pytest.approx(w1[:, unit] - 0.5 * gradients[0][:, unit], **EXACT)
            assert hidden.new_bias == pytest.approx(b1[unit] - 0.5 * gradients[1][unit], **EXACT)
        last = inspect(network, 1, 0, example)
        assert (last.layer, last.function, last.input_names) == ("dense_2", "sigmoid", ["a1", "a2"])
        assert last.inputs == pytest.approx(a1[example], **EXACT)
        assert last.z == pytest.approx(z2[example, 0], **EXACT)
        assert last.slope == pytest.approx((p * (1 - p))[example, 0], **EXACT)
        assert last.delta == pytest.approx(dz2[example, 0], **EXACT)
        assert last.outgoing == last.next_deltas == []
        assert last.weight_gradients == pytest.approx(gradients[2][:, 0], **EXACT)
        if loss == "mean_squared_error":
            assert last.output_gradient == pytest.approx(dp[example, 0], **EXACT)
        else:
            assert math.isnan(last.output_gradient)


@pytest.mark.parametrize("function", ["tanh", "sigmoid"])
def test_far_out_the_slope_is_the_one_that_the_error_was_multiplied_by(function):
    network = learner(experiment(f"dense 2 {function}, dense 1", "mean_squared_error"))
    weights = network.model.get_weights()
    network.model.set_weights([np.full_like(weights[0], 30.0), weights[1] + 30, *weights[2:]])
    far = [inspect(network, example=example) for example in range(8)]
    assert any(abs(seen.z) > 20 for seen in far)
    for seen in far:
        assert seen.slope * seen.output_gradient == pytest.approx(seen.delta, rel=1e-3, abs=1e-12)


SETTINGS = [
    {"optimizer": "sgd"},
    {"optimizer": "sgd", "momentum": 0.9},
    {"optimizer": "sgd", "momentum": 0.9, "nesterov": True},
    {"optimizer": "adam"},
    {"optimizer": "adagrad"},
    {"optimizer": "rmsprop"},
    {"optimizer": "adam", "weight_decay": 0.1},
    {"optimizer": "sgd", "global_clipnorm": 0.01},
    {"optimizer": "sgd", "l2": 0.1},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: " ".join(map(str, settings.values())))
def test_the_step_that_comes_does_what_the_inspector_said(settings):
    network = learner(small(model=settings), steps=5, seed=1)
    model, data = network.model, network.dataset
    batch = slice(20, 24)
    _, gradients = model.gradients(data.x[batch], data.y[batch])
    said = [inspect(network, unit=unit) for unit in range(2)]
    network.train(1)
    after = model.get_weights()
    for unit in range(2):
        assert said[unit].weight_gradients == gradients[0][:, unit].tolist()
        assert said[unit].bias_gradient == gradients[1][unit]
        assert said[unit].new_weights == after[0][:, unit].tolist()
        assert said[unit].new_bias == after[1][unit]
    assert said[0].loss == network.trainer.loss


@pytest.mark.parametrize("steps", [0, 12, 13])
def test_shuffled_batches_and_the_short_one_at_the_end_of_an_epoch_are_those_that_come(steps):
    training = {"epochs": 20, "batch_size": 16, "noise": 0.2}
    layers = "dense 3 relu, dropout 0.5, dense 1 sigmoid"
    network = learner(experiment(layers, "binary_crossentropy", training=training), steps)
    said = inspect(network, layer=1)
    assert said.examples == (8 if steps == 12 else 16)
    assert said.layers == ["dense_1", "dense_2"]
    hidden = inspect(network, unit=1)
    assert hidden.outgoing == [] and hidden.delta == hidden.output_gradient * hidden.slope
    network.train(1)
    assert said.new_weights == network.model.get_weights()[2][:, 0].tolist()
    assert said.loss == network.trainer.loss


def test_numbers_beyond_the_last_mean_the_last():
    network = learner(small())
    assert inspect(network, 9, 9, 9) == inspect(network, 1, 0, 3)


def test_long_rows_are_cut():
    layers = "dense 80 relu, dense 70 relu, dense 10 softmax"
    unit = inspect(learner(experiment(layers, "categorical_crossentropy", "digits")), layer=1)
    assert unit.units == 70 and len(unit.target) == 10
    for name in ("input_names", "inputs", "weights", "weight_gradients", "new_weights"):
        assert len(getattr(unit, name)) == 64, name
    assert len(unit.outgoing) == len(unit.next_deltas) == 10


def test_a_network_without_dense_layers_has_nothing_to_inspect():
    layers = "conv 10 3 relu, globalpool, activation softmax"
    network = learner(experiment(layers, "categorical_crossentropy", "digits"))
    assert inspection(network.trainer, 0, 0, 0) is None
