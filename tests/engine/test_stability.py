"""Numbers at the edge: logits of ±100 and beyond, functions to the last digit, NaN never hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import Activation, Dense, Sequential, activations

Array = NDArray[Any]
LOGITS = [-1e4, -100.0, -88.0, -20.0, -1e-3, 0.0, 1e-3, 20.0, 88.0, 100.0, 1e4]


def one_logit(dtype: str, loss: str, z: float, target: float) -> tuple[float, float, float]:
    """Output, loss and gradient by the bias of a network whose last input is ``z``."""
    model = Sequential([Dense(1, "sigmoid")], (1,), dtype=dtype)
    model.compile("sgd", loss)
    model.set_weights([[[0.0]], [z]])
    value, (_, db) = model.gradients([[1.0]], [target])
    return float(model.predict([[1.0]])[0, 0]), value, float(db[0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("z", LOGITS)
@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
def test_binary_crossentropy_at_any_logit(dtype: str, z: float, target: float) -> None:
    p, loss, gradient = one_logit(dtype, "binary_crossentropy", z, target)
    wide = np.longdouble(z)
    exact = target * np.logaddexp(0, -wide) + (1 - target) * np.logaddexp(0, wide)
    with np.errstate(over="ignore"):
        exact_p = 1 / (1 + np.exp(-wide))
    tolerance = 2e-6 if dtype == "float32" else 1e-14
    assert loss == pytest.approx(float(exact), rel=tolerance, abs=1e-37)
    assert p == pytest.approx(float(exact_p), rel=tolerance, abs=1e-37)
    assert gradient == pytest.approx(float(exact_p) - target, rel=tolerance, abs=2e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("gap", [0.0, 1.0, 30.0, 100.0, 1e4])
def test_categorical_crossentropy_at_any_logit(dtype: str, gap: float) -> None:
    model = Sequential([Dense(3, "softmax")], (1,), dtype=dtype)
    model.compile("sgd", "categorical_crossentropy")
    logits = np.array([gap, 0.0, -gap])
    model.set_weights([np.zeros((1, 3)), logits])
    exact_p = np.exp(logits - gap) / np.exp(logits - gap).sum()
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    for target in range(3):
        loss, (_, db) = model.gradients([[1.0]], [target])
        exact = np.log(np.exp(logits - gap).sum()) + gap - logits[target]
        assert loss == pytest.approx(exact, rel=tolerance, abs=2e-7)
        np.testing.assert_allclose(db, exact_p - np.eye(3)[target], rtol=tolerance, atol=1e-7)
    np.testing.assert_allclose(model.predict([[1.0]])[0], exact_p, rtol=10 * tolerance, atol=1e-37)


EXACT = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "linear": lambda z: z,
    "leaky_relu": lambda z: np.where(z > 0, z, np.longdouble(0.2) * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "softplus": lambda z: np.logaddexp(0, z),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EXACT)
def test_functions_are_right_to_the_last_digits(name: str, dtype: str) -> None:
    small = np.logspace(-30, 0, 500)
    z = np.concatenate([np.linspace(-80, 80, 4001), small, -small]).astype(dtype)
    model = Sequential([Activation(name)], (1,), dtype=dtype)
    exact = EXACT[name](z.astype(np.longdouble))
    worst = np.abs(model.predict(z)[:, 0] - exact) / np.maximum(np.abs(exact), np.finfo(dtype).tiny)
    assert worst.max() <= 4 * np.finfo(dtype).eps


@pytest.mark.parametrize("name", activations.NAMES)
def test_not_a_number_stays_one(name: str) -> None:
    model = Sequential([Dense(2, name)], (2,))
    model.network.parameters[:2] = np.nan
    assert np.isnan(model.predict([[1.0, 1.0]])).all()


@pytest.mark.parametrize("width", [2, 3, 7, 8, 9, 31])
def test_softmax_rows_add_up_to_one_whatever_the_width(width: int) -> None:
    z = np.random.default_rng(width).normal(scale=10, size=(13, width))
    p = Sequential([Activation("softmax")], (width,), dtype="float64").predict(z)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    assert (p > 0).all()
