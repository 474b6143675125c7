"""The kernels against plain NumPy, on networks that hypothesis thinks up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.engine.reference import Reference, ReferenceOptimizer
from tutor.engine import SGD, Adam, Dense, Optimizer, Sequential

Array = NDArray[Any]
HIDDEN = ["linear", "sigmoid", "tanh", "relu", "softmax"]
LAST = {
    "mean_squared_error": HIDDEN,
    "hinge": ["linear", "tanh"],
    "binary_crossentropy": ["sigmoid"],
    "categorical_crossentropy": ["softmax"],
}
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


class Case(NamedTuple):
    """A network, its reference, and examples for both."""

    model: Sequential
    reference: Reference
    x: Array
    y: Array


@st.composite
def cases(draw: st.DrawFn, dtype: str = "float64", hidden: list[str] = HIDDEN) -> Case:
    """Any stack of up to three hidden layers, any fitting loss, 1 to 40 examples."""
    loss = draw(st.sampled_from(sorted(LAST)))
    last = draw(st.sampled_from(LAST[loss]))
    widths = draw(st.lists(st.integers(2, 20), max_size=3))
    outputs = draw(st.integers(2 if last == "softmax" else 1, 18))
    names = [*(draw(st.sampled_from(hidden)) for _ in widths), last]
    layers = [
        Dense(units, name, bias_initializer="uniform 0.5")
        for units, name in zip([*widths, outputs], names, strict=True)
    ]
    features, examples = draw(st.integers(1, 20)), draw(st.integers(1, 40))
    seed = draw(st.integers(0, 2**32))
    model = Sequential(layers, (features,), seed=seed, dtype=dtype)
    model.compile("sgd", loss)
    rng = np.random.default_rng(seed)
    return Case(
        model,
        Reference(names, loss),
        rng.normal(size=(examples, features)),
        targets(rng, loss, examples, outputs),
    )


def targets(rng: np.random.Generator, loss: str, examples: int, outputs: int) -> Array:
    """Random targets of the form that the loss wants."""
    if loss == "mean_squared_error":
        return rng.normal(size=(examples, outputs))
    if loss == "hinge":
        return rng.choice([-1.0, 1.0], (examples, outputs))
    if loss == "binary_crossentropy":
        return rng.choice([0.0, 1.0], (examples, outputs))
    return np.eye(outputs)[rng.integers(0, outputs, examples)]


def close(found: Array, expected: Array, tolerance: float) -> bool:
    """Whether they differ by less than ``tolerance`` times the largest expected number (or 1)."""
    return bool(np.abs(found - expected).max() <= tolerance * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_outputs_losses_and_gradients(dtype: str) -> None:
    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(cases(dtype))
    def check(case: Case) -> None:
        model, reference, x, y = case
        weights = [w.astype(np.float64) for w in model.get_weights()]
        x = x.astype(dtype).astype(np.float64)
        tolerance = TOLERANCE[dtype]
        assert close(model.predict(x), reference.forward(weights, x)[-1][1], tolerance)
        loss, gradients = model.gradients(x, y.astype(dtype))
        expected = reference.loss_value(weights, x, y.astype(dtype))
        assert abs(loss - expected) <= tolerance * max(1.0, expected)
        assert abs(model.evaluate(x, y)["loss"] - expected) <= tolerance * max(1.0, expected)
        for found, wanted in zip(gradients, reference.gradients(weights, x, y.astype(dtype)), strict=True):
            assert close(found, wanted, tolerance)

    check()


OPTIMIZERS: list[Optimizer] = [
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.05, momentum=0.9),
    Adam(learning_rate=0.01),
    Adam(learning_rate=0.02, beta_1=0.5, beta_2=0.9, epsilon=1e-4),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_twenty_steps_of_each_optimizer(optimizer: Optimizer) -> None:
    # Smooth functions only: at a kink of relu the last bit of z decides about a whole gradient.
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(cases("float64", hidden=["linear", "sigmoid", "tanh"]))
    def check(case: Case) -> None:
        model, reference, x, y = case
        weights = model.get_weights()
        model.compile(optimizer, reference.loss)
        model.trainer(x, y, batch_size=len(x), shuffle=False).run(20)
        rule = ReferenceOptimizer(optimizer, weights)
        for _ in range(20):
            weights = rule.update(weights, reference.gradients(weights, x, y))
        for found, wanted in zip(model.get_weights(), weights, strict=True):
            # Where a gradient is as small as rounding, Adam makes of its sign a step of the usual length.
            assert close(found, wanted, 1e-10 if isinstance(optimizer, SGD) else 1e-6)

    check()


def test_minibatches_go_through_the_examples_in_order_without_shuffling() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 2))
    model = Sequential([Dense(4, "tanh"), Dense(2)], (3,), seed=1, dtype="float64")
    model.compile(SGD(learning_rate=0.1), "mean_squared_error")
    reference = Reference(["tanh", "linear"], "mean_squared_error")
    weights = model.get_weights()
    trainer = model.trainer(x, y, batch_size=4, shuffle=False)
    trainer.run(6)  # two epochs of 4 + 4 + 2 examples
    losses, sizes = [], []
    for first in (0, 4, 8, 0, 4, 8):
        batch = slice(first, first + 4)
        sizes.append(len(x[batch]))
        losses.append(reference.loss_value(weights, x[batch], y[batch]))
        steps = reference.gradients(weights, x[batch], y[batch])
        weights = [w - 0.1 * g for w, g in zip(weights, steps, strict=True)]
    for found, wanted in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert trainer.epoch == 2 and trainer.step == 6 and trainer.steps_per_epoch == 3
    assert trainer.loss == pytest.approx(np.average(losses, weights=sizes), rel=1e-12)
