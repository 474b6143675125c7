"""Back-propagation against central differences, and against a network worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engine.test_reference import HIDDEN, LAST, targets
from tutor.engine import Activation, Dense, Dropout, Flatten, Layer, Sequential

Array = NDArray[Any]
PAIRS = [(hidden, last, loss) for loss in LAST for last in LAST[loss] for hidden in HIDDEN]


def central_differences(model: Sequential, x: Array, y: Array, h: float = 1e-6) -> Array:
    """The loss's slope along every single parameter, by (J(w + h) - J(w - h)) / 2h."""
    start = model.get_weights()
    slopes = []
    for which, array in enumerate(start):
        for place in np.ndindex(array.shape):
            values = []
            for change in (h, -h):
                moved = [w.copy() for w in start]
                moved[which][place] += change
                model.set_weights(moved)
                values.append(model.evaluate(x, y)["loss"])
            slopes.append((values[0] - values[1]) / (2 * h))
    model.set_weights(start)
    return np.array(slopes)


@pytest.mark.parametrize(("hidden", "last", "loss"), PAIRS)
def test_central_differences_over_all_parameters(hidden: str, last: str, loss: str) -> None:
    layers = [
        Dense(5, hidden, bias_initializer="uniform 0.3"),
        Dense(9, hidden),
        Dense(3, last, "normal 0.7"),
    ]
    model = Sequential(layers, (4,), seed=3, dtype="float64")
    model.compile("sgd", loss)
    rng = np.random.default_rng(11)
    x, y = rng.normal(size=(6, 4)), targets(rng, loss, 6, 3)
    found = np.concatenate([g.ravel() for g in model.gradients(x, y)[1]])
    expected = central_differences(model, x, y)
    assert np.linalg.norm(found - expected) <= 1e-6 * np.linalg.norm(expected)
    assert np.linalg.norm(expected) > 1e-3


@pytest.mark.parametrize("name", HIDDEN)
def test_an_activation_layer_is_the_same_as_the_argument(name: str) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, 2, 3)), rng.normal(size=(7, 2))
    whole = Sequential([Flatten(), Dense(4, name), Dense(2)], (2, 3), seed=8, dtype="float64")
    apart = Sequential([Flatten(), Dense(4), Activation(name), Dense(2)], (2, 3), seed=8, dtype="float64")
    for model in (whole, apart):
        model.compile("sgd", "mean_squared_error")
    for one, other in zip(whole.gradients(x, y)[1], apart.gradients(x, y)[1], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["sign", "step"])
def test_thresholds_answer_but_do_not_teach_what_lies_before_them(name: str) -> None:
    model = Sequential([Dense(3, name), Dense(1)], (2,), seed=1, dtype="float64")
    model.compile("sgd", "mean_squared_error")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
    _, (dw1, db1, dw2, db2) = model.gradients(x, y)
    assert not dw1.any() and not db1.any()
    assert dw2.any() and db2.any()


def test_thresholds_at_zero_and_on_either_side() -> None:
    for name, expected in (("sign", [-1, 1, 1]), ("step", [0, 1, 1])):
        model = Sequential([Activation(name)], (3,))
        np.testing.assert_array_equal(model.predict([[-0.5, 0.0, 2.0]]), [expected])


def test_a_network_worked_out_by_hand() -> None:
    """Two inputs, one tanh unit, one sigmoid unit, one example, binary cross-entropy, one SGD step.

    z1 = 1 * 0.5 + 2 * (-0.25) + 0.1 = 0.1, h = tanh 0.1, z2 = 2 h - 0.2, p = sigmoid z2, target 1.
    """
    model = Sequential([Dense(1, "tanh"), Dense(1, "sigmoid")], (2,), dtype="float64")
    model.compile("sgd", "binary_crossentropy")  # learning rate 0.01
    model.set_weights([[[0.5], [-0.25]], [0.1], [[2.0]], [-0.2]])
    h = math.tanh(0.1)  # 0.0996680
    p = 1 / (1 + math.exp(-(2 * h - 0.2)))  # z2 = -0.000664, p = 0.499834
    assert model.predict([[1.0, 2.0]])[0, 0] == pytest.approx(0.499834, abs=1e-6)
    loss, (dw1, db1, dw2, db2) = model.gradients([[1.0, 2.0]], [1.0])
    assert loss == pytest.approx(-math.log(p), rel=1e-12) == pytest.approx(0.693479, abs=1e-6)
    dz2 = p - 1  # -0.500166
    dz1 = dz2 * 2 * (1 - h * h)  # -0.990395
    np.testing.assert_allclose(db2, [dz2], rtol=1e-12)
    np.testing.assert_allclose(dw2, [[dz2 * h]], rtol=1e-12)
    np.testing.assert_allclose(db1, [dz1], rtol=1e-12)
    np.testing.assert_allclose(dw1, [[dz1], [2 * dz1]], rtol=1e-12)
    np.testing.assert_allclose(db1, [-0.990396], atol=1e-6)
    model.trainer([[1.0, 2.0]], [1.0]).run(1)
    np.testing.assert_allclose(model.get_weights()[0], [[0.5 - 0.01 * dz1], [-0.25 - 0.02 * dz1]], rtol=1e-12)
    np.testing.assert_allclose(model.get_weights()[3], [-0.2 - 0.01 * dz2], rtol=1e-12)


def test_central_differences_with_penalties_and_dropout_layers() -> None:
    layers: list[Layer] = [Dropout(0.5), Dense(6, "gelu", kernel_regularizer="l1 0.02 l2 0.03"), Dropout(0.3)]
    layers.append(Dense(2, "sigmoid", bias_regularizer="l2 0.1", bias_initializer="ones"))
    model = Sequential(layers, (3,), seed=4, dtype="float64")
    model.compile("sgd", "binary_crossentropy")
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(5, 3)), targets(rng, "binary_crossentropy", 5, 2)
    found = np.concatenate([g.ravel() for g in model.gradients(x, y)[1]])
    expected = central_differences(model, x, y)
    assert np.linalg.norm(found - expected) <= 1e-6 * np.linalg.norm(expected)
