"""Layers for images: central differences, and the kernels against plain NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.engine.reference import ReferenceOptimizer
from tests.engine.reference_images import ImageReference
from tests.engine.rounding import TOLERANCE, beyond, bounds, bounds_after, nudged, rounded_apart
from tests.engine.test_reference import SMOOTH, targets
from tutor.engine import (
    SGD,
    Activation,
    Adam,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Optimizer,
    Residual,
    Sequential,
)

Array = NDArray[Any]


def compiled(layers: list[Layer], shape: tuple[int, ...], loss: str, **arguments: Any) -> Sequential:
    model = Sequential(layers, shape, **arguments)
    model.compile("sgd", loss)
    return model


# ------------------------------------------------------------------- central differences

STACKS: dict[str, tuple[tuple[int, int, int], list[Layer]]] = {
    "3x3 valid": ((6, 7, 1), [Conv2D(3, 3, activation="tanh"), Conv2D(2, 3)]),
    "3x2 stride 2x1": ((7, 6, 2), [Conv2D(5, (3, 2), (2, 1), activation="tanh"), Conv2D(2, 2)]),
    "2x5 same stride 1x3": ((4, 7, 3), [Conv2D(9, (2, 5), (1, 3), "same"), Conv2D(2, 2, 1, "same", "elu")]),
    "1x1 stride 2 leaves a remainder": ((5, 6, 9), [Conv2D(3, 1, 2, "same", "gelu"), Conv2D(2, 1, 2)]),
    "4x4 same stride 3x2": ((7, 5, 8), [Conv2D(2, 3), Conv2D(3, 4, (3, 2), "same", "sigmoid")]),
    "a window larger than the image": ((3, 2, 2), [Conv2D(3, 1), Conv2D(2, 5, 4, "same", "tanh")]),
    "two lane groups": ((3, 5, 2), [Conv2D(17, 2, activation="softplus"), Conv2D(2, (1, 2))]),
    "softmax over channels": ((3, 3, 2), [Activation("softmax"), Conv2D(3, 2, 1, "same", "softmax")]),
    "pools with remainders": (
        (7, 5, 3),
        [MaxPooling2D(2), Conv2D(3, 2, 1, "same", "tanh"), AveragePooling2D(2)],
    ),
    "pools that overlap": (
        (6, 7, 2),
        [
            Conv2D(9, 2, activation="tanh"),
            MaxPooling2D((3, 2), (2, 1)),
            AveragePooling2D((1, 3), 1),
            Conv2D(1, 1),
        ],
    ),
    "pools over the edge": (
        (5, 6, 2),
        [Conv2D(3, 1), MaxPooling2D(3, (2, 3), "same"), AveragePooling2D((4, 2), 1, "same"), Conv2D(1, 1)],
    ),
    "global pool": ((3, 4, 2), [Conv2D(9, 2, activation="tanh"), GlobalAveragePooling2D(), Dense(3)]),
    "normalized": (
        (4, 5, 2),
        [BatchNormalization(), Conv2D(9, 2), BatchNormalization(0.9, 0.1), Activation("tanh"), Conv2D(2, 2)],
    ),
    "residual identity": (
        (4, 5, 3),
        [
            Residual([Conv2D(3, 3, 1, "same", "tanh"), Conv2D(3, 2, 1, "same")]),
            Activation("tanh"),
            Conv2D(2, 2),
        ],
    ),
    "residual projection": (
        (5, 6, 3),
        [
            Conv2D(4, 2),
            Residual([BatchNormalization(), Conv2D(9, 3, 2, "same", "elu"), Dropout(0.2)], "conv"),
            Residual(
                [Residual([Conv2D(9, 1)]), Conv2D(2, 1)], [Conv2D(5, 1), BatchNormalization(), Conv2D(2, 1)]
            ),
        ],
    ),
    "residual rows": (
        (3, 2, 2),
        [Flatten(), Residual([Dense(12, "tanh")]), Residual([Dense(9, "tanh"), Dense(5)], "dense")],
    ),
    "dropout and activation between": (
        (4, 4, 1),
        [Conv2D(3, 2), Dropout(0.4), Activation("tanh"), Conv2D(2, 2)],
    ),
}


PENALIZED: dict[str, tuple[tuple[int, int, int], list[Layer]]] = {
    "penalties": (
        (4, 5, 2),
        [
            Conv2D(2, 2, kernel_regularizer="l1 0.02 l2 0.1", bias_regularizer="l2 0.1"),
            Residual([Conv2D(9, 3, 1, "same", "tanh", bias_regularizer="l1 0.1")], "conv"),
        ],
    ),
}
"""Apart from those that are frozen, too: a frozen layer adds no penalty to the loss."""


@pytest.mark.parametrize("name", STACKS | PENALIZED)
@pytest.mark.parametrize("training", [True, False])
def test_central_differences_over_all_parameters(name: str, training: bool) -> None:
    shape, layers = (STACKS | PENALIZED)[name]
    layers = [*layers, Flatten(), Dense(3), BatchNormalization(), Dense(2)] if training else layers
    model = compiled(layers, shape, "mean_squared_error", seed=3, dtype="float64")
    rng = np.random.default_rng(7)
    stir(model, rng)
    x = rng.normal(size=(3, *shape))
    y = rng.normal(size=model.predict(x).shape)
    before = model.get_weights()
    loss, gradients = model.gradients(x, y, training=training)
    learned = [place for place, tensor in enumerate(model.plan.tensors) if tensor.learned]
    found = np.concatenate([gradients[place].ravel() for place in learned])
    expected = slopes(model, x, y, learned, training)
    assert np.linalg.norm(found - expected) <= 1e-6 * np.linalg.norm(expected)
    assert np.linalg.norm(expected) > 1e-3
    if not training:
        assert loss == pytest.approx(model.evaluate(x, y)["loss"], rel=1e-12)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def slopes(model: Sequential, x: Array, y: Array, learned: list[int], training: bool) -> Array:
    """Central differences by every number that is learned, in training or not."""
    start, found = model.get_weights(), []
    for which in learned:
        for place in np.ndindex(start[which].shape):
            values = []
            for change in (1e-6, -1e-6):
                moved = [w.copy() for w in start]
                moved[which][place] += change
                model.set_weights(moved)
                values.append(model.gradients(x, y, training=training)[0])
            found.append((values[0] - values[1]) / 2e-6)
    model.set_weights(start)
    return np.array(found)


def stir(model: Sequential, rng: np.random.Generator) -> None:
    """Move all weights away from where they start; variances stay positive."""
    weights = model.get_weights()
    for array in weights:
        array *= rng.uniform(0.5, 1.5, array.shape)
        array += rng.uniform(-0.15, 0.15, array.shape)
    model.set_weights(weights)


# ------------------------------------------------------------------- against plain NumPy


@st.composite
def image_layers(draw: st.DrawFn, height: int, width: int, names: list[str]) -> Layer:
    """Any layer that an image of this size can go through."""
    padding = draw(st.sampled_from(["valid", "same"]))
    most = (5, 5) if padding == "same" else (min(height, 5), min(width, 5))
    size = (draw(st.integers(1, most[0])), draw(st.integers(1, most[1])))
    steps = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    kind = draw(st.sampled_from(["conv", "conv", "max", "average", "activation", "normal", "residual"]))
    if kind == "normal":
        return BatchNormalization(draw(st.sampled_from([0.5, 0.99])), draw(st.sampled_from([1e-3, 1.0])))
    if kind == "activation":
        return Activation(draw(st.sampled_from(names)))
    if kind in ("max", "average"):
        pool = MaxPooling2D if kind == "max" else AveragePooling2D
        return pool(size, draw(st.sampled_from([None, steps])), padding)
    filters, name = draw(st.integers(1, 18)), draw(st.sampled_from(names))
    if kind == "residual":
        return Residual([Conv2D(filters, size, 1, "same"), BatchNormalization(), Activation(name)], "conv")
    return Conv2D(filters, size, steps, padding, name, bias_initializer="uniform 0.5")


@st.composite
def cases(draw: st.DrawFn, dtype: str = "float64") -> tuple[Sequential, ImageReference, Array, Array]:
    """One to three layers for images, then a dense one with softmax or a linear one."""
    shape = (draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 10)))
    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 3))):
        size = Sequential([*layers, Flatten(), Dense(1)], shape).plan.output_shapes
        height, width = size[len(layers) - 1][:2] if layers else shape[:2]
        layers.append(draw(image_layers(height, width, SMOOTH)))
    outputs, examples = draw(st.integers(2, 9)), draw(st.integers(1, 6))
    loss, last = draw(
        st.sampled_from([("mean_squared_error", "tanh"), ("categorical_crossentropy", "softmax")])
    )
    layers += [draw(st.sampled_from([Flatten(), GlobalAveragePooling2D()])), Dense(outputs, last)]
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(examples, *shape)), targets(rng, loss, examples, outputs)
    model = compiled(layers, shape, loss, seed=seed, dtype=dtype)
    stir(model, rng)
    return model, ImageReference(layers, loss), x, y


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_outputs_losses_and_gradients(dtype: str) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(cases(dtype))
    def check(case: tuple[Sequential, ImageReference, Array, Array]) -> None:
        model, reference, x, y = case
        x, tolerance = x.astype(dtype).astype(np.float64), TOLERANCE[dtype]
        weights = [w.astype(np.float64) for w in model.get_weights()]
        y = y.astype(dtype).astype(np.float64)
        outputs = [reference.forward(weights, x)]
        assert not beyond([model.predict(x)], outputs, bounds(outputs, tolerance))
        for training in (False, True):
            loss, gradients = model.gradients(x, y, training=training)
            expected, wanted = reference.loss_and_gradients(weights, x, y, training)
            assert loss == pytest.approx(expected, rel=tolerance)
            assert not beyond(gradients, wanted, bounds(wanted, tolerance))

    check()


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.01)], ids=repr)
def test_twenty_steps(optimizer: Optimizer) -> None:
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(cases())
    def check(case: tuple[Sequential, ImageReference, Array, Array]) -> None:
        model, reference, x, y = case
        start = model.get_weights()

        def trained(rng: np.random.Generator | None = None) -> list[Array]:
            weights = [nudged(array, rng, "float64") for array in start]
            rule = ReferenceOptimizer(optimizer, weights)
            for _ in range(20):
                weights = rule.update(weights, reference.loss_and_gradients(weights, x, y, training=True)[1])
            return weights

        model.compile(optimizer, reference.loss)
        model.trainer(x, y, batch_size=len(x), shuffle=False).run(20)
        expected = trained()
        allowed = bounds_after(20, start, expected, "float64")
        assert rounded_apart(model.get_weights(), expected, allowed, trained) < len(start) / 2

    check()


def test_one_normalization_below_another_loses_little_to_the_sums_over_all_pixels() -> None:
    """What the upper one hands down adds up to nearly 0 over 20 * 14 * 14 pixels: each rounding counts."""
    layers: list[Layer] = [
        Conv2D(4, 3, activation="tanh"),
        BatchNormalization(),
        Activation("softplus"),
        BatchNormalization(),
        GlobalAveragePooling2D(),
        Dense(2),
    ]
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=size).astype(np.float32) for size in ((20, 16, 16, 3), (20, 2)))
    single = compiled(layers, x.shape[1:], "mean_squared_error", seed=1)
    double = compiled(layers, x.shape[1:], "mean_squared_error", dtype="float64")
    double.set_weights(single.get_weights())
    found, expected = (model.gradients(x, y, training=True)[1] for model in (single, double))
    assert not beyond(found, expected, bounds(expected, 1e-3))
