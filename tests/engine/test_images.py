"""Layers for images: central differences, plain NumPy, what surrounds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.engine.reference import ReferenceOptimizer
from tests.engine.reference_images import ImageReference
from tests.engine.test_reference import SMOOTH, TOLERANCE, close, targets
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
    Sequential,
    parse_layers,
)
from tutor.errors import EngineError

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
    "dropout and activation between": (
        (4, 4, 1),
        [Conv2D(3, 2), Dropout(0.4), Activation("tanh"), Conv2D(2, 2)],
    ),
}


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("training", [True, False])
def test_central_differences_over_all_parameters(name: str, training: bool) -> None:
    shape, layers = STACKS[name]
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
        array += rng.uniform(0, 0.3, array.shape)
    model.set_weights(weights)


# ------------------------------------------------------------------- against plain NumPy


@st.composite
def image_layers(draw: st.DrawFn, height: int, width: int, names: list[str]) -> Layer:
    """Any layer that an image of this size can go through."""
    padding = draw(st.sampled_from(["valid", "same"]))
    most = (5, 5) if padding == "same" else (min(height, 5), min(width, 5))
    size = (draw(st.integers(1, most[0])), draw(st.integers(1, most[1])))
    steps = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    kind = draw(st.sampled_from(["conv", "conv", "max", "average", "activation", "normal"]))
    if kind == "normal":
        return BatchNormalization(draw(st.sampled_from([0.5, 0.99])), draw(st.sampled_from([1e-3, 1.0])))
    if kind == "activation":
        return Activation(draw(st.sampled_from(names)))
    if kind in ("max", "average"):
        pool = MaxPooling2D if kind == "max" else AveragePooling2D
        return pool(size, draw(st.sampled_from([None, steps])), padding)
    filters = draw(st.integers(1, 18))
    return Conv2D(filters, size, steps, padding, draw(st.sampled_from(names)), bias_initializer="uniform 0.5")


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
        assert close(model.predict(x), reference.forward(weights, x), tolerance)
        for training in (False, True):
            loss, gradients = model.gradients(x, y, training=training)
            expected, wanted = reference.loss_and_gradients(weights, x, y, training)
            assert abs(loss - expected) <= tolerance * max(1.0, expected)
            for found, right in zip(gradients, wanted, strict=True):
                assert close(found, right, tolerance)

    check()


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.01)], ids=repr)
def test_twenty_steps(optimizer: Optimizer) -> None:
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(cases())
    def check(case: tuple[Sequential, ImageReference, Array, Array]) -> None:
        model, reference, x, y = case
        weights = model.get_weights()
        model.compile(optimizer, reference.loss)
        model.trainer(x, y, batch_size=len(x), shuffle=False).run(20)
        rule = ReferenceOptimizer(optimizer, weights)
        for _ in range(20):
            weights = rule.update(weights, reference.loss_and_gradients(weights, x, y, training=True)[1])
        for found, right in zip(model.get_weights(), weights, strict=True):
            assert close(found, right, 1e-9 if isinstance(optimizer, SGD) else 1e-6)

    check()


# ------------------------------------------------------------------- around the layers


def test_a_convolution_worked_out_by_hand() -> None:
    """Keras's "same" with an even window: the zeros come after the image."""
    model = Sequential([Conv2D(1, 2, padding="same")], (2, 2, 1), dtype="float64")
    model.set_weights([np.array([1.0, 10.0, 100.0, 1000.0]).reshape(2, 2, 1, 1), [0.5]])
    found = model.predict([[[1.0, 2.0], [3.0, 4.0]]])
    np.testing.assert_allclose(found[0, :, :, 0], [[4321.5, 402.5], [43.5, 4.5]], rtol=1e-14)


def test_no_number_that_is_not_finite_hides_in_a_pool() -> None:
    model = Sequential([Conv2D(1, 1), MaxPooling2D(2), Flatten()], (2, 4, 1))
    model.set_weights([np.full((1, 1, 1, 1), 2e38), [0]])
    with np.errstate(all="ignore"):
        found = model.predict([[[1, 0.1, -1, -1], [0.2, -9, -1, -0.5]]])
    assert np.isnan(found[0, 0]) and found[0, 1] == np.float32(-1e38)


def test_flatten_takes_the_pixels_in_reading_order_with_the_channels_innermost() -> None:
    model = Sequential([Conv2D(3, 1), Flatten()], (2, 2, 3))
    model.set_weights([np.eye(3).reshape(1, 1, 3, 3), np.zeros(3)])
    x = np.arange(24.0).reshape(2, 2, 2, 3)
    np.testing.assert_array_equal(model.predict(x), x.reshape(2, 12))


def test_padding_stays_zero_and_a_run_can_be_taken_up_again() -> None:
    layers = "conv 5 3x2 relu, conv 17 2 same, batchnorm, activation sigmoid, batchnorm, maxpool 2, "
    model = Sequential(parse_layers(layers + "flatten, dropout 0.3, dense 3 softmax"), (6, 5, 3), seed=4)
    model.compile(Adam(0.01), "categorical_crossentropy")
    rng = np.random.default_rng(1)
    trainer = model.trainer(rng.normal(size=(20, 6, 5, 3)), rng.integers(0, 3, 20), batch_size=6)
    trainer.run(10)
    snapshot = trainer.snapshot()
    trainer.run(15)
    first = model.network.parameters.copy()
    trainer.restore(snapshot)
    trainer.run(15)
    np.testing.assert_array_equal(first, model.network.parameters)
    kept = np.zeros_like(first)
    for tensor in model.plan.tensors:
        tensor.view(kept)[...] = tensor.view(first)
    np.testing.assert_array_equal(kept, first)


def test_a_saved_network_comes_back_whole(tmp_path: Path) -> None:
    model = Sequential(
        parse_layers("conv 5 3x2 stride 2 same relu, batchnorm, flatten, dense 3"), (6, 5, 3), seed=4
    )
    stir(model, np.random.default_rng(1))
    model.save(tmp_path / "net.npz")
    loaded = Sequential.load(tmp_path / "net.npz")
    assert loaded.layers == model.layers
    x = np.random.default_rng(0).normal(size=(5, 6, 5, 3))
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_summary_and_counts() -> None:
    model = Sequential(parse_layers("conv 6 5x3 relu, flatten, dense 10"), (8, 8, 2))
    assert [w.shape for w in model.get_weights()] == [(5, 3, 2, 6), (6,), (144, 10), (10,)]
    assert "conv2d_1   (n, 4, 6, 6)         186" in model.summary()
    assert model.count_params() == 5 * 3 * 2 * 6 + 6 + 1450


def test_batch_normalization_keeps_what_keras_keeps() -> None:
    """momentum 0.9: after one step 0.9 of the start and 0.1 of the batch's mean and biased variance."""
    model = Sequential([BatchNormalization(0.9, 0.5)], (2,), dtype="float64")
    model.compile(SGD(0.1), "mean_squared_error")
    x = np.array([[1.0, 5.0], [3.0, 5.0], [8.0, 11.0]])
    np.testing.assert_allclose(model.predict(x), x / np.sqrt(1.5), rtol=1e-14)
    model.trainer(x, np.zeros((3, 2)), batch_size=3).run(1)
    gamma, beta, means, variances = model.get_weights()
    np.testing.assert_allclose(means, [0.4, 0.7], rtol=1e-14)
    np.testing.assert_allclose(variances, [0.9 + 0.1 * 26 / 3, 0.9 + 0.1 * 8], rtol=1e-14)
    np.testing.assert_allclose(beta, 0, atol=1e-15)
    np.testing.assert_allclose(
        model.predict(x), gamma * (x - means) / np.sqrt(variances + 0.5) + beta, rtol=1e-14
    )
    report = model.trainer(x, np.zeros((3, 2)), batch_size=3)
    report.run(1)
    assert [layer.name for layer in report.report().layers] == ["batch_normalization_1"]
    assert report.health().finite


def test_decay_and_clipping_leave_what_is_not_learned() -> None:
    model = Sequential([BatchNormalization(0.0), Dense(1)], (3,), dtype="float64")
    model.compile(SGD(0.1, weight_decay=0.5, global_clipnorm=0.01), "mean_squared_error")
    x = np.random.default_rng(0).normal(size=(8, 3))
    model.trainer(x, x[:, 0], batch_size=8).run(3)
    np.testing.assert_allclose(model.get_weights()[2], x.mean(0), rtol=1e-12)
    np.testing.assert_allclose(model.get_weights()[3], x.var(0), rtol=1e-12)
    assert "not learned                                   6" in model.summary() and model.count_params() == 16


def test_a_report_looks_at_numbers_and_not_at_padding() -> None:
    model = compiled([Conv2D(3, 2, activation="sigmoid"), Flatten(), Dense(1)], (4, 4, 1), "hinge")
    x = np.random.default_rng(0).normal(size=(9, 4, 4, 1))
    trainer = model.trainer(x, np.resize([-1, 1], 9))
    layer = trainer.health().layers[0]
    a = Sequential(model.layers[:1], (4, 4, 1), seed=0)
    a.set_weights(model.get_weights()[:2])
    answers = a.predict(x)
    assert sum(layer.activations.counts) == answers.size
    assert layer.activation_mean == pytest.approx(answers.mean(), rel=1e-5)


WRITTEN: dict[str, Layer] = {
    "conv 8 3x3 relu": Conv2D(8, 3, activation="relu"),
    "conv 8 5x3 stride 2 same": Conv2D(8, (5, 3), 2, "same"),
    "maxpool 2": MaxPooling2D(2),
    "avgpool 3x2 stride 1 same": AveragePooling2D((3, 2), 1, "same"),
    "batchnorm": BatchNormalization(),
    "globalpool": GlobalAveragePooling2D(),
    "conv 4 1 stride 2x1 valid tanh": Conv2D(4, 1, (2, 1), "valid", "tanh"),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_one_line_layers(text: str) -> None:
    assert parse_layers(text) == [WRITTEN[text]]


REFUSALS = {
    "window larger than the image": (
        lambda: Sequential([Conv2D(2, 5)], (4, 6, 1)),
        "window of conv2d_1 .5 x 5. is larger",
    ),
    "convolution of a row": (
        lambda: Sequential([Flatten(), Conv2D(2, 1)], (4, 4, 1)),
        "conv2d_1 needs images",
    ),
    "pool larger than the image": (
        lambda: Sequential([MaxPooling2D(5)], (4, 4, 1)),
        "window of max_pooling2d_1",
    ),
    "pool of a row": (lambda: Sequential([AveragePooling2D()], (4,)), "needs images"),
    "global pool of a row": (lambda: Sequential([GlobalAveragePooling2D()], (4,)), "needs images"),
    "pool with activation": (lambda: parse_layers("maxpool 2 relu"), "cannot read the layer"),
    "momentum 1": (lambda: BatchNormalization(1.0), "momentum of batch normalization must be less than 1"),
    "epsilon 0": (lambda: BatchNormalization(0.9, 0.0), "must be greater than 0"),
    "negative variance": (
        lambda: Sequential([BatchNormalization()], (1,)).set_weights([[1], [0], [0], [-1]]),
        "moving variances of batch_normalization_1 must not be negative",
    ),
    "no channels": (lambda: Sequential([Conv2D(2, 1)], (4, 4)), "needs images"),
    "dense on images": (lambda: Sequential([Conv2D(2, 1), Dense(1)], (4, 4, 1)), "dense_1 needs a row"),
    "no filters": (lambda: Conv2D(0, 3), "filters must be 1 or more"),
    "window of three": (lambda: Conv2D(1, (1, 2, 3)), "one number or two"),  # type: ignore[arg-type]
    "stride 0": (lambda: Conv2D(1, 1, 0), "strides must be 1 or more"),
    "unknown padding": (lambda: Conv2D(1, 1, 1, "full"), "unknown padding 'full'"),
    "absurd window": (lambda: Sequential([Conv2D(1, 10**6, 1, "same")], (4, 4, 1)), "too large"),
    "absurd room": (lambda: Sequential([Conv2D(90, 1)], (3000, 3000, 1)), "too large"),
    "softmax of pixels": (
        lambda: compiled([Conv2D(3, 1, activation="softmax")], (2, 2, 1), "categorical_crossentropy"),
        "softmax",
    ),
    "late softmax": (
        lambda: Sequential([Activation("relu")], (2, 2, 3)).set_activation(0, "softmax"),
        "cannot be put in here later",
    ),
    "wordy convolution": (lambda: parse_layers("conv 3 3x3 relu relu"), "cannot read the layer"),
    "convolution without size": (lambda: parse_layers("conv 3"), "cannot read the layer"),
    "crooked size": (lambda: parse_layers("conv 3 3x"), "kernel size must be a whole number, not ''"),
    "stride of nothing": (lambda: parse_layers("conv 3 3 stride"), "unknown activation function 'stride'"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_shapes_are_one_clear_line(name: str) -> None:
    action, message = REFUSALS[name]
    with pytest.raises(EngineError, match=message) as caught:
        action()
    assert "\n" not in caught.value.message
