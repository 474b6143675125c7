"""The step that comes next, done on copies; the slopes of the activation functions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tests.engine.reference import FORWARD
from tutor.engine import SGD, Adam, Augmentation, Conv2D, Dense, Dropout, Flatten, Sequential, activations
from tutor.engine.kernels import description as d
from tutor.engine.rehearsal import forward

SMOOTH = [name for name in activations.NAMES if name not in ("sign", "step", "softmax")]


@pytest.mark.parametrize("name", SMOOTH)
def test_slopes_are_how_fast_the_network_answers(name):
    z = np.array([-9.0, -2.0, -0.7, -0.01, 0.01, 0.7, 2.0, 9.0])
    model = Sequential([Dense(1, name)], (1,), dtype="float64")
    model.set_weights([[[1.0]], [0.0]])
    h = 1e-6
    rise = model.predict((z + h)[:, None]) - model.predict((z - h)[:, None])
    assert activations.slopes(name, z) == pytest.approx(rise[:, 0] / (2 * h), rel=1e-6, abs=1e-9)


def test_slopes_where_nothing_is_smooth():
    assert activations.slopes("step", np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 0]
    assert activations.slopes("sign", np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 0]
    assert activations.slopes("relu", np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]
    assert activations.slopes("leaky_relu", np.array([0.0])).tolist() == [0.2]
    z = np.array([[1.0, 3.0, -2.0]])
    a = np.exp(z) / np.exp(z).sum()
    assert activations.slopes("softmax", z) == pytest.approx(a * (1 - a), rel=1e-12)


@pytest.mark.parametrize("name", activations.NAMES)
def test_slopes_of_huge_numbers_are_finite_and_of_none_none(name):
    z = np.array([[-1e300, -800.0, 800.0, 1e300]])
    assert np.isfinite(activations.slopes(name, z)).all()
    assert np.isnan(activations.slopes(name, np.array([[math.nan, 0.0]]))[0, 0])


def trainer(optimizer, batch_size=6, augment=None):
    rng = np.random.default_rng(1)
    layers = [Dense(5, "tanh", kernel_regularizer="l2 0.1"), Dropout(0.4), Dense(3, "softmax")]
    model = Sequential(layers, (4,), seed=3)
    model.compile(optimizer, "categorical_crossentropy")
    return model.trainer(rng.normal(size=(20, 4)), rng.integers(0, 3, 20), batch_size, augment=augment)


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.5, clipnorm=0.02), Adam(0.01, weight_decay=0.1)])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_rehearsal_is_the_step_that_comes_and_leaves_no_trace(optimizer, noise):
    augment = Augmentation(noise=noise, image_shape=(1, 4)) if noise else None
    run, quiet = trainer(optimizer, augment=augment), trainer(optimizer, augment=augment)
    for step in range(9):
        said = run.rehearse()
        assert len(said.examples) == (2 if step % 4 == 3 else 6)
        run.run(1)
        quiet.run(1)
        np.testing.assert_array_equal(said.parameters, run.model.network.parameters)
        assert said.loss == run.loss == quiet.loss
        assert said.learning_rate == run.learning_rate
    for ours, theirs in zip(run.model.get_weights(), quiet.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_gradients_are_those_before_clipping_and_the_update_the_clipped_one():
    clipped, free = trainer(SGD(0.1, clipvalue=0.001)), trainer(SGD(0.1))
    said = clipped.rehearse()
    np.testing.assert_array_equal(said.gradients, free.rehearse().gradients)
    moved = said.parameters - clipped.model.network.parameters
    assert 0 < np.abs(moved).max() <= 0.1 * 0.001 * (1 + 1e-3)


def test_what_stops_being_finite_is_told_and_no_step_is_done():
    run = trainer(SGD(0.1))
    run.model.plan.tensors[0].view(run.model.network.parameters)[0, 0] = math.nan
    said = run.rehearse()
    assert math.isnan(said.loss)
    np.testing.assert_array_equal(said.parameters, run.model.network.parameters)
    assert run.step == 0 and run.diverged == ""


def test_what_operations_take_and_give():
    run = trainer(SGD(0.1))
    model, x = run.model, run.data.inputs
    w = model.get_weights()
    passage = forward(model, run.data.examples)
    dense, tanh, dropout, *_ = model.network.operations
    assert dropout[d.KIND] == d.DROPOUT
    np.testing.assert_allclose(passage.inputs(dense), x)
    np.testing.assert_allclose(passage.outputs(dense), x @ w[0] + w[1], rtol=1e-5)
    np.testing.assert_array_equal(passage.inputs(tanh), passage.outputs(dense))
    np.testing.assert_array_equal(passage.outputs(dropout), passage.outputs(tanh))  # nothing is dropped


def test_a_batch_that_is_trained_in_shards_is_rehearsed_up_to_rounding():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(300, "relu"), Dropout(0.5), Dense(200, "tanh"), Dense(1)], (64,), seed=1)
    model.compile(SGD(0.1), "mean_squared_error")
    run = model.trainer(rng.normal(size=(64, 64)), rng.normal(size=64), batch_size=64)
    assert model.plan.shards(64) > 1
    run.run(2)
    said = run.rehearse()
    run.run(1)
    np.testing.assert_allclose(said.parameters, run.model.network.parameters, rtol=1e-4, atol=1e-6)
    assert said.loss == pytest.approx(run.loss, rel=1e-6)


@pytest.mark.parametrize("units", [1, 40, 43])
@pytest.mark.parametrize("rows", [1, 2, 9, 16, 80])  # few examples take another way than many
def test_the_gradient_by_what_a_layer_takes_is_dz_times_the_transposed_weights(units, rows):
    rng = np.random.default_rng(0)
    layers = [Dense(72), Dense(units), Dense(3, "softmax")]
    model = Sequential(layers, (5,), seed=2, dtype="float64")
    model.compile(SGD(0.1), "categorical_crossentropy")
    x, y = rng.normal(size=(rows, 5)), rng.integers(0, 3, rows)
    passage = model.trainer(x, y, rows).rehearse().passage
    dense = [op for op in model.network.operations if op[d.KIND] == d.DENSE]
    dz, w = passage.output_gradients(dense[1]), model.get_weights()[2]
    np.testing.assert_allclose(passage.output_gradients(dense[0]), dz @ w.T, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "gelu"])
def test_a_convolution_and_its_activation_are_rehearsed_one_by_one_and_done_at_once(name):
    rng = np.random.default_rng(4)
    layers = [Conv2D(5, 3, activation=name), Conv2D(3, 2, activation=name), Flatten(), Dense(3, "softmax")]
    model = Sequential(layers, (7, 6, 2), seed=3)
    model.compile(SGD(0.1), "categorical_crossentropy")
    run = model.trainer(rng.normal(size=(19, 7, 6, 2)), rng.integers(0, 3, 19), 19)
    said = run.rehearse()
    run.run(1)
    np.testing.assert_array_equal(said.parameters, model.network.parameters)
    for conv, activation in itertools.pairwise(model.network.operations):
        if conv[d.KIND] == d.CONV:
            z, a = said.passage.outputs(conv), said.passage.outputs(activation)
            assert np.unique(z).size > 100  # each image has its own
            np.testing.assert_allclose(FORWARD[name](z), a, rtol=1e-5, atol=1e-6)
