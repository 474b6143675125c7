"""The kernels against plain NumPy, on networks that hypothesis thinks up."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.engine.reference import Reference, ReferenceOptimizer, kept
from tests.engine.rounding import TOLERANCE, beyond, bounds, bounds_after
from tutor.engine import SGD, Adagrad, Adam, AdamW, Dense, Dropout, Optimizer, RMSprop, Sequential

Array = NDArray[Any]
HIDDEN = ["linear", "sigmoid", "tanh", "relu", "softmax", "leaky_relu", "elu", "gelu", "softplus"]
SMOOTH = ["linear", "sigmoid", "tanh", "elu", "gelu", "softplus"]
"""At a kink, the last bit of z decides about a whole gradient: not for comparing long runs."""
LAST = {
    "mean_squared_error": HIDDEN,
    "mean_absolute_error": HIDDEN,
    "hinge": ["linear", "tanh"],
    "binary_crossentropy": ["sigmoid"],
    "categorical_crossentropy": ["softmax"],
}


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
    if loss in ("mean_squared_error", "mean_absolute_error"):
        return rng.normal(size=(examples, outputs))
    if loss == "hinge":
        return rng.choice([-1.0, 1.0], (examples, outputs))
    if loss == "binary_crossentropy":
        return rng.choice([0.0, 1.0], (examples, outputs))
    return np.eye(outputs)[rng.integers(0, outputs, examples)]


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_outputs_losses_and_gradients(dtype: str) -> None:
    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(cases(dtype))
    def check(case: Case) -> None:
        model, reference, x, y = case
        weights = [w.astype(np.float64) for w in model.get_weights()]
        x = x.astype(dtype).astype(np.float64)
        tolerance = TOLERANCE[dtype]
        y = y.astype(dtype).astype(np.float64)
        outputs = [reference.forward(weights, x)[-1][1]]
        assert not beyond([model.predict(x)], outputs, bounds(outputs, tolerance))
        loss, gradients = model.gradients(x, y)
        expected = reference.loss_value(weights, x, y)
        assert loss == pytest.approx(expected, rel=tolerance)
        assert model.evaluate(x, y)["loss"] == pytest.approx(expected, rel=tolerance)
        wanted = reference.gradients(weights, x, y)
        assert not beyond(gradients, wanted, bounds(wanted, tolerance))

    check()


OPTIMIZERS: list[Optimizer] = [
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.05, momentum=0.9),
    Adam(learning_rate=0.01),
    Adam(learning_rate=0.02, beta_1=0.5, beta_2=0.9, epsilon=1e-4),
    SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    Adagrad(learning_rate=0.05),
    RMSprop(learning_rate=0.01),
    RMSprop(learning_rate=0.01, rho=0.5, momentum=0.8, epsilon=1e-3),
    AdamW(learning_rate=0.01, weight_decay=0.1),
    SGD(learning_rate=0.1, momentum=0.5, weight_decay=0.2),
    RMSprop(learning_rate=0.01, weight_decay=0.1),
    Adagrad(learning_rate=0.05, weight_decay=0.1),
    SGD(learning_rate=0.5, clipvalue=0.01),
    SGD(learning_rate=0.5, clipnorm=0.05),
    SGD(learning_rate=0.5, global_clipnorm=0.1),
    Adam(learning_rate=0.01, global_clipnorm=0.001),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_twenty_steps_of_each_optimizer(optimizer: Optimizer) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(cases("float64", hidden=SMOOTH))
    def check(case: Case) -> None:
        model, reference, x, y = case
        start = weights = model.get_weights()
        model.compile(optimizer, reference.loss)
        model.trainer(x, y, batch_size=len(x), shuffle=False).run(20)
        rule = ReferenceOptimizer(optimizer, weights)
        for _ in range(20):
            weights = rule.update(weights, reference.gradients(weights, x, y))
        assert not beyond(model.get_weights(), weights, bounds_after(20, start, weights, "float64"))

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


def test_penalties_join_the_loss_and_the_gradients() -> None:
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
    layers = [Dense(5, "tanh", kernel_regularizer="l1 0.01 l2 0.1", bias_initializer="uniform 0.5")]
    layers.append(Dense(2, kernel_regularizer="l2 0.05", bias_regularizer="l1 0.2"))
    model = Sequential(layers, (3,), seed=1, dtype="float64")
    model.compile(SGD(0.1), "mean_squared_error")
    reference = Reference(["tanh", "linear"], "mean_squared_error")
    weights = model.get_weights()
    penalties = [(0.01, 0.1), (0, 0), (0, 0.05), (0.2, 0)]
    expected = reference.loss_value(weights, x, y)
    expected += sum(
        l1 * np.abs(w).sum() + l2 * (w**2).sum() for w, (l1, l2) in zip(weights, penalties, strict=True)
    )
    loss, gradients = model.gradients(x, y)
    assert loss == pytest.approx(expected, rel=1e-12)
    assert model.evaluate(x, y)["loss"] == pytest.approx(expected, rel=1e-12)
    for found, plain, w, (l1, l2) in zip(
        gradients, reference.gradients(weights, x, y), weights, penalties, strict=True
    ):
        np.testing.assert_allclose(found, plain + l1 * np.sign(w) + 2 * l2 * w, rtol=1e-10, atol=1e-14)
    trainer = model.trainer(x, y, batch_size=12)
    trainer.run(1)
    assert trainer.loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(model.get_weights()[0], weights[0] - 0.1 * gradients[0], rtol=1e-10)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.9])
def test_dropout_masks_both_ways_and_only_in_training(rate: float) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
    layers = [Dense(11, "tanh"), Dropout(rate), Dense(2)]
    model = Sequential(layers, (3,), seed=21, dtype="float64")
    model.compile(SGD(0.1), "mean_squared_error")
    w1, b1, w2, b2 = model.get_weights()
    hidden = np.tanh(x @ w1 + b1)
    np.testing.assert_allclose(model.predict(x), hidden @ w2 + b2, rtol=1e-12)
    trainer = model.trainer(x, y, batch_size=9, shuffle=False)
    for step in range(5):
        mask = kept(21, layer=1, step=step, rate=rate, shape=(9, 11))
        hidden = np.tanh(x @ w1 + b1)
        error = (hidden * mask) @ w2 + b2 - y
        dz2 = 2 * error / error.size
        dz1 = (dz2 @ w2.T) * mask * (1 - hidden**2)
        trainer.run(1)
        assert trainer.loss == pytest.approx(np.mean(error**2), rel=1e-12)
        w1, b1 = w1 - 0.1 * x.T @ dz1, b1 - 0.1 * dz1.sum(0)
        w2, b2 = w2 - 0.1 * (hidden * mask).T @ dz2, b2 - 0.1 * dz2.sum(0)
        for found, wanted in zip(model.get_weights(), [w1, b1, w2, b2], strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-13)


def test_dropout_drops_its_share_and_differs_by_layer_step_and_seed() -> None:
    masks = [
        kept(*place, rate=0.3, shape=(100, 50)) for place in [(0, 1, 0), (0, 2, 0), (0, 1, 1), (1, 1, 0)]
    ]
    for mask in masks:
        assert np.mean(mask == 0) == pytest.approx(0.3, abs=0.02)
        assert mask.max() == pytest.approx(1 / 0.7)
    for one, other in itertools.combinations(masks, 2):  # independent: equal at 0.3² + 0.7² of the places
        assert np.mean(one == other) == pytest.approx(0.58, abs=0.03)
