"""Dense layers of a few units, which have loops of their own, beside layers just too wide for those."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.engine import Dense, Sequential

WIDTHS = [(1, 1), (2, 4), (3, 8), (5, 1), (7, 3), (8, 8), (8, 9), (9, 8), (17, 9), (24, 33)]


@pytest.mark.parametrize("rows", [1, 3, 4, 6, 9])
@pytest.mark.parametrize("hidden, outputs", WIDTHS)
def test_gradients_of_two_layers_equal_the_matrix_products(hidden: int, outputs: int, rows: int) -> None:
    model = Sequential([Dense(hidden, "tanh"), Dense(outputs)], (6,), dtype="float64", seed=rows)
    model.compile("sgd", "mean_squared_error")
    rng = np.random.default_rng(rows)
    x, t = rng.normal(size=(rows, 6)), rng.normal(size=(rows, outputs))
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    w1, b1, w2, b2 = model.get_weights()

    h = np.tanh(x @ w1 + b1)
    error = h @ w2 + b2 - t
    dz2 = 2 * error / error.size
    dz1 = dz2 @ w2.T * (1 - h**2)
    loss, gradients = model.gradients(x, t)

    assert loss == pytest.approx((error**2).mean(), rel=1e-12)
    for found, exact in zip(gradients, [x.T @ dz1, dz1.sum(axis=0), h.T @ dz2, dz2.sum(axis=0)], strict=True):
        np.testing.assert_allclose(found, exact, rtol=1e-10, atol=1e-12)
